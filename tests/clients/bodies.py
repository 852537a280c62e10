"""What a host wrote, and how that is held to schemas/body.schema.json."""

import json
import pathlib
import sys

import jsonschema
import msgpack

from host import in_use, records_in

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "examples" / "python"))

from hookwire.event import PHASES, decode_record, plain  # noqa: E402

BODIES = json.loads((SOURCE / "schemas/body.schema.json").read_text(encoding="utf-8"))
VALIDATORS = {name: jsonschema.Draft202012Validator({**BODIES, "$ref": f"#/$defs/{name}"})
              for name in BODIES["$defs"]}


def body_of(record):
    """Phase, method and body of a record, with every key that it has."""
    phase, method, _ = record["topic"].decode().split("/", 2)
    assert phase == PHASES[record["kind"]]
    return phase, method, plain(msgpack.unpackb(record["body"]))


def faults(phase, method, body):
    found = [error.message for error in VALIDATORS[phase].iter_errors(body)]
    if phase == "system":
        found += [error.message for error in
                  VALIDATORS["system_" + method].iter_errors(body.get("data"))]
    return found


def written_by(host):
    for segment in filter(in_use, host.segments()):
        data = segment.read_bytes()
        for at, _, _, _ in records_in(data):
            yield body_of(decode_record(data, at)[0])
