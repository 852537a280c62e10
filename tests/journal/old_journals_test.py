"""Opens journals of every released format version, as the fixtures in `old_journals` hold them.

Usage: old_journals_test.py HOOKWIRE FIXTURES
"""

import json
import os
import pathlib
import subprocess
import sys
import tarfile
import tempfile
import unittest

HOOKWIRE = sys.argv.pop(1)
FIXTURES = pathlib.Path(sys.argv.pop(1))
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "clients"))
sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "examples" / "python"))

from host import Host  # noqa: E402
from hookwire import Stream  # noqa: E402
from make_old_journals import AUDITOR, BEHIND_AUDITOR, JOURNALS, read  # noqa: E402


def events(lines):
    return [line for line in lines if "gap" not in line]


class OldJournalsTest(unittest.TestCase):
    def unpack(self, fixture):
        """The journal, and what was read in it when it was made."""
        folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="hw-")))
        with tarfile.open(fixture) as archive:
            archive.extractall(folder)
        for path in folder.rglob("*"):
            os.chown(path, os.geteuid(), os.getegid())
        return folder / "journal", json.loads((folder / "expected.json").read_text())

    def each(self):
        for fixture in sorted(FIXTURES.glob("*/*.tar.gz")):
            journal, expected = self.unpack(fixture)
            yield f"version {fixture.parent.name}, {fixture.name[:-7]}", journal, expected

    def check_lines(self, lines, expected, name):
        """Later programs may say more of an event, and nothing else."""
        self.assertEqual(len(lines), len(expected), name)
        for line, old in zip(lines, expected):
            if "gap" in old:
                line, old = line["gap"], {**old["gap"], "reason": line["gap"]["reason"]}
            self.assertEqual({key: line.get(key) for key in old}, old, name)

    def test_there_is_one_of_every_kind_and_none_is_trivial(self):
        kinds = {make.__name__ + ".tar.gz" for make in JOURNALS}
        for version in FIXTURES.iterdir():
            self.assertEqual({path.name for path in version.iterdir()}, kinds, version.name)
        for name, journal, expected in self.each():
            phases = {event["phase"] for event in events(expected["lines"])}
            self.assertEqual(phases, {"pre", "post", "failure", "periodic", "system"}, name)
            damaged = name.endswith("damaged")
            self.assertEqual(any("gap" in line for line in expected["lines"]), damaged, name)
            self.assertEqual(expected["verify"], 5 if damaged else 0, name)
            epochs = {event["epoch"] for event in events(expected["lines"])}
            self.assertEqual(epochs, {1, 2} if name.endswith("lost_power") else {1}, name)
            if name.endswith("closed"):
                self.assertGreater(len(list(journal.glob("*.hwj"))), 2)
                self.assertTrue((journal / "cursors").exists())

    def test_every_event_is_read_as_it_was_then(self):
        for name, journal, expected in self.each():
            before = {path.name: path.read_bytes() for path in journal.iterdir()}
            now = read(HOOKWIRE, journal)
            self.assertEqual((now["cat"], now["verify"]), (expected["cat"], expected["verify"]), name)
            self.check_lines(now["lines"], expected["lines"], name)
            self.assertEqual({path.name: path.read_bytes() for path in journal.iterdir()}, before)

    def test_a_writer_goes_on_behind_them(self):
        for name, journal, expected in self.each():
            with Host(HOOKWIRE, journal_dir=str(journal)) as host:
                host.journal = journal
                host.calls(2)
                lines = host.cat()
            count = len(expected["lines"])
            self.check_lines(lines[:count], expected["lines"], name)
            sequences = [event["seq"] for event in events(lines)]
            behind = sequences[len(events(expected["lines"])):]
            first = expected["lines"][-1]["seq"] + 1
            self.assertEqual(behind, list(range(first, first + len(behind))), name)
            self.assertGreaterEqual(len(behind), 5, name)

    def test_a_named_subscriber_goes_on_behind_its_cursor(self):
        journal, expected = self.unpack(FIXTURES / "1" / "closed.tar.gz")
        stops = [event["seq"] for event in events(expected["lines"])
                 if event["topic"].startswith("system/stop/")]
        with Host(HOOKWIRE, journal_dir=str(journal)) as host, \
                Stream(host.endpoint, name=AUDITOR, start="cursor") as stream:
            items = []
            while not items:
                items = stream.receive(timeout_s=30)
        self.assertEqual(items[0]["sequence"], stops[0] - BEHIND_AUDITOR)

    def test_a_later_version_is_refused_and_left_alone(self):
        journal, _ = self.unpack(FIXTURES / "1" / "closed.tar.gz")
        state = journal / "journal.state"
        data = bytearray(state.read_bytes())
        data[8] += 1
        state.write_bytes(data)
        done = subprocess.run([HOOKWIRE, "journal", "cat", journal], capture_output=True, text=True)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("version 2", done.stderr)


if __name__ == "__main__":
    unittest.main()
