"""What the tests of the installed tree share: commands that must work, and the outside project."""

import json
import os
import pathlib
import re
import signal
import subprocess

SOURCES = pathlib.Path(__file__).parent / "outside"
PRINTED = "pre/add/host@backend\npost/add/host@backend\n"
SONAME = re.compile(r"libhookwire\.so\.\d+\.\d+")

CONFIG = """
[DEFAULT]
enabled_backends = gold
host = nas01
[gold]
driver = directory
directory_root = var/gold
hook_drivers = crossing={library}:CrossingHook
[gold:crossing]
{option}
"""
CREATE = ('{"method":"create_share_instance",'
          '"args":{"share_id":"%s","size_gb":1,"share_proto":"NFS"}}\n')


def run(*command, status=0, timeout=580, **options):
    """What the command prints, after it ended with `status`. At the timeout it ends with all that it
    started."""
    with subprocess.Popen([str(word) for word in command], text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, start_new_session=True, **options) as process:
        try:
            printed, _ = process.communicate(timeout=timeout)
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            raise
    assert process.returncode == status, f"{command} ended with {process.returncode}:\n{printed}"
    return printed


def needed(path):
    """The shared libraries of this project that the file asks for."""
    return SONAME.findall("\n".join(line for line in run("readelf", "-dW", path).splitlines()
                                    if "(NEEDED)" in line))


def try_hook_library(hookwire, library, folder):
    """Has `hookwire host` load outside/crossing_hook.cc, and sees everything come across."""
    folder.mkdir(parents=True)
    path = folder / "libcrossing.so"
    path.write_bytes(library.read_bytes())
    path.chmod(0o644)
    config = folder / "hw.conf"

    # The library's constructor raises, the program says where in the file.
    config.write_text(CONFIG.format(library=path, option="other = 1"))
    said = run(hookwire, "config", "check", config, status=2)
    assert re.search(r"hw\.conf:\d+: \[gold\] absent: is not set", said), said

    config.write_text(CONFIG.format(library=path, option="absent = s-gone"))
    result = subprocess.run([str(hookwire), "host", "-c", str(config)], text=True, timeout=60,
                            input=CREATE % "s-1" + CREATE % "s-gone", capture_output=True)
    assert result.returncode == 0, result.stderr
    made, refused = map(json.loads, result.stdout.splitlines())
    assert made["result"] == ["s-1", "bad_input", "1 inside"], made
    assert refused["outcome"] == "vetoed", refused
    assert refused["error"] == {"type": "ShareNotFound",
                                "message": "share 's-gone' is not known here"}, refused
