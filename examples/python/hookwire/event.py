"""Records and events out of bytes that may be anybody's, as docs/wire.md specifies them."""

import base64
import math
import struct
import time

import crcmod.predefined
import msgpack

crc32c = crcmod.predefined.mkPredefinedCrcFun("crc-32c")

HEADER = struct.Struct("<IIQQqIHBB")
MAX_RECORD_BYTES, MAX_TOPIC_BYTES, MAX_DEPTH, MAX_VALUES = 60 * 1024, 512, 32, 16384
PHASES = {1: "pre", 2: "post", 3: "failure", 4: "periodic", 5: "system"}

# The shapes of maps: a type, a list of one shape, a map of shapes, or a word for what is no type.
ANY, UNSIGNED, INT64 = "any", "unsigned", "int64"
CONTEXT = {"request_id": str, "global_request_id": str, "user_id": str, "project_id": str,
           "roles": [str], "remote_address": str, "traceparent": str}
HOOK = {"name": str, "phase": str, "outcome": str, "limit": str, "duration_ns": INT64}
BODY = {"publisher": str, "method": str, "call_id": str, "context": CONTEXT, "args": ANY,
        "result": ANY, "error": {"type": str, "message": str}, "outcome": str,
        "duration_ns": INT64, "hooks": [HOOK], "resource": {"type": str, "id": str},
        "tick": UNSIGNED, "part": UNSIGNED, "parts": UNSIGNED, "data": ANY, "schema": UNSIGNED}


class Fault(Exception):
    """Why bytes are not what they should be: a word of the golden vectors in schemas/vectors."""


class Event(dict):
    """An event by field: journal_id, epoch, sequence, time_ns, flags, phase, topic and method, and
    what its body holds of publisher, call_id, context, args, result, ..."""

    def as_json(self):
        """What `hookwire journal cat -o json` prints of it, for json.dumps."""
        seconds, ns = divmod(self["time_ns"], 10**9)
        shown = {"publisher": self.get("publisher", ""), "journal": f"{self['journal_id']:016x}",
                 "epoch": self["epoch"], "seq": self["sequence"],
                 "time": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{ns:09}Z",
                 "phase": self["phase"]}
        for key in BODY:
            if key in shown or key == "schema" or key not in self:
                continue
            value = self[key]
            if key in ("error", "resource"):
                value = {**dict.fromkeys(BODY[key], ""), **value}
            elif key == "context":
                value = {name: value[name] for name in CONTEXT if value.get(name)}
            elif key == "hooks":
                value = [{"name": "", "phase": "", "outcome": "", **hook} for hook in value]
            if BODY[key] == ANY or value not in ("", {}, []):
                shown[key] = plain(value)
        return {**shown, "topic": self["topic"]}


def plain(value):
    """The value with what JSON lacks spelled out."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    if isinstance(value, bytes):
        return {"base64": base64.b64encode(value).decode()}
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"
    return value


class Map(dict):
    """A map of MessagePack; `twice` are the keys that it had more than once."""

    twice = frozenset()

    @classmethod
    def of(cls, pairs):
        if not all(type(key) is str for key, _ in pairs):
            raise Fault("key_type")
        made = cls(pairs)
        if len(made) < len(pairs):
            keys = [key for key, _ in pairs]
            made.twice = frozenset(key for key in keys if keys.count(key) > 1)
        return made


def refuse_extension(code, data):
    raise Fault("extension")


def check(value, depth=0):
    """The number of values within this one; refuses what no Hookwire writes."""
    if isinstance(value, (Map, list)):
        if depth == MAX_DEPTH:
            raise Fault("depth")
        is_map = isinstance(value, Map)
        inner = value.values() if is_map else value
        count = len(value) * (2 if is_map else 1)
        return count + sum(check(one, depth + 1) for one in inner
                           if type(one) in (Map, list, msgpack.Timestamp))
    if isinstance(value, msgpack.Timestamp):
        raise Fault("extension")
    return 0


def unpack(packed):
    """A value out of MessagePack that may be anybody's."""
    try:
        value = msgpack.unpackb(packed, raw=False, strict_map_key=False, use_list=True,
                                object_pairs_hook=Map.of, ext_hook=refuse_extension)
    except msgpack.StackError:
        raise Fault("depth") from None
    except msgpack.ExtraData:
        raise Fault("trailing") from None
    except msgpack.FormatError:
        raise Fault("no_value") from None
    except UnicodeDecodeError:
        raise Fault("utf8") from None
    except ValueError as error:
        declared = "max_array_len" in str(error) or "max_map_len" in str(error)
        raise Fault("declared_count" if declared else "truncated_body") from None
    if 1 + check(value) > MAX_VALUES:
        raise Fault("too_many_values")
    return value


def take(value, shape):
    """The value checked against a shape, without the keys that the shape does not know."""
    if shape is ANY:
        return value
    if isinstance(shape, dict):
        if not isinstance(value, Map):
            raise Fault("wrong_type")
        if not value.twice.isdisjoint(shape):
            raise Fault("duplicate_key")
        if shape is HOOK and "name" not in value:
            raise Fault("missing_key")
        return {key: take(inner, shape[key]) for key, inner in value.items() if key in shape}
    if isinstance(shape, list):
        if not isinstance(value, list):
            raise Fault("wrong_type")
        return [take(inner, shape[0]) for inner in value]
    if type(value) is not (int if shape in (UNSIGNED, INT64) else shape):
        raise Fault("wrong_type")
    if shape is UNSIGNED and value < 0:
        raise Fault("wrong_type")
    if shape is INT64 and value >= 1 << 63:
        raise Fault("out_of_range")
    return value


def decode_record(data, at=0):
    """The fields of the record that begins at `at`, and where the next one begins."""
    if len(data) < at + 8:
        raise Fault("truncated")
    if data[at:at + 8] == bytes(8):
        raise Fault("empty")
    (length,) = struct.unpack_from("<I", data, at)
    if not HEADER.size <= length <= MAX_RECORD_BYTES:
        raise Fault("length")
    end = at + (length + 7) // 8 * 8
    if len(data) < end:
        raise Fault("truncated")
    fields = HEADER.unpack_from(data, at)
    _, crc, sequence, journal_id, time_ns, epoch, topic_bytes, kind, flags = fields
    if crc32c(data[at + 8:end], crc32c(data[at:at + 4])) != crc:
        raise Fault("checksum")
    body_at = at + HEADER.size + topic_bytes
    if topic_bytes > MAX_TOPIC_BYTES or body_at > at + length:
        raise Fault("length")
    if any(data[at + length:end]):
        raise Fault("padding")
    return {"journal_id": journal_id, "epoch": epoch, "sequence": sequence, "time_ns": time_ns,
            "kind": kind, "flags": flags, "topic": data[at + HEADER.size:body_at],
            "body": data[body_at:at + length]}, end


def decode_event(record):
    """The event in a record of decode_record."""
    event = Event(record, phase=PHASES.get(record["kind"]), schema=1)
    del event["kind"], event["body"]
    if event["phase"] is None:
        raise Fault("phase")
    try:
        event["topic"] = record["topic"].decode()
        phase, method, publisher = event["topic"].split("/", 2)
    except ValueError:
        raise Fault("topic") from None
    controls = any(ord(one) < 32 or 127 <= ord(one) < 160 for one in event["topic"])
    if phase != event["phase"] or not method or not publisher or controls:
        raise Fault("topic")
    body = unpack(record["body"])
    if not isinstance(body, Map):
        raise Fault("not_a_map")
    event.update(take(body, BODY))
    event["method"] = event.get("method") or method
    return event
