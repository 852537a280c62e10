"""What the Python client makes of publishers and networks that do wrong.

Usage: python_feed_test.py PYTHON_EXAMPLES RECORD_FORMAT_FOLDER
"""

import sys
import unittest

sys.path[:0] = [sys.argv.pop(1), sys.argv.pop(1)]

from hookwire.event import Fault  # noqa: E402
from hookwire.feed import Feed, Gap  # noqa: E402
from record_format import encode_record  # noqa: E402

JOURNAL = 0xA1B2C3D4E5F60718


def record(sequence, epoch=1, body=b"\x80"):
    return encode_record(sequence, JOURNAL, 1_700_000_000_000_000_000, epoch, b"pre/dim/nas01@gold",
                         1, 0, body)


def batch(*sequences, epoch=1):
    head = {"epoch": epoch, "first": sequences[0], "last": sequences[-1], "count": len(sequences)}
    return head, b"".join(record(sequence, epoch) for sequence in sequences)


def spoilt(head, records, at):
    return head, records[:at] + bytes([records[at] ^ 1]) + records[at + 1:]


class FeedTest(unittest.TestCase):
    def setUp(self):
        self.feed = Feed(None, {"from": "earliest"}, complete=True)
        self.welcome(1)

    def welcome(self, start, journal=JOURNAL, epoch=1, last=100):
        self.feed.welcome({"publisher": "nas01@gold", "journal": journal, "start": start,
                           "epoch": epoch, "last": last})

    def again(self):
        """The session that is opened after a fault."""
        self.welcome(self.feed.start.get("sequence", 1))

    def told(self):
        items = [(item.first, item.last) if isinstance(item, Gap) else item["sequence"]
                 for item in self.feed.items]
        self.feed.items = []
        return items

    def test_gives_each_event_once_though_sessions_repeat_them(self):
        self.feed.batch(*batch(1, 2, 3))
        self.feed.batch(*batch(2, 3, 4))
        self.feed.batch(*batch(1, 2))
        self.assertEqual(self.told(), [1, 2, 3, 4])

    def test_a_spoilt_record_is_asked_for_again(self):
        with self.assertRaisesRegex(Fault, "checksum"):
            self.feed.batch(*spoilt(*batch(1, 2, 3), at=110))
        self.assertEqual(self.told(), [1])
        self.again()
        self.feed.batch(*batch(2, 3))
        self.assertEqual(self.told(), [2, 3])

    def test_a_record_that_stays_spoilt_is_a_gap(self):
        for _ in range(2):
            self.again()
            try:
                self.feed.batch(*spoilt(*batch(1, 2), at=45))
            except Fault:
                continue
        self.assertEqual(self.told(), [(1, 2)])
        self.feed.batch(*batch(3))
        self.assertEqual(self.told(), [3])

    def test_what_the_publisher_skips_is_asked_for_and_then_a_gap(self):
        self.feed.batch(*batch(1))
        with self.assertRaisesRegex(Fault, "skipped"):
            self.feed.batch(*batch(4, 5))
        self.again()
        self.feed.batch(*batch(4, 5))
        self.assertEqual(self.told(), [1, (2, 3), 4, 5])

    def test_a_body_that_cannot_be_decoded_is_a_gap_of_its_own(self):
        self.feed.batch({"epoch": 1, "first": 1, "last": 2, "count": 2},
                        record(1, body=b"\x90") + record(2))
        self.assertIn("cannot be decoded", self.feed.items[0].reason)
        self.assertEqual(self.told(), [(1, 1), 2])

    def test_only_what_was_handed_on_is_rolled_back(self):
        self.feed.batch(*batch(1, 2, 3))
        self.feed.rolled_back({"previous_epoch": 1, "epoch": 2, "last": 1})
        self.assertTrue(self.feed.items[-1].rolled_back)
        self.assertEqual(self.told(), [1, 2, 3, (2, 3)])
        self.feed.batch(*batch(2, epoch=2))
        self.assertEqual(self.told(), [2])
        self.assertEqual(self.feed.position, (JOURNAL, 2, 2))

    def test_a_roll_back_beyond_what_it_has_is_none(self):
        self.feed.batch(*batch(1))
        self.feed.rolled_back({"previous_epoch": 1, "epoch": 2, "last": 1})
        self.assertEqual(self.told(), [1])

    def test_a_later_epoch_that_repeats_sequences_is_a_roll_back_without_a_word(self):
        self.feed.batch(*batch(1, 2, 3))
        self.feed.batch(*batch(2, epoch=2))
        self.assertEqual(self.told(), [1, 2, 3, (2, 3), 2])

    def test_an_epoch_that_is_over_is_not_believed(self):
        self.feed.batch(*batch(1, epoch=2))
        with self.assertRaisesRegex(Fault, "epoch"):
            self.feed.batch(*batch(2, epoch=1))

    def test_another_journal_is_followed_from_where_its_session_begins(self):
        self.feed.batch(*batch(1, 2))
        self.welcome(7, journal=5)
        self.assertEqual((self.feed.expected, self.feed.start), (7, {"from": "earliest"}))

    def test_a_reply_about_what_lies_before_the_session_is_not_believed(self):
        self.welcome(5)
        with self.assertRaisesRegex(Fault, "range"):
            self.feed.batch(*batch(4, 5))

    def test_with_topics_a_batch_may_leave_events_out(self):
        self.feed = Feed(None, {"from": "earliest"}, complete=False)
        self.welcome(1)
        self.feed.batch({"epoch": 1, "first": 1, "last": 50, "count": 1}, record(7))
        self.assertEqual((self.told(), self.feed.expected), ([7], 51))


if __name__ == "__main__":
    unittest.main()
