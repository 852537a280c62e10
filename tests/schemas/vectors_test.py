"""Checks every golden vector with the Python client of examples/python, which shares no code with
the C++ one. Usage: vectors_test.py VECTORS PYTHON_EXAMPLES"""

import glob
import json
import os
import sys
import unittest

vectors = sys.argv.pop(1)
sys.path.insert(0, sys.argv.pop(1))

from hookwire.event import Fault, crc32c, decode_event, decode_record, plain  # noqa: E402
from hookwire.replies import check_batch, decode_reply  # noqa: E402


def load(*folder):
    paths = sorted(glob.glob(os.path.join(vectors, *folder, "*.json")))
    for path in paths:
        with open(path, encoding="utf-8") as file:
            yield json.load(file)


def event_of(vector):
    """Verdict and event of a record."""
    try:
        record, _ = decode_record(bytes.fromhex(vector["record_hex"]))
        return "ok", plain(decode_event(record))
    except Fault as fault:
        return str(fault), None


def batch_of(vector):
    """Verdict on a batch, and the sequence through which it can be believed."""
    try:
        head = decode_reply(bytes.fromhex(vector["head_hex"]))
    except Fault as fault:
        return str(fault), 0
    good, through, fault = check_batch(head, bytes.fromhex(vector["records_hex"]),
                                       vector["journal_id"], vector["complete"])
    assert all(record["sequence"] <= through for record in good)
    return fault or "ok", through


class VectorsTest(unittest.TestCase):
    def test_the_checksum_is_the_one_of_rfc_3720(self):
        self.assertEqual(crc32c(bytes(32)), 0x8A9136AA)
        self.assertEqual(crc32c(bytes(range(32))), 0x46DD794E)

    def test_there_are_enough_of_them_and_a_third_is_invalid(self):
        for folder, least in (((), 40), (("batches",), 20)):
            verdicts = [vector["expect"] for vector in load(*folder)]
            self.assertGreaterEqual(len(verdicts), least)
            self.assertGreaterEqual(3 * sum(word != "ok" for word in verdicts), len(verdicts))

    def test_every_record_gives_what_it_says(self):
        for vector in load():
            with self.subTest(vector["name"]):
                self.assertEqual(event_of(vector), (vector["expect"], vector.get("event")))

    def test_every_batch_is_believed_as_far_as_it_says(self):
        for vector in load("batches"):
            with self.subTest(vector["name"]):
                self.assertEqual(batch_of(vector), (vector["expect"], vector["through"]))


if __name__ == "__main__":
    unittest.main()
