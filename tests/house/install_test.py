"""Installs the build tree and uses it from outside, by CMake and by pkg-config.

Usage: install_test.py BUILD_FOLDER COMPILER VERSION
"""

import pathlib
import subprocess
import sys
import tempfile

build, compiler, version = sys.argv[1:]

PROGRAM = """
#include <cstdio>
#include <span>
#include "hookwire/hooks/hooked.h"
#include "hookwire/testing/capturing_log.h"
#include "hookwire/testing/event_recorder.h"
#include "hookwire/testing/scripted_driver.h"
#ifdef EVERY_ROOM
#include "hookwire/audit/audit_log.h"
#include "hookwire/host/host.h"
#include "hookwire/tail/tail.h"
#endif
int main() {
  using namespace hookwire::testing;
  const hookwire::SystemClock clock;
  CapturingLog log;
  EventRecorder recorder;
  hookwire::HookChain chain(clock, log);
  chain.replace({recorder.instance()});
  ScriptedDriver driver;
  hookwire::Hooked<ScriptedDriver>(driver, chain).call<&ScriptedDriver::add>(1, 2);
  for (const hookwire::Event& event : recorder.events()) std::puts(event.topic.c_str());
}
"""
PRINTED = "pre/add/host@backend\npost/add/host@backend\n"

PROJECT = """
cmake_minimum_required(VERSION 3.25)
project(outside CXX)
find_package(hookwire 99.0 QUIET)
if(hookwire_FOUND)
  message(FATAL_ERROR "a version that is not there was found")
endif()
find_package(hookwire COMPONENTS no_such_room QUIET)
if(hookwire_FOUND)
  message(FATAL_ERROR "a room that is not there was found")
endif()
find_package(hookwire %s REQUIRED COMPONENTS host tail audit testing)
add_executable(outside outside.cc)
target_compile_definitions(outside PRIVATE EVERY_ROOM)
target_link_libraries(outside PRIVATE hookwire::host hookwire::tail hookwire::audit hookwire::testing)
"""


def run(*command, **options):
    result = subprocess.run([str(word) for word in command], text=True, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, timeout=120, **options)
    assert result.returncode == 0, f"{command} ended with {result.returncode}:\n{result.stdout}"
    return result.stdout


def installed(folder, component):
    run("cmake", "--install", build, "--prefix", folder, "--component", component)
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir()}


def check_components(folder):
    tools = installed(folder / "tools", "tools")
    assert tools == {"bin/hookwire", "share/doc/hookwire/LICENSE"}, tools
    assert version in run(folder / "tools/bin/hookwire", "--version")

    documents = installed(folder / "documents", "documents")
    for name in ("docs/wire.md", "schemas/body.schema.json", "schemas/asyncapi.json",
                 "schemas/vectors/depth_bomb.json", "schemas/vectors/batches/three.json"):
        assert f"share/doc/hookwire/{name}" in documents, f"{name} is not installed"

    files = installed(folder / "development", "development")
    for name in ("include/hookwire/hooks/hook.h", "include/hookwire/testing/event_recorder.h",
                 "lib/libhookwire_hooks.a", "lib/libhookwire_testing.a",
                 "lib/cmake/hookwire/hookwire-config.cmake", "lib/pkgconfig/hookwire.pc"):
        assert name in files, f"{name} is not installed"
    # Only what is public, and nothing that a user might have from somewhere else.
    folders = ("include/hookwire/", "lib/libhookwire_", "lib/cmake/hookwire/", "lib/pkgconfig/hookwire",
               "share/doc/hookwire/LICENSE")
    strangers = [name for name in files if not name.startswith(folders)]
    assert not strangers, strangers
    for name in files:
        if name.endswith((".cmake", ".pc")):
            text = (folder / "development" / name).read_text()
            assert str(folder) not in text and build not in text, f"{name} cannot be moved"


def use_by_cmake(folder, prefix):
    (folder / "CMakeLists.txt").write_text(PROJECT % version)
    (folder / "outside.cc").write_text(PROGRAM)
    run("cmake", "-G", "Ninja", "-S", folder, "-B", folder / "build", f"-DCMAKE_PREFIX_PATH={prefix}",
        f"-DCMAKE_CXX_COMPILER={compiler}")
    run("cmake", "--build", folder / "build")
    assert run(folder / "build/outside") == PRINTED


def use_by_pkg_config(folder, prefix):
    (folder / "outside.cc").write_text(PROGRAM)
    environment = {"PATH": "/usr/bin:/bin", "PKG_CONFIG_PATH": str(prefix / "lib/pkgconfig")}
    assert run("pkg-config", "--modversion", "hookwire", env=environment).strip() == version
    flags = run("pkg-config", "--cflags", "--libs", "hookwire-testing", env=environment).split()
    run(compiler, folder / "outside.cc", "-o", folder / "outside", *flags)
    assert run(folder / "outside") == PRINTED


with tempfile.TemporaryDirectory() as name:
    top = pathlib.Path(name)
    check_components(top)
    # Whatever lies below the prefix may be moved.
    moved = (top / "development").rename(top / "moved")
    for use in (use_by_cmake, use_by_pkg_config):
        place = top / use.__name__
        place.mkdir()
        use(place, moved)
