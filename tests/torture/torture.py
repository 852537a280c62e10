#!/usr/bin/env python3
"""Runs the long forms of the tests until the time is over, and sums up what they say.

A test says "torture: NAME key=value ...": what was tried and how often each fault hit. Keys that
begin with "lost" count what must never happen. A test that says nothing of the kind, or says it in a
form that cannot be read, has failed: nobody knows what it tried.
"""
import argparse
import json
import os
import re
import subprocess
import sys
import time

LINE = re.compile(r"torture: (\w+)((?: \w+=\d+)+)\s*$")
# What a program began to say: ctest writes the number of the test before it.
BEGUN = re.compile(r"^(\d+: )?torture:")


class Summary:
    """Figures by name and key, in the order in which they were first said."""

    def __init__(self):
        self.runs = {}
        self.figures = {}
        self.failed = []

    def read(self, text):
        """Takes in what a test said; what is wrong with it, if anything."""
        said, unread = 0, []
        for line in text.splitlines():
            found = LINE.search(line)
            if not found:
                if BEGUN.search(line):
                    unread.append(line.strip())
                continue
            said += 1
            name = found.group(1)
            self.runs[name] = self.runs.get(name, 0) + 1
            sums = self.figures.setdefault(name, {})
            for pair in found.group(2).split():
                key, value = pair.split("=")
                if key != "seed":
                    sums[key] = sums.get(key, 0) + int(value)
        if unread:
            return "says what cannot be read: " + "; ".join(unread)
        return None if said else "says nothing of what it tried"

    def lost(self):
        return {f"{name} {key}": value for name, sums in self.figures.items()
                for key, value in sums.items() if key.startswith("lost") and value > 0}

    def table(self):
        lines = [f"{'tried':<32}{'what':<28}{'in all':>18}"]
        for name, sums in self.figures.items():
            lines.append(f"{name:<32}{'runs':<28}{self.runs[name]:>18,}")
            lines += [f"{'':<32}{key:<28}{value:>18,}" for key, value in sums.items()]
        lost = self.lost()
        lines += [f"lost: {where}: {value:,}" for where, value in lost.items()]
        lines += [f"failed: {what}" for what in self.failed]
        if not lost and not self.failed:
            lines.append("lost: nothing")
        return "\n".join(lines)


def ctest(folder, *arguments):
    return ["ctest", "--test-dir", folder, "-C", "torture", *arguments]


def names(folder):
    listed = subprocess.run(ctest(folder, "-L", "torture", "--show-only=json-v1"), check=True,
                            capture_output=True, text=True).stdout
    return [test["name"] for test in json.loads(listed)["tests"]]


def main():
    parser = argparse.ArgumentParser(prog="./dev torture", description=__doc__.split("\n")[0])
    parser.add_argument("--hours", type=float, default=0,
                        help="go on for so long; else each test runs once")
    parser.add_argument("--seed", type=int, default=None,
                        help="of the first round; each further round has the next")
    parser.add_argument("folder", help=argparse.SUPPRESS)
    options = parser.parse_args()
    seed = options.seed if options.seed is not None else int.from_bytes(os.urandom(4), "little")
    tests = names(options.folder)
    if not tests:
        sys.exit("torture: there are no long forms in " + options.folder)
    summary = Summary()
    end = time.monotonic() + options.hours * 3600
    first = True
    while first or time.monotonic() < end:
        for test in tests:
            if not first and time.monotonic() >= end:
                break
            print(f"torture: {test}, seed {seed}", file=sys.stderr, flush=True)
            run = subprocess.run(ctest(options.folder, "-V", "-R", f"^{re.escape(test)}$"),
                                 env={**os.environ, "HOOKWIRE_SEED": str(seed)},
                                 capture_output=True, text=True)
            wrong = summary.read(run.stdout)
            if run.returncode != 0 or wrong:
                summary.failed.append(f"{test} with seed {seed}" + (f": {wrong}" if wrong else ""))
                print(run.stdout[-20000:], file=sys.stderr, flush=True)
        seed += 1
        first = False
    print(summary.table())
    return 1 if summary.lost() or summary.failed else 0


if __name__ == "__main__":
    sys.exit(main())
