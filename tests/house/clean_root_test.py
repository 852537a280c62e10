"""Installs the Debian packages in a bare Debian 12, made for this by mmdebstrap from Debian's
mirrors, and there runs clean_root.sh. Without a mirror it fails.

Usage: clean_root_test.py PACKAGES_FOLDER VERSION
"""

import pathlib
import sys

from outside import SOURCES, run

folder, version = sys.argv[1:]
script = pathlib.Path(__file__).with_name("clean_root.sh")
packages = sorted(pathlib.Path(folder).glob("*.deb"))
assert len(packages) == 4, packages

said = run("mmdebstrap", "--quiet", "--variant=apt", "--format=null",
           "--aptopt=Acquire::Retries 3", "--customize-hook=mkdir $1/try",
           f"--customize-hook=copy-in {' '.join(map(str, packages))} {script} {SOURCES} /try",
           f"--customize-hook=chroot $1 env VERSION={version} sh /try/{script.name}",
           "bookworm", "/dev/null", timeout=880)
print(said)
assert "the packages work in a bare Debian" in said, said
