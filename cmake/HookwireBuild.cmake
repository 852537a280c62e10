# What every target of the project shares: the language, the warnings, the sanitizers, and the
# function that makes a room.

option(HOOKWIRE_TESTS "Build the tests" ON)
option(HOOKWIRE_BENCH "Build the benchmarks" ON)
option(HOOKWIRE_WERROR "Treat warnings as errors" ON)
# In a third of the time. Most are all but the rooms that a call passes, and the benchmarks.
set(HOOKWIRE_UNITY "" CACHE STRING "Compile several files as one: of most targets, or of all")
set(HOOKWIRE_CALL_ROOMS base record journal hooks publisher)
set(HOOKWIRE_SANITIZE "" CACHE STRING "Sanitizers to build with: address,undefined or thread")
option(HOOKWIRE_SHARED "Link the shared library and the program that uses it too" ON)

if(HOOKWIRE_SANITIZE)
  # Such a build is not to be installed, and says the same of the archives alone.
  set(HOOKWIRE_SHARED OFF)
endif()

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/lib")
set(CMAKE_ARCHIVE_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/lib")
# Every public header is compiled alone: target all_verify_interface_header_sets.
set(CMAKE_VERIFY_INTERFACE_HEADER_SETS ON)

add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion
                    -Wnon-virtual-dtor -Woverloaded-virtual)
if(HOOKWIRE_WERROR)
  add_compile_options(-Werror)
endif()
if(HOOKWIRE_UNITY)
  set(CMAKE_UNITY_BUILD ON)
  set(CMAKE_UNITY_BUILD_BATCH_SIZE 12)
  # A class that holds one of the file's own: GCC takes each file of the lot for a header.
  add_compile_options(-Wno-subobject-linkage)
endif()
if(HOOKWIRE_SANITIZE)
  add_compile_options(-fsanitize=${HOOKWIRE_SANITIZE} -fno-omit-frame-pointer
                      -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${HOOKWIRE_SANITIZE})
  # GCC warns that ThreadSanitizer does not see fences. Ours order accesses to atomics, which it
  # does not report.
  if(HOOKWIRE_SANITIZE STREQUAL "thread")
    add_compile_options(-Wno-tsan)
  endif()
endif()

find_package(Threads REQUIRED)

# What a room that speaks ZeroMQ links. Whoever uses the installed library needs libzmq alone, which
# hookwire-config.cmake finds, and not the headers of cppzmq.
set(HOOKWIRE_ZEROMQ "$<BUILD_INTERFACE:cppzmq>" "$<INSTALL_INTERFACE:hookwire::zmq>")

# hookwire_room(NAME
#               HEADERS file... (below include/) SOURCES file...
#               USES hookwire::room... LIBRARIES target... HEADER_LIBRARIES target...)
# Makes the library hookwire::NAME. HEADERS are its public face and the only files other rooms can
# include. USES are the rooms that its headers may include, LIBRARIES and HEADER_LIBRARIES what only
# its own .cc files see; the latter have no code, and no user of the installed library needs them.
function(hookwire_room name)
  cmake_parse_arguments(PARSE_ARGV 1 ROOM "" ""
                        "HEADERS;SOURCES;USES;LIBRARIES;HEADER_LIBRARIES")
  if(ROOM_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "hookwire_room(${name}): unknown arguments ${ROOM_UNPARSED_ARGUMENTS}")
  endif()
  set(target hookwire_${name})
  add_library(${target} STATIC ${ROOM_SOURCES})
  add_library(hookwire::${name} ALIAS ${target})
  list(TRANSFORM ROOM_HEADERS PREPEND "${CMAKE_CURRENT_SOURCE_DIR}/include/hookwire/${name}/")
  target_sources(${target} PUBLIC FILE_SET HEADERS
                 BASE_DIRS "${CMAKE_CURRENT_SOURCE_DIR}/include" FILES ${ROOM_HEADERS})
  list(TRANSFORM ROOM_HEADER_LIBRARIES REPLACE "(.+)" "$<BUILD_INTERFACE:\\1>")
  target_link_libraries(${target} PUBLIC ${ROOM_USES} Threads::Threads
                        PRIVATE ${ROOM_LIBRARIES} ${ROOM_HEADER_LIBRARIES})
  target_compile_features(${target} PUBLIC cxx_std_20)
  # A public header makes what it declares visible; all else stays within the shared library.
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name} CXX_VISIBILITY_PRESET hidden
                                             VISIBILITY_INLINES_HIDDEN ON)
  if(HOOKWIRE_UNITY STREQUAL "most" AND name IN_LIST HOOKWIRE_CALL_ROOMS)
    set_target_properties(${target} PROPERTIES UNITY_BUILD OFF)
  endif()
  set_property(GLOBAL APPEND PROPERTY HOOKWIRE_ROOMS ${name})
  set_property(GLOBAL APPEND PROPERTY HOOKWIRE_LIBRARIES ${ROOM_LIBRARIES})
endfunction()
