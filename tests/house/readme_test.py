"""Tries the README: its program compiles, and its commands by hand work as written.

Usage: readme_test.py SOURCE_FOLDER HOOKWIRE COMPILER "INCLUDE_FOLDERS"
"""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

source, hookwire, compiler, folders = sys.argv[1:]
readme = pathlib.Path(source, "README.md").read_text()


def blocks(language):
    return re.findall(r"^```" + language + r"\n(.*?)^```$", readme, re.S | re.M)


def compile_program(folder):
    (program,) = blocks("cpp")
    path = pathlib.Path(folder, "readme.cc")
    path.write_text(program)
    flags = ["-I" + name for name in folders.split()]
    subprocess.run([compiler, "-std=c++20", "-Wall", "-Wextra", "-Werror", *flags,
                    "-fsyntax-only", str(path)], check=True)


def run_commands(folder):
    shutil.copytree(pathlib.Path(source, "examples"), pathlib.Path(folder, "examples"))
    (by_hand,) = [block for block in blocks("sh") if block.startswith("hookwire=")]
    script = "set -e\n" + by_hand.replace("build/release/bin/hookwire", hookwire)
    result = subprocess.run(["bash", "-c", script], cwd=folder, capture_output=True, text=True,
                            timeout=100)
    print(result.stdout, result.stderr)
    assert result.returncode == 0, f"the README's commands ended with {result.returncode}"
    assert "sound: journal" in result.stdout
    assert "ShareNotFound" in result.stdout


with tempfile.TemporaryDirectory() as folder:
    compile_program(folder)
    run_commands(folder)
