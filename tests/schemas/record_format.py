"""The record as docs of core/record/include/hookwire/record/record.h give it, written anew here so
that two implementations must agree."""

import struct

HEADER = struct.Struct("<IIQQqIHBB")
MAX_RECORD_BYTES = 60 * 1024
MAX_TOPIC_BYTES = 512


class Fault(Exception):
    """Why bytes are not a valid event; the one argument is the vectors' word for it."""


def crc32c(data, crc=0):
    crc ^= 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def encode_record(sequence, journal_id, time_ns, epoch, topic, kind, flags, body, pad=b"\0"):
    length = HEADER.size + len(topic) + len(body)
    header = HEADER.pack(length, 0, sequence, journal_id, time_ns, epoch, len(topic), kind, flags)
    covered = header[8:] + topic + body + pad * (-length % 8)
    return header[:4] + struct.pack("<I", crc32c(covered, crc32c(header[:4]))) + covered


def decode_record(data):
    """The record at the front of data as a dict; topic and body are bytes."""
    if len(data) < 8:
        raise Fault("truncated")
    if data[:8] == bytes(8):
        raise Fault("empty")
    (length,) = struct.unpack_from("<I", data)
    if not HEADER.size <= length <= MAX_RECORD_BYTES:
        raise Fault("length")
    size = (length + 7) // 8 * 8
    if len(data) < size:
        raise Fault("truncated")
    fields = HEADER.unpack_from(data)
    topic_end = HEADER.size + fields[6]
    if fields[6] > MAX_TOPIC_BYTES or topic_end > length:
        raise Fault("length")
    if crc32c(data[8:size], crc32c(data[:4])) != fields[1]:
        raise Fault("checksum")
    if any(data[length:size]):
        raise Fault("padding")
    return {
        "sequence": fields[2], "journal_id": fields[3], "time_ns": fields[4], "epoch": fields[5],
        "kind": fields[7], "flags": fields[8],
        "topic": data[HEADER.size:topic_end], "body": data[topic_end:length],
    }
