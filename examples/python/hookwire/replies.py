"""The publisher's replies on the stream, checked before they are believed; see docs/wire.md."""

from .event import UNSIGNED, Fault, Map, decode_record, take, unpack

MAX_BATCH_BYTES = 64 * 1024
MAX_SEQUENCE = 1 << 62

POSITION = dict.fromkeys(("epoch", "first", "last", "durable"), UNSIGNED)
RANGE = dict.fromkeys(("epoch", "first", "last"), UNSIGNED)
REPLIES = {"welcome": {"version": UNSIGNED, "publisher": str, "journal": UNSIGNED, **POSITION,
                       "start": UNSIGNED, "heartbeat_ms": UNSIGNED},
           "batch": {**RANGE, "count": UNSIGNED}, "gap": {**RANGE, "reason": str},
           "rolled_back": {"previous_epoch": UNSIGNED, "epoch": UNSIGNED, "last": UNSIGNED},
           "heartbeat": POSITION, "displaced": {}, "closing": {"last": UNSIGNED},
           "error": {"code": str, "message": str}}


def decode_reply(frame):
    """A publisher's reply as a map with its type and session; every field is there."""
    reply = unpack(frame)
    kind = reply.get("type") if isinstance(reply, Map) else None
    if type(kind) is not str or kind not in REPLIES:
        raise Fault("reply")
    shape = {"type": str, "session": UNSIGNED, **REPLIES[kind]}
    fields = take(reply, shape)
    if len(fields) < len(shape):
        raise Fault("missing_key")
    if kind in ("batch", "gap") and not 1 <= fields["first"] <= fields["last"] <= MAX_SEQUENCE:
        raise Fault("range")
    if kind == "batch" and fields["count"] > fields["last"] - fields["first"] + 1:
        raise Fault("range")
    return fields


def check_batch(batch, records, journal_id, complete):
    """The records of a batch up to the first that cannot be believed, the sequence through which
    all is dealt with, and the fault; "" when there is none. complete: no topics were asked for."""
    good, through, at = [], batch["first"] - 1, 0
    try:
        while at < len(records):
            record, end = decode_record(records, at)
            sequence = record["sequence"]
            if record["journal_id"] != journal_id:
                raise Fault("journal")
            if record["epoch"] != batch["epoch"]:
                raise Fault("epoch")
            if not through < sequence <= batch["last"] or (complete and sequence != through + 1):
                raise Fault("sequence")
            good.append(record)
            through, at = sequence, end
        if len(good) != batch["count"]:
            raise Fault("count")
        if complete and through != batch["last"]:
            raise Fault("sequence")
    except Fault as fault:
        return good, through, str(fault)
    return good, batch["last"], ""
