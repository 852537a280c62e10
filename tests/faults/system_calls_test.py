#!/usr/bin/env python3
"""Fails each system call of a run on a journal in turn, and looks what becomes of it.

Usage: system_calls_test.py JOURNAL_RUN HOOKWIRE

A run appends 200 events. First its calls on the journal are recorded; then it runs once for each of
them and each fault. However it ends, it ends: with every event taken, with clear words, or killed.
The next writer opens what it left, verify agrees, and what was acknowledged is there.
"""

import collections
import concurrent.futures
import os
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import tempfile

JOURNAL_RUN, HOOKWIRE = sys.argv[1:]
LONG = os.environ.get("HOOKWIRE_LONG") == "1"
SHORT_CASES = 600
EVENTS = 200
DEADLINE_S = 60

# What Linux may interrupt; the others never return EINTR.
INTERRUPTIBLE = {"openat", "pread64", "pwrite64", "fallocate", "ftruncate", "fdatasync", "fsync",
                 "fcntl", "close", "statfs"}
SHORT = {"pread64": "read", "pwrite64": "write"}

Scenario = collections.namedtuple("Scenario", "name sync thread left_behind")
SCENARIOS = [
    Scenario("new", "os", "main", False),
    Scenario("new", "os", "maker", False),
    Scenario("synced", "synced", "maker", False),
    Scenario("disk", "disk", "main", False),
    Scenario("disk", "disk", "maker", False),
    # What was left behind is a journal of a killed writer, with a torn tail.
    Scenario("reopened", "os", "main", True),
    Scenario("reopened_disk", "disk", "main", True),
]
Case = collections.namedtuple("Case", "scenario call nth fault")


class Failed(Exception):
    pass


def require(holds, what):
    if not holds:
        raise Failed(what)


class Run:
    """A writer of EVENTS events on `folder`, of which one thread is traced with `injection`."""

    def __init__(self, scenario, folder, log, injection, short=()):
        first = 1000 if scenario.left_behind else 1
        self.program = subprocess.Popen(
            [JOURNAL_RUN, "write", folder, scenario.sync, scenario.thread, str(first), str(EVENTS),
             *short], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, errors="replace")
        self.lines = []
        self.tracer = None
        try:
            self.start(log, injection)
            rest, _ = self.program.communicate("\n", timeout=DEADLINE_S)
            self.lines += rest.splitlines()
            if self.tracer:
                self.tracer.communicate(timeout=DEADLINE_S)
        except subprocess.TimeoutExpired as late:
            raise Failed(f"it hangs; it had said {self.lines[-3:]}") from late
        finally:
            for process in (self.program, self.tracer):
                if process and process.poll() is None:
                    process.kill()
                    process.wait()

    def start(self, log, injection):
        thread = None
        for line in self.program.stdout:
            self.lines.append(line.rstrip("\n"))
            if line.startswith("thread "):
                thread = line.split()[1]
                break
        require(thread, f"it did not begin: {self.lines}")
        if injection is None:
            return
        self.tracer = subprocess.Popen(["strace", "-y", "-o", log, *injection, "-p", thread],
                                       stderr=subprocess.PIPE, text=True)
        said = self.tracer.stderr.readline()
        if "attached" not in said:
            sys.exit("system_calls_test: strace cannot trace a process of this user, so that no "
                     f"system call can be failed: {said.strip()}. Allow ptrace (a container needs "
                     "CAP_SYS_PTRACE or a seccomp profile that lets it through).")

    def said(self, word):
        return [line.split(" ", 1)[1] for line in self.lines if line.startswith(word + " ")]

    def acknowledged(self):
        return {tuple(map(int, words.split())) for words in self.said("acked")}


