"""systemd accepts the unit, and finds that it leaves the service little to do harm with; what the
host needs of the kernel it leaves.

Usage: service_test.py INSTALLED_FOLDER
"""

import pathlib
import re
import shutil
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


filters = re.findall(r"^SystemCallFilter=(.+)$", text, re.M)
assert filters == ["@system-service"], filters
with tempfile.TemporaryDirectory() as folder:
    trace = pathlib.Path(folder, "trace")
    shutil.copytree(prefix / "share/doc/hookwire/examples", pathlib.Path(folder, "examples"))
    run("strace", "-f", "-qq", "-e", "signal=none", "-o", trace, prefix / "bin/hookwire", "host",
        "-c", "examples/hookwire.conf", "--calls", "examples/calls.jsonl", cwd=folder)
    used = set(re.findall(r"^\d+ +(\w+)\(", trace.read_text(), re.M))
assert {"epoll_wait", "mmap", "bind"} <= used, used
refused = used - allowed("@system-service")
assert not refused, f"the unit does not allow the host {refused}"
