"""What a client that keeps events in a file writes where events are lost.

Usage: client_gaps_test.py HOOKWIRE COMMAND... (which gets ENDPOINT CURSOR_FILE FILE behind it)
"""

import json
import subprocess
import sys
import unittest

from host import Host, eventually

HOOKWIRE, *COMMAND = sys.argv[1:]
del sys.argv[1:]


class ClientGapsTest(unittest.TestCase):
    def setUp(self):
        self.host = self.enterContext(Host(HOOKWIRE))
        self.file = self.host.folder / "kept"
        self.client = None
        self.addCleanup(self.stop_client)

    def start_client(self):
        command = [*COMMAND, self.host.endpoint, self.host.folder / "cursor", self.file]
        self.client = subprocess.Popen(command, stderr=subprocess.DEVNULL)

    def stop_client(self):
        if self.client:
            self.client.kill()
            self.client.wait()
        self.client = None

    def kept(self):
        if not self.file.exists():
            return []
        text = self.file.read_text(encoding="utf-8")
        return [json.loads(line) for line in text[:text.rfind("\n") + 1].splitlines()]

    def kept_through(self, sequence):
        def there():
            kept = self.kept()
            return kept and kept[-1].get("seq", 0) >= sequence
        self.assertTrue(eventually(there), f"{sequence} did not come")
        return self.kept()

    def cursor_is_behind_all(self):
        cursor = self.host.folder / "cursor"
        if not cursor.exists():
            return False
        return json.loads(cursor.read_text())["mark"] == self.file.stat().st_size

    def last(self):
        return self.host.cat()[-1]["seq"]

    def test_a_damaged_record_is_a_gap_in_its_place(self):
        self.host.calls(500)
        self.host.stop()
        self.host.spoil(20)
        self.host.start()
        self.start_client()
        self.kept_through(self.last())
        self.stop_client()
        journal, kept = self.host.cat(), self.kept()
        self.assertEqual(kept, journal[:len(kept)])
        self.assertEqual(kept[19]["gap"]["first"], 20)

    def test_what_a_loss_of_power_undid_is_named_and_what_came_instead_follows(self):
        self.host.calls(300)
        self.start_client()
        before = self.kept_through(self.last())
        self.host.kill()
        self.host.lose_power(keep=401)
        self.host.start()
        self.host.calls(300)
        kept = self.kept_through(self.last())
        journal = self.host.cat()
        self.assertEqual(kept[:len(before)], before)
        gap = kept[len(before)]["gap"]
        self.assertEqual((gap["epoch"], gap["first"], gap["last"]), (1, 402, before[-1]["seq"]))
        self.assertIn("rolled back", gap["reason"])
        after = kept[len(before) + 1:]
        self.assertEqual(after, journal[401:401 + len(after)])
        self.assertEqual(after[0]["epoch"], 2)

    def test_it_is_told_of_a_loss_that_happened_while_it_was_away(self):
        self.host.calls(300)
        self.start_client()
        before = self.kept_through(self.last())
        self.assertTrue(eventually(self.cursor_is_behind_all), "the cursor does not move")
        self.stop_client()
        self.host.kill()
        self.host.lose_power(keep=401)
        self.host.start()
        self.host.calls(300)
        self.start_client()
        kept = self.kept_through(self.last())
        self.assertIn("rolled back", kept[len(before)]["gap"]["reason"])
        self.assertEqual(kept[len(before) + 1]["seq"], 402)


if __name__ == "__main__":
    unittest.main()
