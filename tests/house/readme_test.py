"""Tries the README: its program compiles, and its commands by hand work as written.

Usage: readme_test.py SOURCE_FOLDER HOOKWIRE COMPILER "INCLUDE_FOLDERS"
"""

import contextlib
import pathlib
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time

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


def commands_that(begin):
    """The one block of commands that begins so."""
    (block,) = [block for block in blocks("sh") if block.startswith(begin)]
    return block


def run_commands(folder):
    shutil.copytree(pathlib.Path(source, "examples"), pathlib.Path(folder, "examples"))
    script = "set -e\n" + commands_that("hookwire=").replace("build/release/bin/hookwire", hookwire)
    result = subprocess.run(["bash", "-c", script], cwd=folder, capture_output=True, text=True,
                            timeout=100)
    print(result.stdout, result.stderr)
    assert result.returncode == 0, f"the README's commands ended with {result.returncode}"
    assert "sound: journal" in result.stdout
    assert "ShareNotFound" in result.stdout


def follow(folder):
    """Calls a host until each command that follows it has said or recorded something; then they are
    ended, and must end well."""
    *followers, status = [shlex.split(line.replace("hookwire", hookwire, 1))
                          for line in commands_that("hookwire tail").splitlines()]
    assert "status" in status, "the last of the commands is the one that ends by itself"
    calls = pathlib.Path(folder, "examples/calls.jsonl").read_text()
    with contextlib.ExitStack() as running:
        def start(command, **streams):
            process = subprocess.Popen(command, cwd=folder, text=True, **streams)
            running.callback(process.wait)
            running.callback(process.kill)
            return process

        host = start([hookwire, "host", "-c", "examples/hookwire.conf"], stdin=subprocess.PIPE,
                     stdout=subprocess.DEVNULL)
        said = [pathlib.Path(folder, f"follower-{n}") for n in range(len(followers))]
        processes = [start(command, stdout=running.enter_context(open(path, "w")),
                           stderr=running.enter_context(open(path.with_suffix(".messages"), "w")))
                     for command, path in zip(followers, said)]
        recorded = pathlib.Path(folder, "var/audit")

        def heard(command, path):
            if "audit" in command:
                return any(file.stat().st_size > 0 for file in recorded.rglob("*.hwa"))
            return path.stat().st_size > 0

        end = time.monotonic() + 60
        while waiting := [command for command, path in zip(followers, said)
                          if not heard(command, path)]:
            assert time.monotonic() < end, f"nothing came to {waiting}"
            host.stdin.write(calls)
            host.stdin.flush()
            time.sleep(0.05)  # between two polls
        told = subprocess.run(status, cwd=folder, text=True, stdout=subprocess.PIPE, timeout=60,
                              check=True).stdout
        assert re.search(r"^stream +[1-9]\d* sessions", told, re.M), told
        for command, process in zip(followers, processes):
            if "wait" not in command:
                process.send_signal(signal.SIGTERM)
            assert process.wait(60) == 0, f"{command} ended with {process.returncode}"
        host.stdin.close()
        assert host.wait(60) == 0
    assert "failure" in said[1].read_text(), "the live listener is to hear of failures"
    recording = said[3].with_suffix(".messages").read_text()
    assert re.search(r"\b[1-9]\d* events and 0 gaps recorded", recording), recording


with tempfile.TemporaryDirectory() as folder:
    compile_program(folder)
    run_commands(folder)
    follow(folder)
