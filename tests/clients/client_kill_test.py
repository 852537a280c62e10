"""Kills a client that keeps events in a file, and its publisher, at random moments: in the end the
file holds each event once and in order, equal in every field to the journal's.

Usage: client_kill_test.py HOOKWIRE NAME COMMAND... (which gets ENDPOINT CURSOR_FILE FILE behind it)
"""

import json
import os
import random
import re
import subprocess
import sys
import time

from host import CALL, DEADLINE_S, Host, eventually

HOOKWIRE, NAME, COMMAND = sys.argv[1], sys.argv[2], sys.argv[3:]
LONG = os.environ.get("HOOKWIRE_LONG") == "1"
EVENTS, KILLS, PUBLISHER_KILLS = (200_000, 100, 20) if LONG else (20_000, 10, 2)
SEED = int(os.environ.get("HOOKWIRE_SEED") or random.SystemRandom().getrandbits(32))


class Client:
    """The program under test, started again whenever it was killed."""

    def __init__(self, host):
        self._files = [str(host.folder / name) for name in ("cursor", "events")]
        self._command = [*COMMAND, host.endpoint, *self._files]
        self._messages = open(host.folder / "client", "ab")
        self._process = None

    def start(self):
        self._process = subprocess.Popen(self._command, stderr=self._messages)

    def end(self):
        if self._process:
            self._process.kill()
            self._process.wait(DEADLINE_S)
        self._messages.close()

    def kept_bytes(self):
        """Of the file, whether the cursor is behind them or not."""
        try:
            return os.path.getsize(self._files[1])
        except FileNotFoundError:
            return 0

    def kill(self):
        """How many bytes the file holds that the cursor does not know of."""
        assert self._process.poll() is None, f"the client ended by itself: {self._process.poll()}"
        self._process.kill()
        self._process.wait(DEADLINE_S)
        try:
            with open(self._files[0], encoding="utf-8") as file:
                mark = json.load(file)["mark"]
        except FileNotFoundError:
            mark = 0
        return self.kept_bytes() - mark

    def lines(self):
        with open(self._files[1], encoding="utf-8") as file:
            return [json.loads(line) for line in file]

    def last(self):
        """The sequence in the last whole line; 0 when there is none."""
        try:
            with open(self._files[1], "rb") as file:
                file.seek(max(0, self.kept_bytes() - 100_000))
                found = re.findall(rb'"seq":([0-9]+),.*\n', file.read())
        except FileNotFoundError:
            return 0
        return int(found[-1]) if found else 0


class Run:
    def __init__(self, host):
        self.host, self.client, self.random = host, Client(host), random.Random(SEED)
        self.killed_behind = self.killed_before_cursor = 0

    def kill_once(self, calls):
        """Makes calls while the client works, and kills it somewhere among them."""
        self.client.start()
        before = self.client.kept_bytes()
        self.host.calls(calls // 2)
        if self.random.random() < 0.8:  # else it is killed while it starts
            assert eventually(lambda: self.client.kept_bytes() != before), "nothing is kept"
        made = calls // 2
        until = made + self.random.randrange(calls // 2)
        self.host.calls(until - made)
        time.sleep(self.random.random() * 0.01)  # the moment of the kill
        more = self.client.kill()
        self.killed_before_cursor += more > 0
        self.killed_behind += self.client.last() < 2 * self.host.calls_made
        self.host.calls(calls - until)

    def wait_for_more(self):
        before = self.client.kept_bytes()
        self.host.calls(50)
        assert eventually(lambda: self.client.kept_bytes() != before), "nothing is kept"

    def kill_publisher(self):
        """In the middle of calls, under a client that is at work and goes on with the next one."""
        self.client.start()
        self.wait_for_more()
        self.host.send([CALL] * self.random.randrange(1, 400))
        time.sleep(self.random.random() * 0.01)
        self.host.kill()
        self.host.start()
        self.wait_for_more()
        self.client.kill()

    def finish(self):
        self.client.start()
        journal = self.host.cat()
        while True:
            last = journal[-1]["seq"]
            while (kept := self.client.last()) < last:
                assert eventually(lambda: self.client.last() > kept), "it came no further"
            journal, before = self.host.cat(), journal
            if len(journal) == len(before):
                break
        self.client.kill()
        return journal, self.client.lines()


def main():
    publisher_kills = set(random.Random(SEED).sample(range(KILLS), PUBLISHER_KILLS))
    with Host(HOOKWIRE) as host:
        run = Run(host)
        try:
            for n in range(KILLS):
                run.kill_once(EVENTS // KILLS // 2)
                if n in publisher_kills:
                    run.kill_publisher()
            journal, kept = run.finish()
        finally:
            run.client.end()
    wrote = {event["seq"]: event for event in journal}
    got = [event.get("seq") for event in kept]
    lost = len(wrote.keys() - set(got))
    repeated = len(got) - len(set(got))
    changed = sum(wrote.get(event.get("seq")) != event for event in kept)
    print(f"torture: {NAME} seed={SEED} events={len(journal)} kills={KILLS} "
          f"publisher_kills={PUBLISHER_KILLS} killed_while_behind={run.killed_behind} "
          f"killed_before_cursor={run.killed_before_cursor} "
          f"lost_events={lost} lost_repeated={repeated} lost_changed={changed}", flush=True)
    assert got == list(range(1, len(journal) + 1)), "not each event once and in order"
    assert not changed, "an event differs from what the journal has"
    assert run.killed_behind > 0, "no kill hit a client at work"
    assert len(journal) >= EVENTS


if __name__ == "__main__":
    main()
