"""Installs the Debian packages in a bare Debian 12, and there runs clean_root.sh. mmdebstrap makes it
for this from the mirror of Debian that this machine uses, or else from Debian's own. Takes minutes.

Usage: clean_root.py --check | PACKAGES_FOLDER
       --check only says whether this user can, and what to do if not
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys

from outside import SOURCES, run

SUITE = "bookworm"


def obstacle():
    """Why this user cannot make a bare Debian here, and what to do; or None."""
    if not shutil.which("mmdebstrap"):
        return "mmdebstrap is missing: as root, run: apt-get install mmdebstrap uidmap"
    if os.geteuid() == 0:
        return None
    # As mmdebstrap itself would begin.
    tried = subprocess.run(["mmdebstrap", "--unshare-helper", "true"], capture_output=True,
                           text=True, timeout=60)
    if tried.returncode == 0:
        return None
    return ("a bare Debian needs root, or user ids beside one's own: run this as root, or, as root, "
            "apt-get install uidmap; usermod --add-subuids 100000-165535 "
            f"--add-subgids 100000-165535 USER\n(mmdebstrap said: {tried.stderr.strip()})")


def mirror():
    """The lines of sources.list that this machine has for the suite, others than Debian's left out;
    none where it is another system, or has never asked."""
    lines = run("apt-get", "indextargets", "--format", "deb $(REPO_URI) $(RELEASE) $(COMPONENT)",
                "Identifier: Packages", "Origin: Debian").splitlines()
    return [line for line in lines if line.split()[2].startswith(SUITE)]


if __name__ == "__main__":
    missing = obstacle()
    if missing:
        sys.exit(f"clean_root: {missing}")
    if sys.argv[1:] == ["--check"]:
        sys.exit()
    (folder,) = sys.argv[1:]
    packages = sorted(pathlib.Path(folder).resolve().glob("*.deb"))
    assert len(packages) == 4, packages
    (version,) = {re.fullmatch(r"[^_]+_([^_]+)_[^_]+\.deb", path.name)[1] for path in packages}
    script = pathlib.Path(__file__).resolve().with_name("clean_root.sh")

    # Nothing of it is kept, so that dpkg need not wait for the disk.
    print(run("mmdebstrap", "--quiet", "--variant=apt", "--format=null",
              "--dpkgopt=force-unsafe-io", "--aptopt=Acquire::Retries 3",
              "--customize-hook=mkdir $1/try",
              f"--customize-hook=copy-in {' '.join(map(str, packages))} {script} "
              f"{SOURCES.resolve()} /try",
              f"--customize-hook=chroot $1 env VERSION={version} sh /try/{script.name}",
              SUITE, "/dev/null", *mirror(), timeout=1800))
