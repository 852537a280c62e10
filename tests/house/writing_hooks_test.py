"""Tries docs/writing-hooks.md: installs the build tree, then builds, tests and runs its hook.

Usage: writing_hooks_test.py SOURCE_FOLDER BUILD_FOLDER
"""

import os
import pathlib
import sys
import tempfile

from tried_document import try_document

source, build = sys.argv[1:]
document = pathlib.Path(source, "docs", "writing-hooks.md").read_text()
# It is built already: this is one of its tests.
assert document.count("./dev build\n") == 1
document = document.replace("./dev build\n", "")

with tempfile.TemporaryDirectory() as home:
    os.makedirs(os.path.join(home, "checkout", "build"))
    os.symlink(build, os.path.join(home, "checkout", "build", "release"))
    environment = dict(os.environ, HOME=home)
    # What tests of this project are given is no concern of the project outside.
    for name in ("CMAKE_PREFIX_PATH", "PKG_CONFIG_PATH", "DESTDIR"):
        environment.pop(name, None)
    parts = try_document(document, os.path.join(home, "checkout"), environment, timeout=280)
    files = {part.file for part in parts if part.file}
    assert files == {"name_hook.cc", "name_hook_test.cc", "CMakeLists.txt", "name.conf",
                     "calls.jsonl"}, files
    assert sum(part.language == "text" for part in parts) == 4
