"""systemd accepts the unit, and finds that it leaves the service little to do harm with; what the
host needs of the kernel it leaves. It gets calls.

Usage: service_test.py INSTALLED_FOLDER
"""

import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading

from outside import CREATE, run

NAME, CALLS = "hookwire-host@.service", "hookwire-host@.socket"
prefix = pathlib.Path(sys.argv[1])
text, calls = ((prefix / "lib/systemd/system" / name).read_text() for name in (NAME, CALLS))


def verify(text):
    """As instances, which name each other."""
    with tempfile.TemporaryDirectory() as folder:
        units = [pathlib.Path(folder, name.replace("@", "@gold")) for name in (NAME, CALLS)]
        for unit, content in zip(units, (text, calls)):
            unit.write_text(content)
        return run("systemd-analyze", "verify", "--man=no", *units)


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

# It gets its calls from a FIFO, which systemd opens like this. Writers come and go.
for line in ("Requires=hookwire-host@%i.socket", "StandardInput=socket", "StandardOutput=journal"):
    assert f"\n{line}\n" in text, line
assert "\nListenFIFO=/run/hookwire-host/%i.calls\n" in calls, calls
with tempfile.TemporaryDirectory() as folder:
    fifo = pathlib.Path(folder, "gold.calls")
    os.mkfifo(fifo, 0o600)
    kept = os.open(fifo, os.O_RDWR | os.O_NONBLOCK)
    shutil.copytree(prefix / "share/doc/hookwire/examples", pathlib.Path(folder, "examples"))
    host = subprocess.Popen(
        [prefix / "bin/hookwire", *(word.replace("/etc/hookwire/", "examples/") for word in command)],
        cwd=folder, stdin=kept, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    ends = threading.Timer(120, host.kill)
    ends.start()
    for share in ("s-1", "s-2"):
        fifo.write_text(CREATE % share)
        answer = json.loads(host.stdout.readline())
        assert answer["ok"] and share in str(answer["result"]), answer
    host.terminate()
    assert host.stdout.read() == "" and host.wait() == 0, host.returncode
    ends.cancel()
    os.close(kept)


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
