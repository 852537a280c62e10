#!/usr/bin/env python3
"""Fills the disk under a host that works, file system by file system, and frees it again.

Usage: full_disk_test.py HOOKWIRE fail_open|fail_closed [KIND...]

Each file system is made in an image and mounted where nobody else sees it. The host's journal lies on
it; the driver's state does not. What this machine cannot mount is said; tmpfs it must, and all of
them in the long form.
"""

import collections
import errno
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

HOOKWIRE, POLICY = os.path.abspath(sys.argv[1]), sys.argv[2]
ONLY = sys.argv[3:]
LONG = os.environ.get("HOOKWIRE_LONG") == "1"
ROUNDS = 10 if LONG else 1
DEADLINE_S = 60
MIB = 1 << 20
SEGMENT_KIB = 256
# Large, for Btrfs looks for space at every store into a full disk, which takes it milliseconds.
CALL = json.dumps({"method": "init_host", "context": {"user_id": "x" * 4000}})
SMALL_CALL = json.dumps({"method": "init_host"})

Kind = collections.namedtuple("Kind", "name image_bytes make")
KINDS = [
    Kind("tmpfs", 0, None),
    Kind("ext4", 64 * MIB, ["mkfs.ext4", "-q", "-F", "-m", "0"]),
    Kind("xfs", 300 * MIB, ["mkfs.xfs", "-q", "-f"]),
    Kind("btrfs", 256 * MIB, ["mkfs.btrfs", "-q", "-f"]),
]
# Tried when named. Data and metadata are in the same blocks, so that both are full at once: then
# Btrfs raises SIGBUS in a file that is written in place, too (see docs/journal.md).
BEYOND = [Kind("btrfs_mixed", 128 * MIB, ["mkfs.btrfs", "-q", "-f", "--mixed"])]


class Failed(Exception):
    pass


class CannotMount(Exception):
    pass


def require(holds, what):
    if not holds:
        raise Failed(what)


def in_own_mounts():
    """Goes on in a mount namespace of its own, in which this user may mount."""
    if os.environ.get("HOOKWIRE_OWN_MOUNTS") == "1":
        return
    how = ["-m"] if os.geteuid() == 0 else ["-U", "-r", "-m"]
    command = ["unshare", *how, "--propagation", "private"]
    if subprocess.run([*command, "true"], check=False).returncode != 0:
        sys.exit("full_disk_test: no file system can be tried: this user may not have mounts of its "
                 f"own ({' '.join(command)} fails). Run it as root or allow user namespaces.")
    os.environ["HOOKWIRE_OWN_MOUNTS"] = "1"
    os.execvp("unshare", [*command, sys.executable, *sys.argv])


def run(command):
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False,
                              timeout=DEADLINE_S)
    except FileNotFoundError as absent:
        raise CannotMount(f"{command[0]} is not installed") from absent
    if done.returncode != 0:
        raise CannotMount(f"{' '.join(command)}: {done.stderr.strip()}")


class Disk:
    """A small file system of one kind, mounted while it is used."""

    def __init__(self, kind, work):
        self.kind = kind
        self.path = os.path.join(work, "disk")
        self.image = os.path.join(work, "image")
        os.mkdir(self.path)
        if kind.make:
            with open(self.image, "wb") as image:
                image.truncate(kind.image_bytes)
            run([*kind.make, self.image])

    def mount(self):
        if self.kind.make:
            run(["mount", "-o", "loop", self.image, self.path])
        else:
            run(["mount", "-t", "tmpfs", "-o", "size=16m", "hookwire", self.path])

    def unmount(self):
        subprocess.run(["umount", self.path], check=False)

    def fill(self):
        """To the last byte, and until no file can be made either."""
        os.mkdir(os.path.join(self.path, "files"))
        with open(os.path.join(self.path, "filler"), "wb", buffering=0) as filler:
            end, step = 0, 64 * MIB
            while step >= 4096:
                try:
                    os.posix_fallocate(filler.fileno(), end, step)
                    end += step
                except OSError as error:
                    require(error.errno == errno.ENOSPC, f"not full, but {error}")
                    step //= 2
            for size in (4096, 1):
                self.write_until_full(filler.fileno(), end, size)
        for number in range(5000):
            try:
                with open(os.path.join(self.path, "files", str(number)), "xb", buffering=0) as file:
                    file.write(b"x" * 100)
            except OSError as error:
                require(error.errno == errno.ENOSPC, f"not full, but {error}")
                return

    @staticmethod
    def write_until_full(fd, end, size):
        try:
            while True:
                end += os.pwrite(fd, b"x" * size, end)
        except OSError as error:
            require(error.errno == errno.ENOSPC, f"not full, but {error}")

    def is_full(self):
        """Whether there is no place for the smallest segment."""
        path = os.path.join(self.path, "probe")
        try:
            with open(path, "xb") as probe:
                os.posix_fallocate(probe.fileno(), 0, 128 * 1024)
        except OSError as error:
            return error.errno == errno.ENOSPC
        finally:
            if os.path.exists(path):
                os.remove(path)
        return False

    def free(self):
        shutil.rmtree(os.path.join(self.path, "files"))
        os.remove(os.path.join(self.path, "filler"))


