# Run by CPack once the components are laid out below CPACK_TEMPORARY_DIRECTORY, a folder each, and
# before they are packed: what Debian wants otherwise than `cmake --install` does it.

# A program that does what it should, or no package.
function(run)
  execute_process(COMMAND ${ARGN} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

foreach(component IN LISTS CPACK_COMPONENTS_ALL)
  string(TOUPPER "${component}" upper)
  set(root "${CPACK_TEMPORARY_DIRECTORY}/${component}")
  set(documents "${root}/usr/share/doc/${CPACK_DEBIAN_${upper}_PACKAGE_NAME}")

  # A copyright and a changelog of each package in place of the licence.
  file(REMOVE "${root}/usr/share/doc/hookwire/LICENSE")
  file(MAKE_DIRECTORY "${documents}")
  foreach(file copyright changelog)
    configure_file("${CMAKE_CURRENT_LIST_DIR}/${file}" "${documents}/${file}" COPYONLY)
  endforeach()
  file(GLOB pages "${root}/usr/share/man/man*/*")
  run(gzip --best --no-name --force "${documents}/changelog" ${pages})

  # The loader looks where the library is, without a hint.
  if(EXISTS "${root}/usr/bin/hookwire")
    file(RPATH_REMOVE FILE "${root}/usr/bin/hookwire")
  endif()
  file(GLOB archives "${root}/usr/${CPACK_HOOKWIRE_LIBDIR}/*.a")
  if(archives)
    run(strip --strip-debug --enable-deterministic-archives ${archives})
  endif()
  file(GLOB libraries "${root}/usr/${CPACK_HOOKWIRE_LIBDIR}/*.so.*")
  foreach(library IN LISTS libraries)
    if(NOT IS_SYMLINK "${library}")
      file(CHMOD "${library}" PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
    endif()
  endforeach()

  # For everybody to read, whatever the umask of whoever makes the packages.
  run(chmod -R u=rwX,go=rX "${root}")

  # Where Debian 12 has its units.
  if(EXISTS "${root}/usr/lib/systemd")
    file(RENAME "${root}/usr/lib" "${root}/lib")
  endif()
endforeach()
