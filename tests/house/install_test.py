"""Installs the build tree, component by component, and leaves all of it in a folder that was moved.

Usage: install_test.py BUILD_FOLDER VERSION INSTALLED_FOLDER
"""

import pathlib
import re
import shutil
import sys
import tempfile

from outside import run

build, version, kept = sys.argv[1:]
release = ".".join(version.split(".")[:2])


def installed(folder, component):
    run("cmake", "--install", build, "--prefix", folder, "--component", component)
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir()}


def check_tools(folder):
    pages = {path.name.removesuffix(".scd")
             for path in pathlib.Path(__file__).parents[2].glob("docs/man/*.scd")}
    assert {"hookwire.1", "hookwire-host.1", "hookwire.conf.5"} <= pages, pages
    tools = installed(folder, "tools")
    assert tools == {"bin/hookwire", "share/doc/hookwire/LICENSE",
                     "share/bash-completion/completions/hookwire",
                     "lib/systemd/system/hookwire-host@.service",
                     "lib/systemd/system/hookwire-host@.socket",
                     *(f"share/man/man{page[-1]}/{page}" for page in pages)}, tools
    for page in pages:
        text = (folder / f"share/man/man{page[-1]}/{page}").read_text()
        assert text.count(".SH NAME") == 1 and ".SH SEE ALSO" in text, page
        # What it leads to is a page of ours.
        for name, section in re.findall(r"\\fB([^\\ ]+)\\fR\((\d)\)", text):
            assert f"{name}.{section}" in pages, f"{page} leads to {name}({section})"


def check_library(folder):
    library = installed(folder, "library")
    assert library == {f"lib/libhookwire.so.{release}", f"lib/libhookwire.so.{version}",
                       "share/doc/hookwire/LICENSE"}, library
    dynamic = run("readelf", "-dW", folder / f"lib/libhookwire.so.{version}")
    assert f"Library soname: [libhookwire.so.{release}]" in dynamic, dynamic
    assert "RPATH" not in dynamic and "RUNPATH" not in dynamic, dynamic
    undefined = run("ldd", "-r", folder / f"lib/libhookwire.so.{version}")
    assert "not found" not in undefined and "undefined" not in undefined, undefined


def check_documents(folder):
    documents = installed(folder, "documents")
    for name in ("docs/wire.md", "schemas/body.schema.json", "schemas/asyncapi.json",
                 "schemas/vectors/depth_bomb.json", "schemas/vectors/batches/three.json"):
        assert f"share/doc/hookwire/{name}" in documents, f"{name} is not installed"
    for page in (folder / "share/doc/hookwire").rglob("*.md"):
        for link in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text()):
            if "://" not in link:
                assert (page.parent / link).exists(), f"{page.name} leads to {link}: not installed"


def check_development(folder):
    files = installed(folder, "development")
    for name in ("include/hookwire/hooks/hook.h", "include/hookwire/testing/event_recorder.h",
                 "lib/libhookwire.so", "lib/libhookwire_hooks.a", "lib/libhookwire_testing.a",
                 "lib/cmake/hookwire/hookwire-config.cmake", "lib/pkgconfig/hookwire.pc"):
        assert name in files, f"{name} is not installed"
    # Only what is public, and nothing that a user might have from somewhere else.
    folders = ("include/hookwire/", "lib/libhookwire.so", "lib/libhookwire_", "lib/cmake/hookwire/",
               "lib/pkgconfig/hookwire", "share/doc/hookwire/LICENSE")
    strangers = [name for name in files if not name.startswith(folders)]
    assert not strangers, strangers
    for name in files:
        if name.endswith((".cmake", ".pc")):
            text = (folder / name).read_text()
            assert str(folder) not in text and build not in text, f"{name} cannot be moved"


with tempfile.TemporaryDirectory() as name:
    for check in (check_tools, check_library, check_documents, check_development):
        check(pathlib.Path(name, check.__name__))

# Whatever lies below the prefix may be moved.
shutil.rmtree(kept, ignore_errors=True)
run("cmake", "--install", build, "--prefix", kept + ".made")
pathlib.Path(kept + ".made").rename(kept)
assert version in run(pathlib.Path(kept, "bin/hookwire"), "--version")