class Host:
    """`hookwire host` on a configuration, asked call by call."""

    def __init__(self, work, journal, sync):
        config = os.path.join(work, "hookwire.conf")
        policy = "" if POLICY == "fail_open" else f"on_journal_error = {POLICY}\n"
        pathlib.Path(config).write_text(
            "[DEFAULT]\nenabled_backends = gold\nhost = nas01\n\n[gold]\ndriver = directory\n"
            f"directory_root = shares\nhook_drivers = hookwire:NotificationHook\n"
            f"journal_dir = {journal}\njournal_segment_bytes = {SEGMENT_KIB}K\nappend_wait = 10ms\n"
            f"journal_low_space = 0\njournal_sync = {sync}\n{policy}", encoding="utf-8")
        self.messages = os.path.join(work, "messages")
        self.answers = collections.Counter()
        with open(self.messages, "wb") as messages:
            self.process = subprocess.Popen([HOOKWIRE, "host", "-c", config], text=True, bufsize=1,
                                            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                            stderr=messages)

    def said(self, words):
        return pathlib.Path(self.messages).read_text(encoding="utf-8").count(words)

    def call(self, line=CALL):
        """True when it worked, False when it was refused."""
        try:
            self.process.stdin.write(line + "\n")
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            raise Failed(f"the host died, with {self.process.wait(DEADLINE_S)}: " +
                         pathlib.Path(self.messages).read_text(encoding="utf-8")[-300:])
        answer = json.loads(line)
        worked = answer["ok"]
        require(worked or answer["outcome"] == "vetoed", f"a call failed: {line}")
        require(worked or len(answer["error"]["message"]) > 20, f"a refusal says nothing: {line}")
        self.answers["worked" if worked else "refused"] += 1
        return worked

    def calls_until(self, condition, what):
        end = time.monotonic() + DEADLINE_S
        while not condition(self.call()):
            require(time.monotonic() < end, f"in {DEADLINE_S} s {what} never came")

    def finish(self):
        self.process.stdin.close()
        require(self.process.wait(DEADLINE_S) == 0,
                f"the host ends with {self.process.returncode}")


def segments(journal):
    return len([name for name in os.listdir(journal) if name.endswith(".hwj")])


def one_round(host, disk, journal):
    for _ in range(20):
        require(host.call(), "a call is refused though there is space")
    # The next segment is made ahead: when it is there, nothing has to be made for a while.
    before = segments(journal)
    host.calls_until(lambda _: segments(journal) > before, "the next segment")
    disk.fill()
    require(disk.is_full(), "the disk cannot be filled")
    lost = host.said("events are being lost")
    held = host.answers["worked"]
    for _ in range(100):  # whose records begin and end anywhere in a page
        require(host.call(SMALL_CALL), "a call is refused though a segment is ready")
    if POLICY == "fail_open":
        host.calls_until(lambda _: host.said("events are being lost") > lost, "the end of space")
    else:
        host.calls_until(lambda worked: not worked, "a refusal")
    held = host.answers["worked"] - held
    for _ in range(20):
        worked = host.call()
        require(worked or POLICY == "fail_closed", "fail_open refuses a call")
    require(disk.is_full(), "the disk was not full all the time")
    disk.free()
    if POLICY == "fail_open":
        again = host.said("takes events again")
        host.calls_until(lambda _: host.said("takes events again") > again, "normal service")
    else:
        host.calls_until(lambda worked: worked, "normal service")
    for _ in range(20):  # a busy machine may take longer than append_wait to make a segment
        host.calls_until(lambda worked: worked, "a call that works, with space again")
    return held


