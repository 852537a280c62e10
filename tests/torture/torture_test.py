#!/usr/bin/env python3
"""Tries the summing up of torture.py."""
import unittest

from torture import Summary


class SummaryTest(unittest.TestCase):
    def test_sums_up_by_name_and_key(self):
        summary = Summary()
        summary.read("3: torture: net seed=7 cuts=2 lost_events=0\nnoise\ntorture: net cuts=3\n")
        summary.read("torture: disk tears=1")
        self.assertEqual(summary.runs, {"net": 2, "disk": 1})
        self.assertEqual(summary.figures["net"], {"cuts": 5, "lost_events": 0})
        self.assertIn("lost: nothing", summary.table())

    def test_says_what_was_lost_or_failed(self):
        summary = Summary()
        summary.read("torture: net cuts=2 lost_events=1")
        summary.failed.append("torture.net with seed 7")
        self.assertIn("lost: net lost_events: 1", summary.table())
        self.assertIn("failed: torture.net with seed 7", summary.table())
        self.assertNotIn("nothing", summary.table())

    def test_leaves_other_lines_alone(self):
        summary = Summary()
        self.assertIsNone(summary.read("7: seed 7 of torture: none\ntorture: net cuts=1\n"))
        self.assertEqual(summary.runs, {"net": 1})

    def test_a_test_that_says_nothing_has_failed(self):
        self.assertIn("nothing", Summary().read("7: [  PASSED  ] 0 tests.\n"))

    def test_a_line_that_cannot_be_read_is_a_failure(self):
        for line in ("torture:", "torture: net cuts=many", "7: torture: net cuts=2, lost=0",
                     "torture: net", "7: torture: net-work cuts=2"):
            summary = Summary()
            self.assertIn("cannot be read", summary.read(f"torture: disk tears=1\n{line}\n"))
            self.assertEqual(summary.runs, {"disk": 1})


if __name__ == "__main__":
    unittest.main()
