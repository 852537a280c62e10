# Tests of the stream server, by hand on a transport without sockets, and of the relay on real ones.
find_package(cppzmq REQUIRED)

hookwire_test(publisher_stream
  SOURCES endpoint_test.cc relay_drain_test.cc relay_hostile_test.cc relay_test.cc
          replay_pace_test.cc publisher_retention_test.cc
          stream_catch_up_test.cc stream_credit_test.cc stream_cursors_test.cc stream_filter_test.cc
          stream_limits_test.cc stream_loss_test.cc stream_refusals_test.cc stream_session_test.cc
          stream_start_test.cc stream_status_test.cc
  LIBRARIES hookwire::testing hookwire::publisher cppzmq)
target_include_directories(publisher_stream PRIVATE "${CMAKE_SOURCE_DIR}/publisher")

# The live feed, by hand and on real sockets.
hookwire_test(publisher_live
  SOURCES live_feed_test.cc live_hostile_test.cc live_test.cc
  LIBRARIES hookwire::testing hookwire::publisher cppzmq)
target_include_directories(publisher_live PRIVATE "${CMAKE_SOURCE_DIR}/publisher")

# Ten that ask as fast as they can leave other tests nothing of the processor, and get nothing
# themselves where these do not let them.
hookwire_test(publisher_hostile SERIAL
  SOURCES relay_ten_hostile_test.cc
  LIBRARIES hookwire::testing hookwire::publisher cppzmq)
target_include_directories(publisher_hostile PRIVATE "${CMAKE_SOURCE_DIR}/publisher")
