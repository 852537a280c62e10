"""Writes the golden vectors: make_vectors.py FOLDER. Vectors of a released version never change;
new ones are added here."""

import base64
import json
import os
import struct
import sys

import msgpack

from record_format import encode_record, with_checksum

KINDS = {"pre": 1, "post": 2, "failure": 3, "periodic": 4, "system": 5}
NAMES = ("journal_id", "epoch", "sequence", "time_ns", "flags", "phase", "topic")
PUBLISHER = "nas01@gold"
CONTEXT = {
    "request_id": "req-7d0e6b1c", "global_request_id": "req-global-0001", "user_id": "alice",
    "project_id": "research", "roles": ["member", "reader"], "remote_address": "192.0.2.10",
    "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
}


def envelope(phase, method, **more):
    return {"journal_id": 0x1122334455667788, "epoch": 3, "sequence": 42,
            "time_ns": 1700000000123456789, "flags": 0, "phase": phase,
            "topic": f"{phase}/{method}/{PUBLISHER}", **more}


def as_json(value):
    if isinstance(value, bytes):
        return {"base64": base64.b64encode(value).decode()}
    if isinstance(value, dict):
        return {key: as_json(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [as_json(inner) for inner in value]
    return value


def record(head, body, kind=None, pad=b"\0"):
    return encode_record(head["sequence"], head["journal_id"], head["time_ns"], head["epoch"],
                         head["topic"].encode(), kind or KINDS[head["phase"]], head["flags"], body,
                         pad)


def good(name, head, fields, body=None):
    """An event whose body is `fields`, or other bytes that mean the same. The topic names the
    method of a body that does not."""
    packed = msgpack.packb(fields) if body is None else body
    method = head["topic"].split("/")[1]
    return {"name": name, "record_hex": record(head, packed).hex(), "expect": "ok",
            "event": {**head, "method": method, "schema": 1, **as_json(fields)}}


def bad(name, expect, data):
    return {"name": name, "record_hex": data.hex(), "expect": expect}


def good_vectors():
    call = {"schema": 1, "publisher": PUBLISHER, "call_id": "c-1", "method": "create_share"}
    share = {"id": "s-1", "size_gb": 10, "labels": {}, "rules": []}
    yield good("pre_with_args", envelope("pre", "create_share"),
               {**call, "context": CONTEXT, "resource": {"type": "share", "id": "s-1"},
                "args": {"share": share, "host": None}})
    yield good("post_with_everything", envelope("post", "create_share"),
               {**call, "outcome": "success", "duration_ns": 1250000, "context": CONTEXT,
                "resource": {"type": "share", "id": "s-1"}, "args": {"share": share},
                "result": ["/exports/s-1"],
                "hooks": [{"name": "quota", "phase": "pre", "outcome": "ok", "duration_ns": 900}]})
    yield good("failure_vetoed", envelope("failure", "create_share"),
               {**call, "outcome": "vetoed", "duration_ns": 4200,
                "error": {"type": "QuotaExceeded", "message": "10 GiB asked, 4 GiB left"},
                "hooks": [{"name": "small", "phase": "pre", "outcome": "raised"}]})
    yield good("post_with_limits", envelope("post", "create_share"),
               {**call, "outcome": "success", "duration_ns": 4200,
                "hooks": [{"name": "small", "phase": "pre", "outcome": "skipped",
                           "limit": "breaker"},
                          {"name": "slow", "phase": "pre", "outcome": "over_budget",
                           "limit": "time_budget", "duration_ns": 1000000000}]})
    yield good("failure_aborted", envelope("failure", "delete_share"),
               {**call, "method": "delete_share", "outcome": "aborted"})
    yield good("periodic_part", envelope("periodic", "update_stats"),
               {"schema": 1, "publisher": PUBLISHER, "method": "update_stats", "tick": 300,
                "part": 2, "parts": 3, "data": {"s-1": {"used_gb": 7.5}}})
    body = {"schema": 1, "publisher": PUBLISHER, "data": {"version": "0.1.0"}}
    head = envelope("system", "start")
    yield good("system_method_of_topic", head, body)
    yield good("live_heartbeat", envelope("system", "heartbeat", sequence=0),
               {"schema": 1, "publisher": PUBLISHER, "method": "heartbeat",
                "data": {"feed": 2**64 - 1, "last": 43, "durable": 0, "through": 42,
                         "heartbeat_ms": 1000, "unread": 1, "unread_reason": "retention",
                         "counts": {"post/create_share": 7}, "others": 0,
                         "epoch_ends": [{"epoch": 2, "last": 30}]}})
    yield good("cut_down", envelope("post", "create_share", flags=1),
               {**call, "args": {"cut": True}, "result": {"cut": True}})
    yield good("unicode", envelope("pre", "create_share"),
               {**call, "args": {"name": "Zürich \u20ac \U0001F600", "nul": "\0"}})
    yield good("numbers_and_bytes", envelope("pre", "create_share"),
               {**call, "args": {"most": 2**64 - 1, "least": -2**63, "real": -0.5, "whole": 2.0,
                                 "yes": True, "raw": b"\x00\xff\x10"}})
    wide = [b"\xcc\x05", b"\xcd\x00\x05", b"\xce\x00\x00\x00\x05", b"\xcf" + struct.pack(">Q", 5),
            b"\xd0\x05", b"\xd1\x00\x05", b"\xd2\x00\x00\x00\x05", b"\xd3" + struct.pack(">q", 5)]
    yield good("integers_of_any_width", envelope("periodic", "update_stats"),
               {"tick": 5, "data": [5] * 8},
               b"\x82\xa4tick" + wide[7] + b"\xa4data\x98" + b"".join(wide))
    yield good("empty_body", envelope("pre", "create_share"), {})
    yield good("deepest_allowed", envelope("pre", "create_share"),
               {"args": json.loads("[" * 31 + "]" * 31)})
    not_numbers = {"nan": float("nan"), "most": float("inf"), "least": float("-inf")}
    infinite = good("not_finite", envelope("pre", "create_share"), {**call, "args": not_numbers})
    infinite["event"]["args"] = {"nan": "NaN", "most": "Infinity", "least": "-Infinity"}
    yield infinite
    yield good("single_precision", envelope("periodic", "update_stats"), {"data": 0.5},
               b"\x81\xa4data\xca" + struct.pack(">f", 0.5))
    yield good("schema_of_later_version", envelope("pre", "create_share"), {**call, "schema": 2})
    yield good("flags_of_later_version", envelope("pre", "create_share", flags=0x82), call)
    yield good("unknown_key_twice", envelope("pre", "create_share"), {},
               b"\x82\xa5later\x01\xa5later\x02")
    yield good("slash_in_publisher",
               envelope("pre", "create_share", topic="pre/create_share/rack7/nas01"), {})
    long = "pre/create_share/".ljust(512, "p")
    yield good("longest_topic", envelope("pre", "create_share", topic=long), {})
    yield good("largest_numbers", envelope("pre", "create_share", journal_id=2**64 - 1,
                                           epoch=2**32 - 1, sequence=2**62, time_ns=2**63 - 1),
               {"tick": 2**64 - 1, "duration_ns": 2**63 - 1})
    yield good("negative_duration", envelope("post", "create_share"),
               {**call, "outcome": "success", "duration_ns": -1})
    unknown = good("unknown_keys_ignored", envelope("pre", "create_share"),
                   {**call, "later": [{"a": 1}], "context": {"user_id": "bob", "later": 1.5}})
    del unknown["event"]["later"], unknown["event"]["context"]["later"]
    yield unknown


def bad_vectors():
    head = envelope("pre", "create_share")
    whole = record(head, msgpack.packb({"schema": 1, "publisher": PUBLISHER}))

    yield bad("record_truncated", "truncated", whole[:-8])
    yield bad("record_of_zeros", "empty", bytes(64))
    yield bad("record_bit_flipped", "checksum", whole[:60] + bytes([whole[60] ^ 1]) + whole[61:])
    yield bad("record_too_long", "length", struct.pack("<I", 60 * 1024 + 1) + whole[4:])
    yield bad("record_pad_not_zero", "padding", record(head, b"\x80", pad=b"\x01"))

    yield bad("record_cut_in_header", "truncated", whole[:20])
    yield bad("record_of_7_bytes", "truncated", whole[:7])
    yield bad("record_crc_wrong", "checksum", whole[:4] + bytes([whole[4] ^ 0x80]) + whole[5:])
    yield bad("record_shorter_than_header", "length", struct.pack("<I", 39) + whole[4:])
    yield bad("topic_beyond_record", "length",
              with_checksum(whole[:36] + struct.pack("<H", 500) + whole[38:]))
    too_long = {**head, "topic": "pre/create_share/".ljust(513, "p")}
    yield bad("topic_of_513_bytes", "length", record(too_long, b"\x80"))
    for name, topic in (("topic_of_two_parts", b"pre/create_share"),
                        ("topic_without_method", b"pre//nas01@gold"),
                        ("topic_without_publisher", b"pre/create_share/"),
                        ("topic_of_no_phase", b"before/create_share/nas01@gold"),
                        ("topic_with_line_feed", b"pre/create\nshare/nas01@gold"),
                        ("topic_not_utf8", b"pre/create_share/nas\xff01")):
        yield bad(name, "topic", encode_record(42, head["journal_id"], head["time_ns"], 3, topic, 1,
                                               0, b"\x80"))

    def body(name, expect, packed):
        return bad(name, expect, record(head, packed))

    yield body("body_ends_early", "truncated_body", b"\x81\xa4args\xa5four")
    yield body("string_of_4_gib", "truncated_body", b"\x81\xa4args\xdb\xff\xff\xff\xffabc")
    yield body("list_of_4_billion", "declared_count",
               b"\x81\xa4args\xdd\xff\xff\xff\xff" + b"\1" * 80)
    yield body("one_level_too_deep", "depth", b"\x81\xa4args" + b"\x91" * 31 + b"\x90")
    yield body("depth_bomb", "depth", b"\x81\xa4args" + b"\x91" * 3000 + b"\x90")
    yield body("stray_byte_in_string", "utf8", b"\x81\xa9publisher\xa3a\xffb")
    yield body("overlong_utf8", "utf8", b"\x81\xa9publisher\xa2\xc0\xaf")
    yield body("surrogate_in_unknown_key", "utf8", b"\x81\xa5later\xa3\xed\xa0\x80")
    yield body("key_twice", "duplicate_key", b"\x82\xa7call_id\xa1a\xa7call_id\xa1b")
    yield body("context_key_twice", "duplicate_key",
               b"\x81\xa7context\x82\xa7user_id\xa1a\xa7user_id\xa1a")
    yield body("bytes_behind_body", "trailing", b"\x80\x00")
    yield body("body_is_list", "not_a_map", b"\x90")
    yield body("call_id_is_number", "wrong_type", b"\x81\xa7call_id\x07")
    yield body("negative_tick", "wrong_type", b"\x81\xa4tick\xff")
    yield body("key_is_number", "key_type", b"\x81\x07\xa1a")
    yield body("no_body", "truncated_body", b"")
    yield body("byte_that_begins_nothing", "no_value", b"\x81\xa4args\xc1")
    yield body("bytes_of_4_gib", "truncated_body", b"\x81\xa4args\xc6\xff\xff\xff\xffabc")
    yield body("map_of_4_billion", "declared_count",
               b"\x81\xa4args\xdf\xff\xff\xff\xff" + b"\xa1a" * 40)
    yield body("too_many_values", "too_many_values",
               b"\x81\xa4args\xdc\x40\x00" + b"\x01" * 0x4000)
    yield body("utf8_above_unicode", "utf8", b"\x81\xa9publisher\xa4\xf4\x90\x80\x80")
    yield body("utf8_cut_in_character", "utf8", b"\x81\xa9publisher\xa2\xe2\x82")
    yield body("utf8_in_key", "utf8", b"\x81\xa1\xff\x01")
    yield body("key_is_bytes", "key_type", b"\x81\xc4\x04args\x01")
    yield body("key_is_list", "key_type", b"\x81\x90\x01")
    yield body("timestamp", "extension", b"\x81\xa4args\xd6\xff\x00\x00\x00\x01")
    yield body("publisher_is_nil", "wrong_type", b"\x81\xa9publisher\xc0")
    yield body("role_is_number", "wrong_type", b"\x81\xa7context\x81\xa5roles\x91\x07")
    yield body("hooks_is_map", "wrong_type", b"\x81\xa5hooks\x80")
    yield body("hook_without_name", "missing_key", b"\x81\xa5hooks\x91\x81\xa5phase\xa3pre")
    yield body("duration_beyond_63_bits", "out_of_range",
               b"\x81\xabduration_ns\xcf\x80" + bytes(7))
    yield body("extension_type", "extension", b"\x81\xa4args\xd4\x05\x00")
    yield bad("kind_of_no_phase", "phase", record(head, b"\x80", kind=9))
    yield bad("topic_of_other_phase", "topic", record(head, b"\x80", kind=2))


def batch_vectors():
    """Batches of the stream: the first frame, the second, and how far they can be believed by a
    client of that journal. complete: it asked for no topics, so that no sequence may be missing."""
    journal_id = 0x1122334455667788

    def one(sequence, epoch=3, journal=journal_id):
        return record(envelope("pre", "create_share", sequence=sequence, epoch=epoch,
                               journal_id=journal), b"\x80")

    def vector(name, expect, through, head, *records, complete=True):
        fields = {"type": "batch", "session": 7, "epoch": 3, "first": 41, "last": 43, "count": 3,
                  **head}
        present = {key: value for key, value in fields.items() if value is not None}
        return {"name": name, "journal_id": journal_id, "complete": complete,
                "head_hex": msgpack.packb(present).hex(), "records_hex": b"".join(records).hex(),
                "expect": expect, "through": through}

    three = [one(41), one(42), one(43)]
    yield vector("three", "ok", 43, {}, *three)
    yield vector("unknown_key", "ok", 43, {"later": [1]}, *three)
    yield vector("sorted_out", "ok", 50, {"last": 50, "count": 2}, one(42), one(45), complete=False)
    yield vector("all_sorted_out", "ok", 50, {"last": 50, "count": 0}, complete=False)
    yield vector("nothing_though_complete", "sequence", 40, {"count": 0})
    yield vector("sequence_left_out", "sequence", 41, {"count": 2}, one(41), one(43))
    yield vector("sequence_twice", "sequence", 42, {}, one(41), one(42), one(42))
    yield vector("sequence_before_first", "sequence", 40, {}, one(40), complete=False)
    yield vector("sequence_behind_last", "sequence", 42, {"last": 42, "count": 2}, *three)
    yield vector("last_left_out", "sequence", 42, {"count": 2}, one(41), one(42))
    yield vector("fewer_than_it_says", "count", 42, {}, one(41), one(42), complete=False)
    yield vector("record_of_other_journal", "journal", 41, {}, one(41), one(42, journal=9), one(43))
    yield vector("record_of_other_epoch", "epoch", 41, {}, one(41), one(42, epoch=4), one(43))
    flipped = bytearray(one(42))
    flipped[50] ^= 4
    yield vector("record_bit_flipped", "checksum", 41, {}, one(41), bytes(flipped), one(43))
    yield vector("last_record_cut", "truncated", 42, {}, one(41), one(42), one(43)[:-8])
    yield vector("zeros_behind", "empty", 43, {}, *three, bytes(8))
    yield vector("unknown_type", "reply", 0, {"type": "bundle"}, *three)
    yield vector("without_last", "missing_key", 0, {"last": None}, *three)
    yield vector("without_session", "missing_key", 0, {"session": None}, *three)
    yield vector("count_is_text", "wrong_type", 0, {"count": "3"}, *three)
    yield vector("first_is_negative", "wrong_type", 0, {"first": -1}, *three)
    yield vector("first_is_0", "range", 0, {"first": 0}, *three)
    yield vector("last_before_first", "range", 0, {"last": 40}, *three)
    yield vector("more_than_it_covers", "range", 0, {"count": 4}, *three)


def write(vectors, folder):
    for vector in vectors:
        path = os.path.join(folder, vector["name"] + ".json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(vector, file, indent=2, ensure_ascii=False)
            file.write("\n")


if __name__ == "__main__":
    write([*good_vectors(), *bad_vectors()], sys.argv[1])
    write(batch_vectors(), os.path.join(sys.argv[1], "batches"))
