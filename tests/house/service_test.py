"""systemd accepts the unit, and finds that it leaves the service little to do harm with; what the
host needs of the kernel it leaves.

Usage: service_test.py INSTALLED_FOLDER
"""

import pathlib
import re
import shutil
import socket
import sys
import tempfile

from outside import run

NAME = "hookwire-host@.service"
prefix = pathlib.Path(sys.argv[1])
text = (prefix / "lib/systemd/system" / NAME).read_text()


def verify(text):
    with tempfile.TemporaryDirectory() as folder:
        unit = pathlib.Path(folder, NAME)
        unit.write_text(text)
        return run("systemd-analyze", "verify", "--man=no", unit)


# systemd would look for the program where systems have theirs.
assert text.count("ExecStart=hookwire host ") == 1
here = text.replace("ExecStart=hookwire ", f"ExecStart={prefix}/bin/hookwire ")
said = verify(here)
assert said == "", said
assert "Unknown key" in verify(here.replace("RestartSec=", "RestartSeconds=")), "it finds no fault"

# From 0, locked up, to 100, with everything allowed: in tenths.
with tempfile.TemporaryDirectory() as folder:
    unit = pathlib.Path(folder, NAME)
    unit.write_text(here)
    run("systemd-analyze", "security", "--offline=yes", "--threshold=20", "--no-pager", unit)
    for line in ("CapabilityBoundingSet=", "SystemCallFilter=@system-service", "DynamicUser=yes"):
        assert f"\n{line}\n" in here, line
        here = here.replace(f"\n{line}\n", "\n")
    unit.write_text(here)
    run("systemd-analyze", "security", "--offline=yes", "--threshold=20", "--no-pager", unit,
        status=1)

# It starts the program as the program is started: what it says of a backend that is not there is
# that the file is missing, and not that it does not know an option.
command = [word.replace("%i", "gold") for word in
           next(line for line in text.splitlines() if line.startswith("ExecStart=")).split()[1:]]
said = run(prefix / "bin/hookwire", *command, status=2)
assert "/etc/hookwire/hookwire.conf" in said, said


def allowed(group):
    """The system calls of a group such as @file-system, with those of the groups in it."""
    words = [line.strip() for line in run("systemd-analyze", "syscall-filter", group).splitlines()]
    calls = {word for word in words if re.fullmatch(r"\w+", word)}
    return calls.union(*(allowed(word) for word in words[1:] if word.startswith("@")))


def with_tcp(text):
    """The example with its endpoints on tcp, at ports that were free a moment ago."""
    with socket.socket() as one, socket.socket() as other:
        for name, free in (("stream", one), ("live", other)):
            free.bind(("127.0.0.1", 0))
            text, count = re.subn(rf"(?m)^{name}_endpoint = .*$", f"{name}_endpoint = "
                                  f"tcp://127.0.0.1:{free.getsockname()[1]}", text)
            assert count == 1, name
    return text


def traced(config):
    """What the host asks of the kernel while it makes the calls of the example."""
    with tempfile.TemporaryDirectory() as folder:
        trace = pathlib.Path(folder, "trace")
        shutil.copytree(prefix / "share/doc/hookwire/examples", pathlib.Path(folder, "examples"))
        example = pathlib.Path(folder, "examples/hookwire.conf")
        example.write_text(config(example.read_text()))
        run("strace", "-f", "-qq", "-e", "signal=none", "-o", trace, prefix / "bin/hookwire",
            "host", "-c", "examples/hookwire.conf", "--calls", "examples/calls.jsonl", cwd=folder)
        return trace.read_text()


# libzmq asks for the machine's interfaces where it binds tcp, and ends the process if it cannot.
trace = traced(str) + traced(with_tcp)
for setting, used, least, allows in (
        ("SystemCallFilter", re.findall(r"^\d+ +(\w+)\(", trace, re.M),
         {"epoll_wait", "mmap", "bind"}, allowed),
        ("RestrictAddressFamilies", re.findall(r"\bsocket\((AF_\w+)", trace),
         {"AF_UNIX", "AF_INET"}, lambda word: {word})):
    assert least <= set(used), set(used)
    lines = re.findall(rf"^{setting}=(.+)$", text, re.M)
    assert len(lines) == 1, lines
    refused = set(used).difference(*(allows(word) for word in lines[0].split()))
    assert not refused, f"{setting} does not allow the host {refused}"
