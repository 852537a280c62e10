"""Listeners to the live feed: what they print.

Usage: live_test.py HOOKWIRE COMMAND... (which listens to failure/; LIVE_ENDPOINT in it is replaced)
"""

import json
import re
import signal
import subprocess
import sys
import threading
import unittest

import zmq

from host import DEADLINE_S, Host, eventually

HOOKWIRE, *COMMAND = sys.argv[1:]
del sys.argv[1:]


class Listener:
    """One that runs; `lines` are what it printed so far."""

    def __init__(self, command):
        self.lines = []
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self):
        for line in self._process.stdout:
            self.lines.append(json.loads(line))

    def signal(self, number):
        self._process.send_signal(number)

    def end(self):
        self._process.kill()
        self._process.wait()
        self._reader.join()
        self._process.stdout.close()

    def events(self):
        return [line for line in self.lines if "gap" not in line]

    def gaps(self):
        return [line["gap"] for line in self.lines if "gap" in line]


class LiveTest(unittest.TestCase):
    def setUp(self):
        self.host = self.enterContext(Host(HOOKWIRE, live_endpoint="ipc://sockets/gold.live"))
        live = f"ipc://{self.host.folder}/sockets/gold.live"
        command = [word.replace("LIVE_ENDPOINT", live) for word in COMMAND]
        self.listener = Listener(command)
        self.addCleanup(self.listener.end)
        # It is there once it hears something; a call that fails has one event for it.
        self.assertTrue(eventually(lambda: self.fail_once() or self.listener.lines))
        self.first = self.listener.lines[0]["seq"]
        self.await_heartbeats(live)

    def await_heartbeats(self, live):
        """Until it has heard one, from which it can count."""
        with zmq.Context() as context, context.socket(zmq.SUB) as socket:
            socket.rcvtimeo = DEADLINE_S * 1000
            socket.subscribe("system/heartbeat/")
            socket.connect(live)
            for _ in range(3):  # the welcome, one after it, and one behind which that is out
                socket.recv_multipart()

    def fail_once(self):
        self.host.call("extend_share", share_id="none", new_size_gb=1)
        return False

    def fail_often(self, count):
        call = {"method": "extend_share", "args": {"share_id": "none", "new_size_gb": 1}}
        while count > 0:
            some = min(count, 200)
            self.host.send([call] * some)
            for _ in range(some):
                self.host.answer()
            count -= some

    def failures(self):
        return [event for event in self.host.cat()
                if event["phase"] == "failure" and event["seq"] >= self.first]

    def test_to_failures_it_hears_every_failure_and_nothing_else_as_it_happens(self):
        for _ in range(20):
            self.host.calls(5)
            self.fail_once()
            self.assertTrue(eventually(lambda: len(self.listener.lines) == len(self.failures())))
        self.assertEqual(self.listener.lines, self.failures())

    def test_when_it_was_stopped_it_tells_how_many_it_lost(self):
        self.listener.signal(signal.SIGSTOP)
        self.fail_often(6000)
        self.listener.signal(signal.SIGCONT)
        last = self.host.cat()[-1]["seq"]
        self.assertTrue(eventually(lambda: self.listener.gaps() and
                                   self.listener.gaps()[-1]["last"] >= last))
        self.fail_once()
        failures = self.failures()
        self.assertTrue(eventually(lambda: self.listener.events()[-1] == failures[-1]))
        lost = sum(int(re.match(r"\d+", gap["reason"])[0]) for gap in self.listener.gaps())
        self.assertGreater(lost, 0, "nothing was lost, so that nothing was tried")
        self.assertEqual(len(self.listener.events()) + lost, len(failures))

    def test_events_that_a_loss_of_power_undid_are_told(self):
        self.fail_once()
        failures = self.failures()
        self.assertTrue(eventually(lambda: self.listener.lines == failures))
        self.host.kill()
        self.host.lose_power(keep=failures[-1]["seq"] - 1)
        self.host.start()
        self.assertTrue(eventually(
            lambda: any("rolled back" in gap["reason"] for gap in self.listener.gaps())))
        self.assertEqual(self.listener.events()[:len(failures)], failures)

    def test_a_restart_of_the_publisher_is_told(self):
        self.host.kill()
        self.host.start()
        self.assertTrue(eventually(self.listener.gaps))
        self.assertIn("restarted", self.listener.gaps()[0]["reason"])
        self.fail_once()
        self.assertTrue(eventually(
            lambda: self.fail_once() or self.listener.events()[-1]["seq"] > self.first + 2))


if __name__ == "__main__":
    unittest.main()
