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
        summary.read("torture: torture.net, seed 7\ntorture:\ntorture: net cuts=many\n")
        self.assertEqual(summary.runs, {})


if __name__ == "__main__":
    unittest.main()
