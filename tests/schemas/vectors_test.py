"""Checks every golden vector with a decoder that shares no code with the C++ one."""

import base64
import glob
import json
import os
import sys
import unittest

import msgpack

from record_format import Fault, crc32c, decode_record

PHASES = {1: "pre", 2: "post", 3: "failure", 4: "periodic", 5: "system"}
MAX_DEPTH = 32
ANY = object()

CONTEXT = {"request_id": str, "global_request_id": str, "user_id": str, "project_id": str,
           "roles": [str], "remote_address": str, "traceparent": str}
HOOK = {"name": str, "phase": str, "outcome": str, "limit": str, "duration_ns": int}
BODY = {"schema": "unsigned", "publisher": str, "call_id": str, "method": str, "outcome": str,
        "duration_ns": int, "context": CONTEXT, "resource": {"type": str, "id": str}, "args": ANY,
        "result": ANY, "error": {"type": str, "message": str}, "hooks": [HOOK],
        "tick": "unsigned", "part": "unsigned", "parts": "unsigned", "data": ANY}


class Pairs(list):
    """A map as it stood: (key, value) in order, repeats included."""


def refuse_extension(code, data):
    raise Fault("extension")


def unpack(body):
    try:
        return msgpack.unpackb(body, raw=False, strict_map_key=True, object_pairs_hook=Pairs,
                               ext_hook=refuse_extension)
    except Fault:
        raise
    except msgpack.exceptions.StackError:
        raise Fault("depth")
    except msgpack.exceptions.ExtraData:
        raise Fault("trailing")
    except UnicodeDecodeError:
        raise Fault("utf8")
    except ValueError as error:
        if "max_array_len" in str(error) or "max_map_len" in str(error):
            raise Fault("declared_count")
        if "map key" in str(error):
            raise Fault("key_type")
        raise Fault("truncated_body")


def depth(value):
    if isinstance(value, Pairs):
        return 1 + max((depth(inner) for _, inner in value), default=0)
    if isinstance(value, list):
        return 1 + max(map(depth, value), default=0)
    return 0


def plain(value):
    """The value as it stands in the vectors' JSON."""
    if isinstance(value, Pairs):
        return {key: plain(inner) for key, inner in value}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    if isinstance(value, bytes):
        return {"base64": base64.b64encode(value).decode()}
    return value


def take(value, shape):
    """The value checked against a shape, without what the shape does not know."""
    if shape is ANY:
        return plain(value)
    if isinstance(shape, dict):
        if not isinstance(value, Pairs):
            raise Fault("wrong_type")
        known = [key for key, _ in value if key in shape]
        if len(known) != len(set(known)):
            raise Fault("duplicate_key")
        return {key: take(inner, shape[key]) for key, inner in value if key in shape}
    if isinstance(shape, list):
        if not isinstance(value, list) or isinstance(value, Pairs):
            raise Fault("wrong_type")
        return [take(inner, shape[0]) for inner in value]
    if shape == "unsigned":
        if type(value) is not int or value < 0:
            raise Fault("wrong_type")
    elif type(value) is not shape:
        raise Fault("wrong_type")
    return value


def decode_event(data):
    record = decode_record(data)
    phase = PHASES.get(record["kind"])
    if phase is None:
        raise Fault("phase")
    try:
        topic = record["topic"].decode()
        topic_phase, method, publisher = topic.split("/", 2)
    except ValueError:
        raise Fault("topic")
    if topic_phase != phase or not method or not publisher:
        raise Fault("topic")
    body = unpack(record["body"])
    if depth(body) > MAX_DEPTH:
        raise Fault("depth")
    if not isinstance(body, Pairs):
        raise Fault("not_a_map")
    event = {key: record[key] for key in ("journal_id", "epoch", "sequence", "time_ns", "flags")}
    event.update(phase=phase, topic=topic, schema=1)
    event.update(take(body, BODY))
    event.setdefault("method", method)
    return event


class VectorsTest(unittest.TestCase):
    folder = None

    def test_the_checksum_is_the_one_of_rfc_3720(self):
        self.assertEqual(crc32c(bytes(32)), 0x8A9136AA)
        self.assertEqual(crc32c(bytes(range(32))), 0x46DD794E)

    def test_every_vector_gives_what_it_says(self):
        paths = sorted(glob.glob(os.path.join(self.folder, "*.json")))
        self.assertGreaterEqual(len(paths), 12)
        for path in paths:
            with self.subTest(os.path.basename(path)), open(path, encoding="utf-8") as file:
                vector = json.load(file)
                try:
                    event = decode_event(bytes.fromhex(vector["record_hex"]))
                    verdict = "ok"
                except Fault as fault:
                    event = None
                    verdict = fault.args[0]
                self.assertEqual(verdict, vector["expect"])
                self.assertEqual(event, vector.get("event"))


if __name__ == "__main__":
    VectorsTest.folder = sys.argv.pop(1)
    unittest.main()
