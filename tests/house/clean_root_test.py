"""Whoever cannot make a bare Debian is told so, and what to do, before anything is built for it."""

import os
import pathlib
import pwd
import re
import shutil
import subprocess
import tempfile

import clean_root


def check(*prefix, **options):
    """What `clean_root.py --check` says, from a copy that any user can read."""
    with tempfile.TemporaryDirectory() as name:
        os.chmod(name, 0o755)
        for script in ("clean_root.py", "outside.py"):
            path = pathlib.Path(shutil.copy(pathlib.Path(__file__).with_name(script), name))
            path.chmod(0o644)
        return subprocess.run([*prefix, "/usr/bin/python3", "-B", f"{name}/clean_root.py", "--check"],
                              capture_output=True, text=True, timeout=60, cwd="/", **options)


if os.geteuid() == 0:
    said = check()
    assert said.returncode == 0, said
    # Nobody has no user ids to give away.
    user, prefix = "nobody", ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
else:
    user, prefix = pwd.getpwuid(os.geteuid()).pw_name, []
lists = [path for path in map(pathlib.Path, ("/etc/subuid", "/etc/subgid")) if path.exists()]
has_ids = any(re.search(rf"^{user}:", path.read_text(), re.M) for path in lists)
said = check(*prefix)
if not has_ids:
    assert said.returncode == 1, said
    assert "clean_root: a bare Debian needs root" in said.stderr, said
    assert "usermod --add-subuids" in said.stderr and "Traceback" not in said.stderr, said

said = check(env={"PATH": "/nowhere"})
assert said.returncode == 1 and "apt-get install mmdebstrap" in said.stderr, said

# Of this machine's sources those of Debian, in the form that mmdebstrap takes.
for line in clean_root.mirror():
    word, address, suite, component = line.split()
    assert word == "deb" and ":/" in address and component, line
    assert suite.startswith(clean_root.SUITE), line
