"""Writes records as docs/wire.md gives them, so that two implementations must agree."""

import struct

HEADER = struct.Struct("<IIQQqIHBB")


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
    return with_checksum(header[:8] + covered)


def with_checksum(record):
    """The record with the checksum that its bytes have now."""
    crc = crc32c(record[8:], crc32c(record[:4]))
    return record[:4] + struct.pack("<I", crc) + record[8:]
