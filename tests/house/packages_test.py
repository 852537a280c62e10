"""Makes the Debian packages, and looks at them: lintian finds no error, no file is in two of them,
each depends on what it needs. Compressed for speed, and removed again.

Usage: packages_test.py BUILD_FOLDER VERSION FOLDER
"""

import pathlib
import re
import shutil
import sys

from outside import run

build, version, folder = sys.argv[1:]
changelog = pathlib.Path(__file__).parents[2] / "packaging/changelog"
assert run("dpkg-parsechangelog", "-l", changelog, "-S", "Version").strip() == version
release = ".".join(version.split(".")[:2])
folder = pathlib.Path(folder)
machine = run("dpkg", "--print-architecture").strip()

shutil.rmtree(folder, ignore_errors=True)
# Whoever makes them and however private they keep their files: packages are for everybody.
run("cpack", "-G", "DEB", "--config", pathlib.Path(build, "CPackConfig.cmake"), "-B", folder,
    "-D", "CPACK_DEBIAN_COMPRESSION_TYPE=gzip", umask=0o077)
shutil.rmtree(folder / "_CPack_Packages")
packages = {path.name.split("_")[0]: path for path in folder.iterdir()}
assert {path.name for path in packages.values()} == {
    f"libhookwire{release}_{version}_{machine}.deb", f"libhookwire-dev_{version}_{machine}.deb",
    f"hookwire_{version}_{machine}.deb", f"hookwire-doc_{version}_all.deb"}, packages

print(run("lintian", "--allow-root", "--no-cfg", "--fail-on", "error", "--tag-display-limit", "0",
          *packages.values()))

# A path is in one package, folders aside, and everybody may read it.
MODES = {"d": ("rwxr-xr-x",), "-": ("rw-r--r--", "rwxr-xr-x"), "l": ("rwxrwxrwx",)}
owners = {}
for name, path in packages.items():
    for line in run("dpkg-deb", "--contents", path).splitlines():
        assert line[1:10] in MODES[line[0]] and line.split()[1] == "root/root", f"{name}: {line}"
        entry = line.split(maxsplit=5)[5].split(" -> ")[0]
        if not entry.endswith("/"):
            owners.setdefault(entry, []).append(name)
shared = {entry: names for entry, names in owners.items() if len(names) > 1}
assert not shared, shared
LIBRARY, DEV, TOOLS, DOC = f"libhookwire{release}", "libhookwire-dev", "hookwire", "hookwire-doc"
for entry, package in ((f"./usr/lib/libhookwire.so.{release}", LIBRARY),
                       ("./usr/lib/libhookwire.so", DEV), ("./usr/lib/libhookwire_hooks.a", DEV),
                       ("./usr/bin/hookwire", TOOLS),
                       ("./usr/share/man/man1/hookwire-host.1.gz", TOOLS),
                       ("./usr/share/man/man5/hookwire.conf.5.gz", TOOLS),
                       ("./usr/share/bash-completion/completions/hookwire", TOOLS),
                       ("./lib/systemd/system/hookwire-host@.service", TOOLS),
                       ("./usr/share/doc/hookwire/docs/wire.md", DOC)):
    assert owners.get(entry) == [package], f"{entry} is in {owners.get(entry)}"


def field(package, name):
    return run("dpkg-deb", "--field", packages[package], name).strip()


ours = rf"\blibhookwire{re.escape(release)} \(= {re.escape(version)}\)"
for package in (DEV, TOOLS):
    assert re.search(ours, field(package, "Depends")), field(package, "Depends")
for needed in ("libzmq5", "libssl3", "libstdc++6", "libc6"):
    assert re.search(rf"\b{re.escape(needed)} \(", field(LIBRARY, "Depends")), needed
assert field(DOC, "Depends") == "", field(DOC, "Depends")
# What other packages come to depend on when they use the library.
run("dpkg-deb", "--control", packages[LIBRARY], folder / "control")
assert (folder / "control/shlibs").read_text().split() == [
    "libhookwire", release, LIBRARY, "(>=", f"{version})"]

# Lists of packages show the first line of each description.
synopses = [field(package, "Description").splitlines()[0] for package in packages]
assert len(set(synopses)) == len(packages), synopses
shutil.rmtree(folder)
