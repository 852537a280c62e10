# What `cmake --install` lays out, in components that become packages: library (what runs need of
# shared libraries), development (headers, archives, what CMake and pkg-config read), tools (the
# programs), documents (the formats, for tools and people). Everything below the prefix may be moved.

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

get_property(rooms GLOBAL PROPERTY HOOKWIRE_ROOMS)
list(TRANSFORM rooms PREPEND hookwire_ OUTPUT_VARIABLE room_targets)
list(REMOVE_ITEM room_targets hookwire_testing)
install(TARGETS ${room_targets} EXPORT hookwire-static
        ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT development
        FILE_SET HEADERS DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" COMPONENT development)
# The kit is an archive, whatever it is used with.
install(TARGETS hookwire_testing EXPORT hookwire-testing
        ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT development
        FILE_SET HEADERS DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" COMPONENT development)
set(export_sets static testing)
set(program hookwire)
if(HOOKWIRE_SHARED)
  install(TARGETS hookwire_shared EXPORT hookwire-shared
          LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT library
                  NAMELINK_COMPONENT development)
  list(APPEND export_sets shared)
  set(program hookwire_installed)
endif()
install(TARGETS ${program} RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}" COMPONENT tools)

foreach(component library development tools documents)
  install(FILES "${CMAKE_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DOCDIR}"
          COMPONENT ${component})
endforeach()
# Laid out as in the sources, so that links between them lead somewhere.
foreach(page configuration exec-hook journal manila status subscribing wire writing-hooks)
  install(FILES "${CMAKE_SOURCE_DIR}/docs/${page}.md" DESTINATION "${CMAKE_INSTALL_DOCDIR}/docs"
          COMPONENT documents)
endforeach()
install(FILES "${CMAKE_SOURCE_DIR}/schemas/body.schema.json"
              "${CMAKE_SOURCE_DIR}/schemas/body.schema.versions"
              "${CMAKE_SOURCE_DIR}/schemas/asyncapi.json"
        DESTINATION "${CMAKE_INSTALL_DOCDIR}/schemas" COMPONENT documents)
install(FILES "${CMAKE_SOURCE_DIR}/packaging/grafana-dashboard.json"
              "${CMAKE_SOURCE_DIR}/packaging/prometheus-alerts.yml"
        DESTINATION "${CMAKE_INSTALL_DOCDIR}/packaging" COMPONENT documents)
install(DIRECTORY "${CMAKE_SOURCE_DIR}/schemas/vectors"
        DESTINATION "${CMAKE_INSTALL_DOCDIR}/schemas" COMPONENT documents)
install(DIRECTORY "${CMAKE_SOURCE_DIR}/examples" DESTINATION "${CMAKE_INSTALL_DOCDIR}"
        USE_SOURCE_PERMISSIONS COMPONENT documents
        PATTERN CMakeLists.txt EXCLUDE PATTERN __pycache__ EXCLUDE PATTERN node_modules EXCLUDE)

# find_package(hookwire)
set(package_folder "${CMAKE_INSTALL_LIBDIR}/cmake/hookwire")
foreach(set IN LISTS export_sets)
  install(EXPORT hookwire-${set} NAMESPACE hookwire:: FILE hookwire-${set}-targets.cmake
          DESTINATION "${package_folder}" COMPONENT development)
endforeach()
list(REMOVE_ITEM rooms testing)
configure_package_config_file(
  "${CMAKE_CURRENT_LIST_DIR}/hookwire-config.cmake.in" "${CMAKE_BINARY_DIR}/hookwire-config.cmake"
  INSTALL_DESTINATION "${package_folder}" NO_SET_AND_CHECK_MACRO)
# Before 1.0 each minor version may differ.
write_basic_package_version_file(
  "${CMAKE_BINARY_DIR}/hookwire-config-version.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${CMAKE_BINARY_DIR}/hookwire-config.cmake"
              "${CMAKE_BINARY_DIR}/hookwire-config-version.cmake"
        DESTINATION "${package_folder}" COMPONENT development)

# pkg-config: hookwire is the shared library, hookwire-static the archives, both every room but the
# kit, which is hookwire-testing or hookwire-testing-static. A room was made after those that it
# uses, and an archive is linked before those that it needs.
list(REVERSE rooms)
list(TRANSFORM rooms PREPEND -lhookwire_ OUTPUT_VARIABLE archives)
list(JOIN archives " " archives)
file(RELATIVE_PATH prefix_from_pkgconfig
     "/prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/prefix")
set(suffixes -static)
if(HOOKWIRE_SHARED)
  list(PREPEND suffixes "")
endif()
foreach(suffix IN LISTS suffixes)
  configure_file("${CMAKE_CURRENT_LIST_DIR}/hookwire${suffix}.pc.in"
                 "${CMAKE_BINARY_DIR}/hookwire${suffix}.pc" @ONLY)
  configure_file("${CMAKE_CURRENT_LIST_DIR}/hookwire-testing.pc.in"
                 "${CMAKE_BINARY_DIR}/hookwire-testing${suffix}.pc" @ONLY)
  install(FILES "${CMAKE_BINARY_DIR}/hookwire${suffix}.pc"
                "${CMAKE_BINARY_DIR}/hookwire-testing${suffix}.pc"
          DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig" COMPONENT development)
endforeach()
