# What `cmake --install` lays out, in components that become packages: library (what runs need of
# shared libraries), development (headers, archives, what CMake and pkg-config read), tools (the
# programs), documents (the formats, for tools and people). Everything below the prefix may be moved.

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

get_property(rooms GLOBAL PROPERTY HOOKWIRE_ROOMS)
list(TRANSFORM rooms PREPEND hookwire_ OUTPUT_VARIABLE room_targets)
install(TARGETS ${room_targets} EXPORT hookwire
        ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT development
        LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT library
                NAMELINK_COMPONENT development
        FILE_SET HEADERS DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" COMPONENT development)
foreach(component library development tools documents)
  install(FILES "${CMAKE_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DOCDIR}"
          COMPONENT ${component})
endforeach()
install(FILES "${CMAKE_SOURCE_DIR}/docs/wire.md" "${CMAKE_SOURCE_DIR}/docs/journal.md"
              "${CMAKE_SOURCE_DIR}/docs/status.md"
        DESTINATION "${CMAKE_INSTALL_DOCDIR}/docs" COMPONENT documents)
install(FILES "${CMAKE_SOURCE_DIR}/schemas/body.schema.json"
              "${CMAKE_SOURCE_DIR}/schemas/asyncapi.json"
        DESTINATION "${CMAKE_INSTALL_DOCDIR}/schemas" COMPONENT documents)
install(FILES "${CMAKE_SOURCE_DIR}/packaging/grafana-dashboard.json"
              "${CMAKE_SOURCE_DIR}/packaging/prometheus-alerts.yml"
        DESTINATION "${CMAKE_INSTALL_DOCDIR}/packaging" COMPONENT documents)
install(DIRECTORY "${CMAKE_SOURCE_DIR}/schemas/vectors"
        DESTINATION "${CMAKE_INSTALL_DOCDIR}/schemas" COMPONENT documents)
install(TARGETS hookwire RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}" COMPONENT tools)

# find_package(hookwire)
set(package_folder "${CMAKE_INSTALL_LIBDIR}/cmake/hookwire")
install(EXPORT hookwire NAMESPACE hookwire:: FILE hookwire-targets.cmake
        DESTINATION "${package_folder}" COMPONENT development)
configure_package_config_file(
  "${CMAKE_CURRENT_LIST_DIR}/hookwire-config.cmake.in" "${CMAKE_BINARY_DIR}/hookwire-config.cmake"
  INSTALL_DESTINATION "${package_folder}" NO_SET_AND_CHECK_MACRO)
# Before 1.0 each minor version may differ.
write_basic_package_version_file(
  "${CMAKE_BINARY_DIR}/hookwire-config-version.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${CMAKE_BINARY_DIR}/hookwire-config.cmake"
              "${CMAKE_BINARY_DIR}/hookwire-config-version.cmake"
        DESTINATION "${package_folder}" COMPONENT development)

# pkg-config: hookwire is every room but the kit, which is hookwire-testing. A room was made after
# those that it uses, and an archive is linked before those that it needs.
list(REMOVE_ITEM rooms testing)
list(REVERSE rooms)
list(TRANSFORM rooms PREPEND -lhookwire_ OUTPUT_VARIABLE archives)
list(JOIN archives " " archives)
file(RELATIVE_PATH prefix_from_pkgconfig
     "/prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/prefix")
foreach(package hookwire hookwire-testing)
  configure_file("${CMAKE_CURRENT_LIST_DIR}/${package}.pc.in" "${CMAKE_BINARY_DIR}/${package}.pc"
                 @ONLY)
  install(FILES "${CMAKE_BINARY_DIR}/${package}.pc"
          DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig" COMPONENT development)
endforeach()