def look(journal):
    """Sound, and what it tells: pre, post, aborted, and what its gaps count."""
    verify = subprocess.run([HOOKWIRE, "journal", "verify", journal], capture_output=True,
                            text=True, check=False, timeout=DEADLINE_S)
    require(verify.returncode == 0, f"verify: {verify.stdout}{verify.stderr}")
    cat = subprocess.run([HOOKWIRE, "journal", "cat", journal, "-o", "json"], capture_output=True,
                         text=True, check=True, timeout=DEADLINE_S)
    told = collections.Counter()
    for event in map(json.loads, cat.stdout.splitlines()):
        phase = event["topic"].split("/")[0]
        told[phase] += 1
        told["open_calls"] += event["topic"].startswith("system/open_calls/")
        if event["topic"].startswith("system/gap/"):
            told["gaps"] += 1
            told["missing"] += event["data"]["count"]
    ls = subprocess.run([HOOKWIRE, "journal", "ls", journal, "-o", "json"], capture_output=True,
                        text=True, check=True, timeout=DEADLINE_S)
    told["bytes"] = sum(json.loads(line)["bytes"] for line in ls.stdout.splitlines())
    return told


def judge(host, told, refused_rounds):
    worked, refused = host.answers["worked"], host.answers["refused"]
    if POLICY == "fail_open":
        require(refused == 0, f"fail_open refused {refused} calls")
        require(told["gaps"] >= refused_rounds, f"{told['gaps']} gaps of {refused_rounds} outages")
        # Without a pre a call gets no end; without an end it is closed as aborted. Lists of open
        # calls, due at the start, the end and each half of a segment, can be missing too.
        missing = worked - told["post"]
        lists = 2 + told["bytes"] // (SEGMENT_KIB * 1024 // 2) - told["open_calls"]
        require(missing <= told["missing"] <= missing + max(0, lists),
                f"{missing} events of calls are missing and {lists} lists, but gaps of "
                f"{told['missing']} in all")
        require(told["failure"] == told["pre"] - told["post"], f"ends are missing: {dict(told)}")
    else:
        require(refused >= refused_rounds, f"{refused} refusals in {refused_rounds} outages")
        require(told["pre"] == told["post"] + told["failure"], f"a pre has no end: {dict(told)}")
        require(told["post"] == worked, f"{worked} calls worked, {told['post']} are told")


def try_one(kind, sync, work):
    disk = Disk(kind, work)
    disk.mount()
    try:
        journal = os.path.join(disk.path, "journal")
        host = Host(work, journal, sync)
        try:
            held = sum(one_round(host, disk, journal) for _ in range(ROUNDS))
            host.finish()
        finally:
            host.process.kill()
            host.process.wait()
        told = look(journal)
        judge(host, told, ROUNDS)
        require(held > 0, "no call was made on the full disk")
        if kind.make:  # what the stores left reached the disk
            disk.unmount()
            disk.mount()
            require(look(journal) == told, "another mount shows other events")
    finally:
        disk.unmount()
    print(f"torture: full_disk_{kind.name}_{sync}_{POLICY} outages={ROUNDS} "
          f"calls={sum(host.answers.values())} on_full_disk={held} refused={host.answers['refused']} "
          f"told_missing={told['missing']}", flush=True)


def what_is_missing(tried, untried, only, long):
    """Why a run proves too little, if it does."""
    if long and untried:
        return "the long form tries every file system: " + "; ".join(untried)
    if not only and "tmpfs" not in tried:
        return "not even tmpfs could be tried"
    if only and not tried:
        return "none of " + ", ".join(only) + " could be tried"
    return ""


def main():
    in_own_mounts()
    tried, untried, failures = [], [], []
    for kind in [kind for kind in KINDS + BEYOND if kind.name in ONLY] if ONLY else KINDS:
        for sync in ("os", "disk"):
            work = tempfile.mkdtemp(prefix="hookwire-full-")
            try:
                try_one(kind, sync, work)
                tried.append(kind.name)
            except CannotMount as why:
                untried.append(f"{kind.name} ({why})")
                break
            except Failed as failed:
                failures.append(f"{kind.name}, journal_sync = {sync}, {POLICY}: {failed}")
            finally:
                shutil.rmtree(work, ignore_errors=True)
    for text in untried:
        print("full_disk_test: CANNOT TRY " + text)
    for text in failures:
        print("full_disk_test: " + text)
    missing = what_is_missing(tried, untried, ONLY, LONG)
    if missing:
        print("full_disk_test: " + missing)
    return 1 if failures or missing else 0


if __name__ == "__main__":
    sys.exit(main())