def left_behind(folder):
    """A journal whose writer was killed, with a record torn; what that writer was told."""
    scenario = Scenario("left behind", "os", "main", False)
    run = Run(scenario, folder, folder + ".log",
              ["-e", "trace=write", "-e", "inject=write:signal=SIGKILL:when=151"])
    acknowledged = run.acknowledged()
    require(len(acknowledged) == 150, f"killed at its event 151, it had said {len(acknowledged)}")
    for segment in sorted(pathlib.Path(folder).glob("*.hwj"), reverse=True):
        with open(segment, "r+b") as file:
            file.seek(192)
            end = struct.unpack("<Q", file.read(8))[0]
            if end == 0:
                continue
            require(end % (1 << 16) < (1 << 16) - 400, "there is no place for a torn record")
            file.seek(end + 56)
            file.write(b"T" * 300)
            return acknowledged
    raise Failed("the writer that was to be killed left no segment")


def calls_of(scenario, work, base):
    """(call, nth of its name) of each call on the journal, in order."""
    folder = fresh_folder(scenario, work, base)
    log = os.path.join(work, "record.log")
    run = Run(scenario, folder, log, [])
    require(run.program.returncode == 0 and len(run.acknowledged()) == EVENTS,
            f"a run without a fault fails: {run.lines[-3:]}")
    calls, seen = [], collections.Counter()
    with open(log, errors="replace") as lines:
        for line in lines:
            found = re.match(r"(\w+)\(", line)
            if not found:
                continue
            name = found.group(1)
            seen[name] += 1
            if (folder in line or "/random/boot_id" in line or "MADV_POPULATE_WRITE" in line
                    or name == "clone3" or re.match(r"getrandom\(.*, 0\) ", line)):
                calls.append((name, seen[name]))
    shutil.rmtree(folder)
    return calls


def fresh_folder(scenario, work, base):
    folder = os.path.join(tempfile.mkdtemp(dir=work), "journal")
    if scenario.left_behind:
        shutil.copytree(base, folder)
    return folder


def faults_of(call):
    faults = ["EIO", "ENOSPC", "SIGKILL"]
    if call in INTERRUPTIBLE:
        faults.append("EINTR")
    if call in SHORT:
        faults.append("short")
    return faults


def all_cases(recorded):
    return [Case(scenario, call, nth, fault) for scenario, calls in recorded.items()
            for call, nth in calls for fault in faults_of(call)]


