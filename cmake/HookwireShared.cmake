# libhookwire.so: the objects of every room but the kit for tests, compiled once and linked once
# more. One library, since a user of one room needs those below it anyway.

include(GNUInstallDirs)
# What rooms found is known in their folders alone.
find_package(cppzmq REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(spdlog REQUIRED)

get_property(rooms GLOBAL PROPERTY HOOKWIRE_ROOMS)
get_property(libraries GLOBAL PROPERTY HOOKWIRE_LIBRARIES)
list(REMOVE_ITEM rooms testing)
list(REMOVE_DUPLICATES libraries)
list(TRANSFORM rooms REPLACE "(.+)" "$<TARGET_OBJECTS:hookwire_\\1>" OUTPUT_VARIABLE objects)

# Before 1.0 each minor version may differ.
set(HOOKWIRE_SOVERSION "${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}")
configure_file("${CMAKE_CURRENT_LIST_DIR}/hookwire.map.in" "${CMAKE_BINARY_DIR}/hookwire.map" @ONLY)

add_library(hookwire_shared SHARED ${objects})
target_link_libraries(hookwire_shared PRIVATE ${libraries} INTERFACE Threads::Threads)
target_include_directories(hookwire_shared INTERFACE
                           "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>")
target_compile_features(hookwire_shared INTERFACE cxx_std_20)
target_link_options(hookwire_shared PRIVATE
                    "LINKER:--version-script=${CMAKE_BINARY_DIR}/hookwire.map" LINKER:-z,defs)
set_target_properties(hookwire_shared PROPERTIES
  OUTPUT_NAME hookwire EXPORT_NAME hookwire VERSION "${PROJECT_VERSION}"
  SOVERSION "${HOOKWIRE_SOVERSION}" LINKER_LANGUAGE CXX
  LINK_DEPENDS "${CMAKE_BINARY_DIR}/hookwire.map")
