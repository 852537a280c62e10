#!/usr/bin/env python3
"""Runs the tests of share replicas on XFS, which keeps other times than ext4 and tmpfs.

Usage: share_on_xfs_test.py SHARE_TEST [FILTER]

The file system is made in an image and mounted where nobody else sees it, which takes root: without
it, or without mkfs.xfs, the test is skipped (77). FILTER is one of GoogleTest, "*" for all tests.
"""

import os
import subprocess
import sys
import tempfile

SHARE_TEST = os.path.abspath(sys.argv[1])
FILTER = sys.argv[2] if len(sys.argv) > 2 else (
    "DirectoryReplicas.*:Replica*.*:Fingerprint.*:ContentFolder*.*:DirectoryCopy.*:"
    "DirectoryMigration.*")
IMAGE_BYTES = 4 << 30  # of which little is written
SKIPPED = 77


def skip(why):
    print(f"share_on_xfs_test: CANNOT TRY xfs ({why})")
    sys.exit(SKIPPED)


def in_own_mounts():
    """Goes on in a mount namespace of its own."""
    if os.environ.get("HOOKWIRE_OWN_MOUNTS") == "1":
        return
    if os.geteuid() != 0:
        skip("this user may not mount a loop device: run it as root")
    command = ["unshare", "-m", "--propagation", "private"]
    if subprocess.run([*command, "true"], check=False).returncode != 0:
        skip("no mounts of its own are allowed here")
    os.environ["HOOKWIRE_OWN_MOUNTS"] = "1"
    os.execvp("unshare", [*command, sys.executable, *sys.argv])


def run(command):
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        skip(f"{command[0]} is not installed")
    if done.returncode != 0:
        skip(f"{' '.join(command)}: {done.stderr.strip()}")


def main():
    in_own_mounts()
    with tempfile.TemporaryDirectory(prefix="hookwire-xfs-") as work:
        os.chmod(work, 0o711)  # for tests that go on as another user
        image, disk = os.path.join(work, "image"), os.path.join(work, "disk")
        os.mkdir(disk)
        with open(image, "wb") as file:
            file.truncate(IMAGE_BYTES)
        run(["mkfs.xfs", "-q", "-f", image])
        run(["mount", "-o", "loop", image, disk])
        try:
            os.chmod(disk, 0o1777)
            command = [SHARE_TEST, "--gtest_brief=1", f"--gtest_filter={FILTER}"]
            failed = subprocess.run(command, env={**os.environ, "TMPDIR": disk}, check=False)
        finally:
            subprocess.run(["umount", disk], check=False)
    sys.exit("share_on_xfs_test: tests fail on xfs" if failed.returncode != 0 else 0)


if __name__ == "__main__":
    main()