def sample(cases, count):
    """The first of each kind, and others at even distances."""
    first = {}
    for case in cases:
        first.setdefault((case.scenario, case.call, case.fault), case)
    chosen = set(first.values())
    rest = [case for case in cases if case not in chosen]
    step = max(1, len(rest) // max(1, count - len(chosen)))
    chosen |= set(rest[step // 2::step])
    return [case for case in cases if case in chosen]


def run_case(case, work, base, told_before):
    """Figures of one case. Raises Failed."""
    folder = fresh_folder(case.scenario, work, base)
    log = os.path.join(os.path.dirname(folder), "strace.log")
    if case.fault == "short":
        run = Run(case.scenario, folder, log, None, (SHORT[case.call], str(case.nth)))
        hit = "shortened" in run.lines
    else:
        what = "signal=SIGKILL" if case.fault == "SIGKILL" else f"error={case.fault}"
        run = Run(case.scenario, folder, log, [
            "-e", f"trace={case.call}", "-e", f"inject={case.call}:{what}:when={case.nth}"])
        text = pathlib.Path(log).read_text(errors="replace")
        hit = "INJECTED" in text or "killed by SIGKILL" in text
    figures = collections.Counter(runs=1, hits=int(hit), missed=int(not hit))
    figures.update(judge_end(case, run, hit))
    figures.update(judge_journal(folder, run, told_before if case.scenario.left_behind else set()))
    shutil.rmtree(os.path.dirname(folder))
    return figures


def judge_end(case, run, hit):
    code, refused, errors = run.program.returncode, run.said("refused"), run.said("error")
    unsynced = run.said("unsynced")
    if code == -9:
        require(hit and case.fault == "SIGKILL", "it was killed by nobody")
        return {"killed": 1}
    require(code in (0, 1), f"it crashed, with {code}: {run.lines[-3:]}")
    require(not (hit and case.fault == "SIGKILL"), "it outlived SIGKILL")
    require((code == 1) == bool(errors), f"it ended with {code} and said {errors}")
    for message in [words.split(" ", 1)[1] for words in refused] + errors + unsynced:
        require(len(message) > 20, f"that says nothing: {message!r}")
    # A close that is made to fail does not close.
    kept = 1 if hit and case.call == "close" and case.fault != "short" else 0
    before, after = [tuple(map(int, words.split()[1:])) for words in run.said("resources")]
    require(after == (before[0] + kept, before[1]),
            f"(descriptors, threads) were {before} and are {after}")
    taken = len(run.acknowledged()) + len(refused)
    require(code == 1 or taken == EVENTS, f"of {EVENTS} events {taken} were taken or refused")
    reported = bool(errors or refused or unsynced)
    # A sync that was interrupted counts as failed, for who knows what it left undone.
    require(not reported or case.fault != "EINTR" or case.call in ("fdatasync", "fsync"),
            f"it does not go on: {refused + errors + unsynced}")
    return {"refused_events": len(refused), "reported": int(hit and reported),
            "carried_on": int(hit and not reported)}


def verify(folder):
    """No fault here harms what is written: damage would be of the journal's own making."""
    done = subprocess.run([HOOKWIRE, "journal", "verify", folder], capture_output=True, text=True,
                          timeout=DEADLINE_S)
    require(done.returncode == 0,
            f"verify ends with {done.returncode}: {done.stdout}{done.stderr}")


def judge_journal(folder, run, told_before):
    # Before its state file is there, a folder is no journal yet.
    if os.path.exists(os.path.join(folder, "journal.state")):
        verify(folder)
    opened = subprocess.run([JOURNAL_RUN, "read", folder], capture_output=True, text=True,
                            errors="replace", timeout=DEADLINE_S)
    require(opened.returncode == 0,
            f"the next writer cannot open it: {opened.returncode} {opened.stderr}")
    verify(folder)
    lines = [line.split() for line in opened.stdout.splitlines()]
    records = [(int(words[1]), int(words[2])) for words in lines if words[0] == "record"]
    require(len(records) == len(lines), f"more than records: {opened.stdout[:2000]}")
    require([sequence for sequence, _ in records] == list(range(1, len(records) + 1)),
            "sequences have a hole or a repeat")
    numbers = [number for _, number in records]
    require(numbers == sorted(set(numbers)), "events are repeated or out of order")
    acknowledged = run.acknowledged() | told_before
    lost = acknowledged - set(records)
    require(not lost, f"{len(lost)} acknowledged events are lost: {sorted(lost)[:3]}")
    # One more may be there whose caller was killed before it was told.
    unasked = set(records) - acknowledged
    require(len(unasked) <= 2, f"{len(unasked)} events that nobody was told of: {unasked}")
    return {"acknowledged": len(acknowledged), "lost_acknowledged": len(lost)}


def main():
    work = tempfile.mkdtemp(prefix="hookwire-calls-")
    try:
        base = os.path.join(work, "base")
        told_before = left_behind(base)
        recorded = {scenario: calls_of(scenario, work, base) for scenario in SCENARIOS}
        cases = all_cases(recorded)
        chosen = cases if LONG else sample(cases, SHORT_CASES)
        figures = collections.Counter(
            recorded_calls=sum(map(len, recorded.values())), cases=len(cases))
        failures = []
        hits = collections.Counter()

        def one(case):
            try:
                return case, run_case(case, work, base, told_before), None
            except Failed as failed:
                return case, {}, failed

        with concurrent.futures.ThreadPoolExecutor(4) as threads:
            for case, counted, failed in threads.map(one, chosen):
                figures.update(counted)
                hits[case.call, case.fault] += counted.get("hits", 0)
                if failed:
                    failures.append(f"{case.scenario.name} ({case.scenario.thread}): {case.call} "
                                    f"number {case.nth}, {case.fault}: {failed}")
        for (call, fault), count in sorted(hits.items()):
            print(f"{call:<12}{fault:<10}{count:>8} hits")
        print("torture: system_calls " + " ".join(f"{k}={v}" for k, v in figures.items()))
        for failure in failures:
            print(failure)
        never = [key for key, count in hits.items() if count == 0]
        if never and not failures:
            failures.append(f"never hit: {never}")
            print(failures[-1])
        return 1 if failures else 0
    finally:
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
