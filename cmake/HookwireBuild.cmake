# What every target of the project shares: the language, the warnings, the sanitizers, and the
# function that makes a room.

option(HOOKWIRE_TESTS "Build the tests" ON)
option(HOOKWIRE_BENCH "Build the benchmarks" ON)
option(HOOKWIRE_WERROR "Treat warnings as errors" ON)
set(HOOKWIRE_SANITIZE "" CACHE STRING "Sanitizers to build with: address,undefined or thread")

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

# hookwire_room(NAME
#               HEADERS file... (below include/) SOURCES file...
#               USES hookwire::room... LIBRARIES target...)
# Makes the library hookwire::NAME. HEADERS are its public face and the only files other rooms can
# include. USES are the rooms that its headers may include, LIBRARIES what only its own .cc files see.
function(hookwire_room name)
  cmake_parse_arguments(PARSE_ARGV 1 ROOM "" "" "HEADERS;SOURCES;USES;LIBRARIES")
  if(ROOM_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "hookwire_room(${name}): unknown arguments ${ROOM_UNPARSED_ARGUMENTS}")
  endif()
  set(target hookwire_${name})
  add_library(${target} STATIC ${ROOM_SOURCES})
  add_library(hookwire::${name} ALIAS ${target})
  list(TRANSFORM ROOM_HEADERS PREPEND "${CMAKE_CURRENT_SOURCE_DIR}/include/hookwire/${name}/")
  target_sources(${target} PUBLIC FILE_SET HEADERS
                 BASE_DIRS "${CMAKE_CURRENT_SOURCE_DIR}/include" FILES ${ROOM_HEADERS})
  target_link_libraries(${target} PUBLIC ${ROOM_USES} Threads::Threads PRIVATE ${ROOM_LIBRARIES})
endfunction()
