"""Makes the Debian packages, and looks at them: lintian finds no error, no file is in two of them,
each depends on what it needs.

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
run("cpack", "-G", "DEB", "--config", pathlib.Path(build, "CPackConfig.cmake"), "-B", folder)
shutil.rmtree(folder / "_CPack_Packages")
packages = {path.name.split("_")[0]: path for path in folder.iterdir()}
assert {path.name for path in packages.values()} == {
    f"libhookwire{release}_{version}_{machine}.deb", f"libhookwire-dev_{version}_{machine}.deb",
    f"hookwire_{version}_{machine}.deb", f"hookwire-doc_{version}_all.deb"}, packages

print(run("lintian", "--allow-root", "--no-cfg", "--fail-on", "error", "--tag-display-limit", "0",
          *packages.values()))

# A path is in one package, folders aside.
owners = {}
for name, path in packages.items():
    for line in run("dpkg-deb", "--contents", path).splitlines():
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
shutil.rmtree(folder / "control")
