"""The Python client of examples/python against a real host.

Usage: stream_client_test.py HOOKWIRE PYTHON_EXAMPLES
"""

import json
import os
import pathlib
import subprocess
import sys
import unittest

from host import DEADLINE_S, Host, eventually

HOOKWIRE = sys.argv.pop(1)
EXAMPLES = pathlib.Path(sys.argv.pop(1))
sys.path.insert(0, str(EXAMPLES))

from hookwire import CursorFile, Displaced, Gap, Stream  # noqa: E402


def read_through(stream, sequence, commit=True):
    """Events and gaps until that sequence was dealt with."""
    items = []
    while not items or last_of(items[-1]) < sequence:
        some = stream.receive(timeout_s=DEADLINE_S)
        assert some, f"after {len(items)} items nothing came any more"
        items += some
        if commit:
            stream.commit()
    return items


def last_of(item):
    return item.last if isinstance(item, Gap) else item["sequence"]


def covered_by(item):
    return range(item.first, item.last + 1) if isinstance(item, Gap) else [item["sequence"]]


def printed(items):
    return [json.loads(json.dumps(item.as_json())) for item in items]


class StreamClientTest(unittest.TestCase):
    def host(self, **options):
        return self.enterContext(Host(HOOKWIRE, **options))

    def stream(self, host, **options):
        return self.enterContext(Stream(host.endpoint, **options))

    def last(self, host):
        return host.cat()[-1]["seq"]

    def test_gives_each_event_as_journal_cat_prints_it(self):
        host = self.host()
        for line in (EXAMPLES.parent / "calls.jsonl").read_text().splitlines():
            if line.startswith("{"):
                host.ask(json.loads(line))
        host.call("extend_share", share_id="Zürich € \U0001F600", new_size_gb=1)
        events = host.cat()
        self.assertEqual(printed(read_through(self.stream(host), events[-1]["seq"])), events)
        self.assertEqual({event["phase"] for event in events},
                         {"pre", "post", "failure", "periodic", "system"})

    def test_goes_on_behind_its_cursor(self):
        host = self.host()
        cursor = str(host.folder / "cursor")
        with Stream(host.endpoint, CursorFile(cursor)) as stream:
            first = read_through(stream, self.last(host))
        host.calls(3)
        second = read_through(self.stream(host, cursor=CursorFile(cursor)), self.last(host))
        self.assertEqual(printed(first + second), host.cat())

    def test_gives_again_what_was_not_committed(self):
        host = self.host()
        cursor = str(host.folder / "cursor")
        with Stream(host.endpoint, CursorFile(cursor)) as stream:
            first = read_through(stream, self.last(host), commit=False)
        self.assertFalse(os.path.exists(cursor))
        again = read_through(self.stream(host, cursor=CursorFile(cursor)), self.last(host))
        self.assertEqual(printed(first), printed(again))

    def test_a_new_one_starts_at_the_end_when_told_so(self):
        host = self.host()
        stream = self.stream(host, start="latest")
        self.assertEqual(stream.receive(timeout_s=DEADLINE_S), [])  # the session is there
        host.calls(1)
        self.assertEqual(printed(read_through(stream, self.last(host))), host.cat()[-2:])

    def test_starts_at_a_time_and_at_a_sequence(self):
        host = self.host()
        host.calls(5)
        events = host.cat()
        by_sequence = self.stream(host, start={"from": "sequence", "sequence": 7})
        self.assertEqual(printed(read_through(by_sequence, self.last(host))), events[6:])
        seventh = read_through(self.stream(host), 7)[6]
        by_time = self.stream(host, start={"from": "time", "time_ns": seventh["time_ns"]})
        got = printed(read_through(by_time, self.last(host)))
        self.assertEqual(got, events[-len(got):])
        self.assertGreaterEqual(len(got), len(events) - 6)

    def test_with_topics_it_gets_those_alone_and_no_gap(self):
        host = self.host()
        host.calls(400)
        host.call("extend_share", share_id="none", new_size_gb=1)
        host.calls(400)
        host.call("extend_share", share_id="none", new_size_gb=1)
        cursor = CursorFile(str(host.folder / "cursor"))
        stream = self.stream(host, cursor=cursor, topics=["failure/"])
        items = read_through(stream, self.last(host))
        failures = [event for event in host.cat() if event["phase"] == "failure"]
        self.assertEqual(printed(items), failures)
        host.calls(1)
        last = self.last(host)
        self.assertTrue(eventually(lambda: stream.receive(timeout_s=0.1) or stream.commit() or
                                   cursor.position[2] == last), "the cursor stays behind")

    def test_takes_more_than_its_credit_allows_at_once(self):
        host = self.host()
        host.calls(3000)
        stream = self.stream(host, credit_bytes=65536)
        items = read_through(stream, self.last(host))
        self.assertEqual([item["sequence"] for item in items], list(range(1, len(items) + 1)))
        self.assertGreater(len(items), 6000)

    def test_under_a_name_the_publisher_keeps_its_cursor(self):
        host = self.host()
        with Stream(host.endpoint, name="printer", start="cursor") as stream:
            first = read_through(stream, self.last(host))
        host.calls(2)
        with Stream(host.endpoint, name="printer", start="cursor") as stream:
            second = read_through(stream, self.last(host))
        self.assertEqual(printed(first + second), host.cat())

    def test_is_told_when_another_takes_its_name(self):
        host = self.host()
        stream = self.stream(host, name="printer")
        read_through(stream, self.last(host))
        other = self.stream(host, name="printer")
        read_through(other, self.last(host))
        with self.assertRaisesRegex(Displaced, "printer"):
            stream.receive(timeout_s=DEADLINE_S)

    def test_waits_for_a_publisher_that_is_not_there_yet(self):
        host = self.host()
        host.stop()
        stream = self.stream(host)
        self.assertEqual(stream.receive(timeout_s=0.3), [])
        host.start()
        self.assertEqual(printed(read_through(stream, self.last(host))), host.cat())

    def test_follows_a_publisher_that_stops_or_is_killed_and_starts_again(self):
        host = self.host()
        stream = self.stream(host)
        items = read_through(stream, self.last(host))
        for end in (host.stop, host.kill, host.stop):
            end()
            host.start()
            host.calls(2)
            items += read_through(stream, self.last(host))
        self.assertEqual(printed(items), host.cat())

    def test_gives_up_a_publisher_that_hangs_and_comes_back_to_it(self):
        host = self.host()
        stream = self.stream(host, silence_s=0.1)
        items = read_through(stream, self.last(host))
        host.freeze()
        with self.assertLogs("hookwire", "WARNING") as logs:
            while not logs.output:
                stream.receive(timeout_s=0.1)
        self.assertIn("nothing came for 3 s", logs.output[0])
        host.thaw()
        host.calls(1)
        items += read_through(stream, self.last(host))
        self.assertEqual(printed(items), host.cat())

    def test_stays_connected_while_nothing_happens(self):
        host = self.host()
        stream = self.stream(host, silence_s=0.1)
        read_through(stream, self.last(host))
        with self.assertNoLogs("hookwire", "WARNING"):
            self.assertEqual(stream.receive(timeout_s=4), [])

    def test_what_retention_removed_is_a_gap(self):
        host = self.host(journal_segment_bytes="128K", journal_retain_size="512K")
        cursor = str(host.folder / "cursor")
        with Stream(host.endpoint, CursorFile(cursor)) as stream:
            stood = last_of(read_through(stream, self.last(host))[-1])
        while host.cat()[0]["seq"] <= stood + 1:
            host.calls(1000)
        stream = self.stream(host, cursor=CursorFile(cursor))
        items = read_through(stream, self.last(host))
        (gap,) = [item for item in items if isinstance(item, Gap)]
        self.assertEqual((gap.reason, gap.rolled_back), ("retention", False))
        covered = [n for item in items for n in covered_by(item)]
        self.assertEqual(covered, list(range(stood + 1, covered[-1] + 1)))
        kept = [event for event in host.cat() if gap.last < event["seq"] <= covered[-1]]
        self.assertEqual(printed(items)[-len(kept):], kept)
        self.assertGreater(len(kept), 0)

    def test_what_a_loss_of_power_undid_is_told_as_rolled_back(self):
        host = self.host()
        cursor = str(host.folder / "cursor")
        host.calls(300)
        stream = self.stream(host, cursor=CursorFile(cursor))
        before = read_through(stream, self.last(host))
        held, keep = last_of(before[-1]), 401
        host.kill()
        host.lose_power(keep)
        host.start()
        host.calls(300)
        after = read_through(stream, self.last(host))
        (gap,) = [item for item in after if isinstance(item, Gap)]
        self.assertTrue(gap.rolled_back)
        self.assertEqual((gap.epoch, gap.first, gap.last), (1, keep + 1, held))
        self.assertIs(after[0], gap)
        journal = host.cat()
        self.assertEqual(printed(before)[:keep], journal[:keep])
        self.assertEqual(printed(after[1:]), journal[keep:])
        self.assertEqual(journal[keep]["epoch"], 2)

    def test_a_damaged_record_is_a_gap(self):
        host = self.host()
        host.calls(500)
        host.stop()
        host.spoil(20)
        host.start()
        items = read_through(self.stream(host), self.last(host))
        (gap,) = [item for item in items if isinstance(item, Gap)]
        self.assertEqual(gap.first, 20)
        journal = host.cat()
        self.assertEqual(printed(items), journal)
        self.assertIn("gap", journal[19])

    def test_the_program_prints_what_tail_prints(self):
        host = self.host()
        host.calls(20)
        command = [sys.executable, "-B", EXAMPLES / "print_events.py", host.endpoint]
        program = subprocess.Popen([*command, host.folder / "cursor"], stdout=subprocess.PIPE,
                                   text=True)
        self.addCleanup(program.wait)
        self.addCleanup(program.stdout.close)
        self.addCleanup(program.kill)
        events = host.cat()
        self.assertEqual([json.loads(program.stdout.readline()) for _ in events], events)

    def test_bad_options_are_refused_at_once(self):
        for options in ({"topics": ["t"] * 17}, {"topics": "failure/"}, {"topics": ["t" * 257]},
                        {"name": "n" * 129}, {"credit_bytes": 65535}):
            with self.subTest(options), self.assertRaises(ValueError):
                Stream("ipc://nowhere", **options)

    def test_a_cursor_file_that_is_none_says_what_to_do(self):
        host = self.host()
        path = host.folder / "cursor"
        path.write_text('{"journal": "zz"}')
        with self.assertRaisesRegex(ValueError, "move it away to start anew"):
            CursorFile(str(path))


if __name__ == "__main__":
    unittest.main(verbosity=2)
