"""`hookwire status` against a real host: counters to the unit, every format, what counts as wrong.

Usage: status_test.py HOOKWIRE
"""

import json
import subprocess
import sys
import unittest

import msgpack
import zmq
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from status_host import Host, eventually, promtool_finds, run, sample, status_of

HOOKWIRE = sys.argv.pop(1)
SHARE = {"share_id": "s-1", "size_gb": 1, "share_proto": "NFS"}
WITH_QUOTA = {"hook_drivers": "hookwire:NotificationHook, hookwire:ShareSizeHook",
              "max_share_size_gb": "10"}


def busy_host():
    """One that made 5 calls that work, 2 that fail and 3 that a hook refuses."""
    host = Host(HOOKWIRE, **WITH_QUOTA)  # makes one call to see that it runs
    for _ in range(4):
        host.call()
    for _ in range(2):
        assert host.call("delete_share_instance", share_id="none")["outcome"] == "failure"
    for _ in range(3):
        answer = host.call("create_share_instance", **{**SHARE, "size_gb": 11})
        assert answer["outcome"] == "vetoed", answer
    return host


class StatusTest(unittest.TestCase):
    def test_counters_are_what_was_done_to_the_unit(self):
        with busy_host() as host:
            code, (report,), messages = status_of(host)
            self.assertEqual((code, messages), (0, ""), report)
            self.assertEqual(report["publisher"], "nas01@gold")
            self.assertEqual(report["problems"], [])
            events = host.cat()
            self.assertEqual(report["journal"], events[0]["journal"])
            self.assertEqual(report["first_sequence"], 1)
            self.assertEqual(report["last_sequence"], events[-1]["seq"])
            self.assertEqual(report["events"], len(events))
            self.assertEqual(report["segments"], len(host.segments()))
            hooks = {hook["name"]: hook for hook in report["hooks"]}
            notify, size = hooks["NotificationHook"], hooks["ShareSizeHook"]
            # The hook that refuses a call gets no failure of it.
            counts = ("pre_count", "post_count", "failure_count", "veto_count", "error_count")
            self.assertEqual([notify[name] for name in counts], [10, 5, 5, 0, 0])
            self.assertEqual([size[name] for name in counts], [10, 5, 2, 3, 3])
            self.assertEqual(notify["pre_durations"]["count"], 10)
            self.assertEqual(size["failure_durations"]["count"], 2)
            methods = {each["method"]: each for each in report["methods"]}
            ends = ("success", "failure", "vetoed", "post_hook_failed")
            self.assertEqual({name: [each[end] for end in ends] for name, each in methods.items()},
                             {"publish_service_capabilities": [5, 0, 0, 0],
                              "delete_share_instance": [0, 2, 0, 0],
                              "create_share_instance": [0, 0, 3, 0]})
            answered = host.ask({"control": "hooks"})["hooks"]
            self.assertEqual([hook["pre_count"] for hook in answered], [10, 10])

    def test_metrics_are_accepted_by_promtool_and_say_the_same(self):
        with busy_host() as host:
            ended = run(HOOKWIRE, "status", "--connect", host.endpoint, "-o", "prometheus")
            self.assertEqual((ended.returncode, ended.stderr), (0, ""))
            self.assertEqual(promtool_finds(ended.stdout), "")
            text = ended.stdout
            self.assertEqual(sample(text, "hookwire_calls_total", outcome="success",
                                    method="publish_service_capabilities"), 5)
            self.assertEqual(sample(text, "hookwire_hook_vetoes_total", hook="ShareSizeHook"), 3)
            self.assertEqual(sample(text, "hookwire_hook_duration_seconds_count", phase="pre",
                                    hook="NotificationHook"), 10)
            self.assertEqual(sample(text, "hookwire_call_duration_seconds_bucket", le="+Inf",
                                    method="delete_share_instance"), 2)
            self.assertEqual(sample(text, "hookwire_events_total"), len(host.cat()))
            # Bad metrics would be refused.
            self.assertNotEqual(promtool_finds(text.replace("_total", "")), "")

    def test_openmetrics_is_that_to_the_letter(self):
        with busy_host() as host:
            ended = run(HOOKWIRE, "status", "--connect", host.endpoint, "-o", "openmetrics")
            self.assertEqual((ended.returncode, ended.stderr), (0, ""))
            self.assertTrue(ended.stdout.endswith("\n# EOF\n"))
            families = {each.name: each for each in text_string_to_metric_families(ended.stdout)}
            self.assertEqual(families["hookwire_calls"].type, "counter")

    def test_metrics_of_one_publisher_stand_there_once(self):
        with Host(HOOKWIRE) as host:
            twice = ("--connect", host.endpoint, "--connect", host.endpoint)
            for form in ("openmetrics", "prometheus"):
                ended = run(HOOKWIRE, "status", "-o", form, *twice)
                self.assertEqual((ended.returncode, ended.stdout), (2, ""))
                self.assertIn("nas01@gold was asked twice", ended.stderr)
                ended = run(HOOKWIRE, "status", "-o", form, "--connect", host.endpoint,
                            "--journal", host.journal)
                self.assertEqual((ended.returncode, ended.stderr), (0, ""))
            self.assertEqual(run(HOOKWIRE, "status", "-o", "json", *twice).returncode, 0)

    def test_sessions_and_cursors_are_told_with_their_lag(self):
        context = zmq.Context()
        self.addCleanup(context.destroy, 0)
        with Host(HOOKWIRE) as host:
            host.calls(20)
            socket = context.socket(zmq.DEALER)
            socket.connect(host.endpoint)
            self.addCleanup(socket.close, 0)
            socket.send(msgpack.packb({"type": "open", "version": 1, "name": "printer",
                                       "start": {"from": "earliest"}, "credit_bytes": 65536}))
            welcome = msgpack.unpackb(socket.recv_multipart()[0])
            last = host.cat()[-1]["seq"]
            got = 0
            while got < last:
                reply = msgpack.unpackb(socket.recv_multipart()[0])
                got = reply["last"] if reply["type"] == "batch" else got
            socket.send(msgpack.packb({"type": "ack", "session": welcome["session"],
                                       "epoch": 1, "sequence": 7}))
            reports = []

            def acknowledged():
                reports[:] = status_of(host)[1]
                return reports[0]["cursors"][0]["sequence"] == 7

            self.assertTrue(eventually(acknowledged), reports)
            (session,), (cursor,) = reports[0]["sessions"], reports[0]["cursors"]
            self.assertEqual((session["name"], session["sent_records"], session["lag"]),
                             ("printer", last, 0))
            self.assertEqual(session["session"], f"{welcome['session']:016x}")
            self.assertEqual((cursor["name"], cursor["lag"], cursor["connected"]),
                             ("printer", last - 7, True))
            code, reports, _ = status_of(host, "--connect", host.endpoint, "--max-lag", last - 8)
            self.assertEqual(code, 1)
            self.assertIn(f"printer lacks {last - 7} events", reports[0]["problems"][0])
            self.assertEqual(
                status_of(host, "--connect", host.endpoint, "--max-lag", last - 7)[0], 0)
            text = run(HOOKWIRE, "status", "--connect", host.endpoint).stdout
            self.assertIn("cursor    printer: at 7 of epoch 1, lag", text)
            # It is the relay's last word on that: the same from the files once it is stopped.
            host.stop()
            code, (report,), _ = status_of(host, "--journal", host.journal)
            self.assertEqual((code, report["running"]), (0, False))
            self.assertEqual(report["cursors"][0]["sequence"], 7)
            self.assertEqual(report["cursors"][0]["connected"], False)
            self.assertEqual(report["last_sequence"], host.cat()[-1]["seq"])

    def test_its_answer_on_the_wire_is_what_it_prints(self):
        context = zmq.Context()
        self.addCleanup(context.destroy, 0)
        with busy_host() as host:
            socket = context.socket(zmq.DEALER)
            self.addCleanup(socket.close, 0)
            socket.connect(host.endpoint)
            socket.send(msgpack.packb({"type": "status"}))
            head, told = socket.recv_multipart()
            self.assertEqual(msgpack.unpackb(head),
                             {"type": "status", "session": 0, "part": 1, "parts": 1})
            (printed,) = status_of(host)[1]
            moves = {"free_bytes": 0, "segments": 0, "journal_bytes": 0}  # the next one is made
            self.assertEqual(msgpack.unpackb(told) | {"problems": []} | moves, printed | moves)

    def test_a_damaged_journal_is_wrong(self):
        with Host(HOOKWIRE) as host:
            host.calls(50)
            self.assertEqual(status_of(host, "--journal", host.journal)[0], 0)
            host.kill()
            host.spoil(20)
            code, (report,), _ = status_of(host, "--journal", host.journal)
            self.assertEqual(code, 1)
            self.assertEqual(report["gaps"][0]["first"], 20)
            self.assertIn("a gap: events 20 to", report["problems"][0])
            host.start()  # which finds it, and tells
            code, (report,), _ = status_of(host)
            self.assertEqual(code, 1)
            self.assertIn("a gap: events 20 to", report["problems"][0])

    def test_low_space_is_wrong(self):
        with Host(HOOKWIRE, journal_low_space="1000000G") as host:
            code, (report,), _ = status_of(host)
            self.assertEqual(code, 1)
            self.assertIn("space is low", report["problems"][0])

    def test_several_publishers_are_told_together_and_one_that_is_not_there_apart(self):
        with Host(HOOKWIRE) as one, Host(HOOKWIRE) as other:
            nobody = f"ipc://{one.folder}/nobody"
            ended = run(HOOKWIRE, "status", "-o", "json", "--connect", one.endpoint,
                        "--connect", nobody, "--connect", other.endpoint)
            self.assertEqual(ended.returncode, 3)
            self.assertIn(nobody, ended.stderr)
            journals = [json.loads(line)["journal"] for line in ended.stdout.splitlines()]
            self.assertEqual(len(set(journals)), 2)
            other.freeze()
            ended = run(HOOKWIRE, "status", "--timeout", "0.5", "--connect", other.endpoint)
            self.assertEqual(ended.returncode, 4, ended.stderr)
            self.assertIn("no answer came", ended.stderr)
            other.thaw()

    def test_bad_usage_says_what_is_expected(self):
        for words, expected in (((), "--connect STREAM"), (("--connect", "gold"), "ipc://PATH"),
                                (("--journal", "/nowhere"), "/nowhere"),
                                (("--connect", "ipc://x", "-o", "xml"), "xml"),
                                (("--connect", "ipc://x", "--max-lag", "-1"), "max-lag")):
            ended = run(HOOKWIRE, "status", *words)
            self.assertIn(ended.returncode, (2, 3), words)
            self.assertIn(expected, ended.stderr)
            self.assertEqual(ended.stdout, "")

    def test_polling_it_hurts_no_subscriber(self):
        with Host(HOOKWIRE) as host:
            command = [HOOKWIRE, "tail", "--connect", host.endpoint, "--from", "earliest"]
            tail = subprocess.Popen([*command, "-o", "json"], stdout=subprocess.PIPE,
                                    stderr=subprocess.DEVNULL, text=True)
            self.addCleanup(tail.wait)
            self.addCleanup(tail.kill)
            self.addCleanup(tail.stdout.close)
            sequences = []
            for _ in range(10):
                host.calls(100)
                self.assertEqual(status_of(host)[0], 0)
            for line in tail.stdout:
                sequences.append(json.loads(line)["seq"])
                if sequences[-1] == 2003:
                    break
            self.assertEqual(sequences, list(range(1, 2004)))


if __name__ == "__main__":
    unittest.main()
