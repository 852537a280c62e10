"""Builds the project in outside/ with what is installed, by CMake and by pkg-config, as a shared
library and as archives, and has programs of either kind load hook libraries of either kind.

Usage: outside_project_test.py INSTALLED_FOLDER STATIC_HOOKWIRE COMPILER VERSION
"""

import pathlib
import sys
import tempfile

from outside import PRINTED, SOURCES, needed, run, try_hook_library

prefix, static_hookwire, compiler, version = sys.argv[1:]
prefix = pathlib.Path(prefix)
release = ".".join(version.split(".")[:2])
NEEDS = {"shared": [f"libhookwire.so.{release}"], "static": []}


def build_by_cmake(folder, linkage, asked):
    run("cmake", "-G", "Ninja", "-S", SOURCES, "-B", folder, f"-DCMAKE_PREFIX_PATH={prefix}",
        f"-DCMAKE_CXX_COMPILER={compiler}", f"-DVERSION={version}", f"-DLINKAGE={asked}")
    run("cmake", "--build", folder)
    assert needed(folder / "outside") == NEEDS[linkage], linkage
    assert run(folder / "outside") == PRINTED
    library = folder / "libcrossing_hook.so"
    assert needed(library) == NEEDS[linkage], linkage
    return library


def build_by_pkg_config(folder):
    """One compilation, linked both ways."""
    environment = {"PATH": "/usr/bin:/bin", "PKG_CONFIG_PATH": str(prefix / "lib/pkgconfig")}

    def flags(*words):
        return run("pkg-config", *words, env=environment).split()

    assert flags("--modversion", "hookwire") == [version]
    assert flags("--modversion", "hookwire-static") == [version]
    folder.mkdir()
    run(compiler, "-c", SOURCES / "outside.cc", "-o", folder / "outside.o",
        *flags("--cflags", "hookwire-testing"))
    for linkage, words in (("shared", ["hookwire-testing"]),
                           ("static", ["hookwire-testing-static"])):
        program = folder / linkage
        run(compiler, folder / "outside.o", "-o", program, *flags("--libs", *words))
        assert needed(program) == NEEDS[linkage], linkage
        assert run(program, env={"LD_LIBRARY_PATH": str(prefix / "lib")}) == PRINTED


with tempfile.TemporaryDirectory() as name:
    top = pathlib.Path(name)
    libraries = {"shared": build_by_cmake(top / "shared", "shared", asked=""),
                 "static": build_by_cmake(top / "static", "static", asked="static")}
    build_by_pkg_config(top / "pkg-config")

    programs = {"shared": prefix / "bin/hookwire", "static": pathlib.Path(static_hookwire)}
    for linkage, program in programs.items():
        assert needed(program) == NEEDS[linkage], program
        for kind, library in libraries.items():
            try_hook_library(program, library, top / f"{kind}-in-{linkage}")
