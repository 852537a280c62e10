"""Holds what a real host writes and says to the schemas: bodies to body.schema.json, messages of
the sockets to asyncapi.json.

Usage: body_schema_test.py HOOKWIRE SOURCE_FOLDER
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import unittest

import jsonschema
import msgpack
import zmq

from bodies import BODIES, PHASES, VALIDATORS, body_of, decode_record, faults, written_by
from host import DEADLINE_S, Host, eventually

HOOKWIRE = sys.argv.pop(1)
SOURCE = pathlib.Path(sys.argv.pop(1))
SOCKETS = json.loads((SOURCE / "schemas/asyncapi.json").read_text(encoding="utf-8"))


def printed_schema(*words):
    done = subprocess.run([HOOKWIRE, "schema", *words], stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)


def busy_host(folder):
    """What a host wrote that did whatever makes another kind of event."""
    slow = pathlib.Path(folder, "slow.sh")
    slow.write_text("#!/bin/sh\nif grep -q frozen; then sleep 20; fi\n")
    slow.chmod(0o700)
    with Host(HOOKWIRE, hook_drivers="hookwire:NotificationHook, size=hookwire:ShareSizeHook, "
                "slow=hookwire:ExecHook", max_share_size_gb="100", exec_phases="pre",
                exec_program=str(slow), exec_methods="delete_snapshot", exec_deadline="30s",
                periodic_hooks_interval="1", journal_low_space="100000G") as host:
        return list(work_of(host))


def work_of(host):
    for line in (SOURCE / "examples/calls.jsonl").read_text().splitlines():
        if line.startswith("{"):
            host.ask(json.loads(line))
    host.call("create_share_instance", share_id="huge", size_gb=101, share_proto="NFS")  # a veto
    host.ask({"control": "tick", "count": 3})
    # A call that its process does not survive.
    host.send([{"method": "delete_snapshot", "args": {"snapshot_id": "frozen"}}])
    assert eventually(lambda: is_open(host, "delete_snapshot"))
    host.kill()
    yield from written_by(host)
    host.start()
    assert eventually(lambda: "system/low_space/nas01@gold" in topics_of(host))
    host.reload()
    assert eventually(lambda: "system/reload/nas01@gold" in topics_of(host))
    host.kill()
    yield from written_by(host)  # history goes when a segment is full or begins
    host.lose_power(keep=host.cat()[-2]["seq"])
    host.start()
    host.stop()
    yield from written_by(host)


def topics_of(host):
    return [event["topic"] for event in host.cat() if "topic" in event]


def is_open(host, method):
    topics = [topic.split("/") for topic in topics_of(host)]
    begun = sum(topic[:2] == ["pre", method] for topic in topics)
    return begun > sum(topic[0] in ("post", "failure") and topic[1] == method for topic in topics)


class BodySchemaTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = cls.enterClassContext(tempfile.TemporaryDirectory(prefix="hw-"))
        cls.written = busy_host(folder)

    def test_every_event_of_real_calls_is_valid(self):
        for phase, method, body in self.written:
            self.assertEqual(faults(phase, method, body), [], f"{phase}/{method}: {body}")

    def test_that_was_tried_on_every_kind_of_event(self):
        self.assertEqual({phase for phase, _, _ in self.written}, set(PHASES.values()))
        told = {method for phase, method, _ in self.written if phase == "system"}
        self.assertLessEqual({"start", "stop", "epoch", "reload", "open_calls", "low_space"}, told)
        outcomes = {body.get("outcome") for _, _, body in self.written}
        self.assertLessEqual({"success", "failure", "vetoed", "aborted"}, outcomes)
        keys = {key for _, _, body in self.written for key in body}
        for phase in ("pre", "post", "failure"):
            self.assertLessEqual(set(BODIES["$defs"][phase]["properties"]), keys, phase)

    def test_a_body_with_another_key_a_missing_one_or_another_type_is_not(self):
        for phase in ("pre", "post", "failure", "periodic", "system"):
            body = next(body for of, _, body in self.written if of == phase)
            valid = VALIDATORS[phase].is_valid
            self.assertTrue(valid(body))
            self.assertFalse(valid({**body, "later": 1}), phase)
            for key in BODIES["$defs"][phase]["required"]:
                self.assertFalse(valid({name: body[name] for name in body if name != key}), key)
            for key in ("schema", "publisher", "call_id", "method", "tick", "context", "args"):
                if key in body:
                    self.assertFalse(valid({**body, key: [None]}), f"{phase}: {key}")

    def test_hookwire_schema_prints_it(self):
        self.assertEqual(printed_schema(), BODIES)
        for phase in ("pre", "post", "failure", "periodic", "system"):
            printed = printed_schema(phase)
            self.assertEqual(printed, {**BODIES, "$ref": f"#/$defs/{phase}"})
            valid = jsonschema.Draft202012Validator(printed).is_valid
            for of, _, body in self.written:
                if of == phase:
                    self.assertTrue(valid(body))
            self.assertFalse(valid({}))

    def test_hookwire_schema_of_no_phase_says_which_there_are(self):
        done = subprocess.run([HOOKWIRE, "schema", "before"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 2)
        self.assertIn("pre, post, failure, periodic or system", done.stderr)


def message_validator(name):
    base = "file:///schemas/asyncapi.json"
    resolver = jsonschema.RefResolver(
        base, SOCKETS, store={"file:///schemas/body.schema.json": BODIES})
    return jsonschema.Draft202012Validator(
        {"$ref": f"{base}#/components/messages/{name}/payload"}, resolver=resolver)


class AsyncApiTest(unittest.TestCase):
    def setUp(self):
        self.host = self.enterContext(Host(HOOKWIRE, live_endpoint="ipc://sockets/gold.live"))
        self.context = zmq.Context()
        self.addCleanup(self.context.destroy, 0)

    def dealer(self):
        socket = self.context.socket(zmq.DEALER)
        socket.connect(self.host.endpoint)
        return socket

    def send(self, socket, **request):
        message_validator("request_" + request["type"]).validate(request)
        socket.send(msgpack.packb(request))

    def await_reply(self, socket, wanted, seen):
        """Receives until a reply of that type; each is valid."""
        end = time.monotonic() + DEADLINE_S
        while time.monotonic() < end:
            if not socket.poll(1000):
                continue
            reply = msgpack.unpackb(socket.recv_multipart()[0])
            message_validator("reply_" + reply["type"]).validate(reply)
            seen.add(reply["type"])
            if reply["type"] == wanted:
                return reply
        self.fail(f"no {wanted} came, but {seen}")

    def test_what_the_stream_says_is_valid(self):
        self.host.calls(50)
        self.host.stop()
        self.host.spoil(20)
        self.host.start()
        seen = set()
        first, second, third = self.dealer(), self.dealer(), self.dealer()
        opening = {"type": "open", "version": 1, "credit_bytes": 1 << 20, "name": "one"}
        self.send(first, **opening, start={"from": "earliest"})
        session = self.await_reply(first, "welcome", seen)["session"]
        self.await_reply(first, "gap", seen)
        self.await_reply(first, "batch", seen)
        self.await_reply(first, "heartbeat", seen)
        for request in ({"type": "ping"}, {"type": "ack", "epoch": 1, "sequence": 5},
                        {"type": "credit", "credit_bytes": 2 << 20}):
            self.send(first, **request, session=session)
        first.send(b"junk")
        self.await_reply(first, "error", seen)
        self.send(second, **opening, topics=["failure/"])
        self.await_reply(first, "displaced", seen)
        beyond = {"from": "sequence", "sequence": 1 << 40}
        self.send(third, type="open", version=1, credit_bytes=1 << 20, start=beyond)
        self.await_reply(third, "rolled_back", seen)
        self.send(third, type="status")
        self.await_reply(third, "status", seen)
        self.host.stop()
        self.await_reply(second, "closing", seen)
        described = {name[6:] for name in SOCKETS["components"]["messages"]
                     if name.startswith("reply_")}
        self.assertEqual(seen, described, "a reply was not tried")

    def test_what_live_says_is_valid(self):
        socket = self.context.socket(zmq.SUB)
        socket.subscribe("")
        socket.connect(f"ipc://{self.host.folder}/sockets/gold.live")
        seen, end = set(), time.monotonic() + DEADLINE_S
        pattern = SOCKETS["channels"]["events"]
        while not {"pre", "post", "system"} <= seen and time.monotonic() < end:
            self.host.calls(1)
            topic, data = socket.recv_multipart()
            record, _ = decode_record(data)
            phase, method, body = body_of(record)
            self.assertIn(phase, pattern["parameters"]["phase"]["enum"])
            if record["sequence"] == 0:
                message_validator("live_heartbeat").validate(body)
                self.assertFalse(message_validator("live_heartbeat").is_valid({**body, "data": {}}))
            else:
                message_validator("record").validate(body)
            self.assertEqual(faults(phase, method, body), [])
            seen.add(phase)
        self.assertLessEqual({"pre", "post", "system"}, seen)

    def test_the_documents_examples_are_valid_and_its_tables_have_the_same_keys(self):
        text = (SOURCE / "docs/wire.md").read_text(encoding="utf-8")
        examples = [json.loads(found) for found in re.findall(r"^```json\n(.*?)^```", text, re.S | re.M)]
        self.assertGreater(len(examples), 3)
        for message in examples:
            kind = "reply_" if message["type"] in ("welcome", "batch") else "request_"
            message_validator(kind + message["type"]).validate(message)
        (heartbeat,) = re.findall(r"^```heartbeat\n(.*?)^```", text, re.S | re.M)
        self.assertEqual(faults("system", "heartbeat", {
            "schema": 1, "publisher": "nas01@gold", "data": json.loads(heartbeat)}), [])
        for name, message in SOCKETS["components"]["messages"].items():
            for key in message["payload"].get("properties", {}):
                self.assertIn(f"`{key}`", text, name)

    def test_every_reference_leads_somewhere(self):
        def resolve(reference):
            place = SOCKETS if reference.startswith("#") else BODIES
            for key in reference.split("#/")[1].split("/"):
                place = place[key]

        def walk(value):
            if isinstance(value, dict):
                if "$ref" in value:
                    resolve(value["$ref"])
                    found.append(value["$ref"])
            for inner in value.values() if isinstance(value, dict) else value:
                if isinstance(inner, (dict, list)):
                    walk(inner)

        found = []
        walk(SOCKETS)
        self.assertGreater(len(found), 40)


if __name__ == "__main__":
    unittest.main()
