"""`hookwire host --listen`: what it serves, whom it refuses, and that nobody holds it up.

Usage: metrics_test.py HOOKWIRE
"""

import pathlib
import socket
import sys
import time
import unittest

from prometheus_client.openmetrics.parser import text_string_to_metric_families

from status_host import DEADLINE_S, Host, eventually, get, listening, promtool_finds, run, sample

HOOKWIRE = sys.argv.pop(1)


def started(folder, *arguments):
    """The end of a host that is not to start."""
    config = pathlib.Path(folder, "hookwire.conf")
    ended = run(HOOKWIRE, "host", "-c", config, *arguments, given="")
    return ended.returncode, ended.stderr


class MetricsTest(unittest.TestCase):
    def test_counters_are_what_was_done_to_the_unit(self):
        with listening(HOOKWIRE) as host:
            for calls in (1, 8, 20):
                host.calls(calls - 1)
                if calls > 1:
                    host.call()
                status, headers, text = get(host.port, "/metrics")
                self.assertEqual(status, 200)
                self.assertEqual(headers["Content-Type"],
                                 "text/plain; version=0.0.4; charset=utf-8")
                done = {1: 1, 8: 9, 20: 29}[calls]  # and one that saw that it runs
                self.assertEqual(sample(text, "hookwire_calls_total", outcome="success",
                                        method="publish_service_capabilities"), done)
                self.assertEqual(sample(text, "hookwire_hook_runs_total", phase="post",
                                        hook="NotificationHook"), done)
                self.assertEqual(sample(text, "hookwire_events_total"), len(host.cat()))
                self.assertEqual(promtool_finds(text), "")

    def test_who_asks_for_openmetrics_gets_it_to_the_letter(self):
        with listening(HOOKWIRE) as host:
            accept = "application/openmetrics-text;version=1.0.0,text/plain;q=0.5"
            _, headers, text = get(host.port, "/metrics", Accept=accept)
            self.assertTrue(headers["Content-Type"].startswith("application/openmetrics-text"))
            families = {each.name: each for each in text_string_to_metric_families(text)}
            self.assertEqual(families["hookwire_calls"].type, "counter")
            durations = families["hookwire_call_duration_seconds"]
            self.assertEqual((durations.type, durations.unit), ("histogram", "seconds"))
            # The parser is as strict as it is meant to be.
            _, _, plain = get(host.port, "/metrics")
            with self.assertRaises(ValueError):
                list(text_string_to_metric_families(plain))

    def test_health_is_what_is_wrong_now(self):
        with listening(HOOKWIRE) as host:
            self.assertEqual(get(host.port, "/healthz")[::2], (200, "ok\n"))
        with listening(HOOKWIRE, journal_low_space="1000000G") as host:
            status, _, text = get(host.port, "/healthz")
            self.assertEqual(status, 503)
            self.assertIn("space is low", text)

    def test_other_pages_and_methods_are_not_there(self):
        with listening(HOOKWIRE) as host:
            for path, method in (("/", "GET"), ("/metrics", "POST"), ("/metrics/../x", "GET"),
                                 ("/healthz", "DELETE")):
                status, _, text = get(host.port, path, method)
                self.assertEqual(status, 404, (path, method))
                self.assertIn("/metrics", text)
            self.assertEqual(get(host.port, "/metrics", "HEAD")[::2], (200, ""))

    def test_a_host_that_publishes_nothing_shows_its_hooks(self):
        with listening(HOOKWIRE, hook_drivers="hookwire:ShareSizeHook", max_share_size_gb="5",
                       time_budget="10s", journal_dir=None, stream_endpoint=None) as host:
            _, _, text = get(host.port, "/metrics")
            self.assertEqual(sample(text, "hookwire_hook_runs_total", phase="pre",
                                    hook="ShareSizeHook"), 1)
            self.assertNotIn("hookwire_journal_", text)
            self.assertEqual(get(host.port, "/healthz")[0], 200)

    def test_a_port_in_use_is_an_error_before_anything_is_opened(self):
        with Host(HOOKWIRE) as host:
            host.kill()
            taken = socket.create_server(("127.0.0.1", 0))
            self.addCleanup(taken.close)
            port = taken.getsockname()[1]
            before = [path.read_bytes() for path in host.segments()]
            code, messages = started(host.folder, "--listen", f"127.0.0.1:{port}")
            self.assertEqual(code, 3)
            self.assertIn(f"port 127.0.0.1:{port} is in use", messages)
            self.assertEqual([path.read_bytes() for path in host.segments()], before)

    def test_addresses_are_checked(self):
        with Host(HOOKWIRE) as host:
            host.kill()
            for address, expected in (("0.0.0.0:0", "--insecure-listen"), ("[::]:0", "--insecure"),
                                      ("127.0.0.1", "the port is not one"),
                                      ("127.0.0.1:70000", "the port is not one"),
                                      ("nas01:9100", "numeric"), ("::1:9100", "brackets")):
                code, messages = started(host.folder, "--listen", address)
                self.assertEqual((code, expected in messages), (2, True), (address, messages))
            code, messages = started(host.folder, "--listen", "0.0.0.0:0", "--insecure-listen")
            self.assertEqual(code, 0, messages)
            code, messages = started(host.folder, "--listen", "0")
            self.assertEqual(code, 0, messages)
            self.assertIn("http://127.0.0.1:", messages)


class HostileTest(unittest.TestCase):
    """What clients of it do holds up each other for a while, and nobody else."""

    def setUp(self):
        self.host = self.enterContext(listening(HOOKWIRE))

    def connect(self):
        client = socket.create_connection(("127.0.0.1", self.host.port), timeout=DEADLINE_S)
        self.addCleanup(client.close)
        return client

    def ends(self, client):
        """Whether the connection ends in time, whatever is said before."""
        try:
            while client.recv(65536):
                pass
        except ConnectionError:
            pass
        except TimeoutError:
            return False
        return True

    def served(self):
        return get(self.host.port, "/metrics")[0] == 200

    def test_one_that_says_nothing_is_dropped(self):
        client = self.connect()
        begin = time.monotonic()
        self.assertTrue(self.served())  # behind it
        self.assertTrue(self.ends(client))
        self.assertLess(time.monotonic() - begin, 20)

    def test_one_that_says_a_byte_now_and_then_is_dropped_all_the_same(self):
        client = self.connect()
        begin = time.monotonic()

        def trickles():
            try:
                client.sendall(b"G")
                return False
            except ConnectionError:
                return True

        self.assertTrue(eventually(trickles, 20))
        self.assertLess(time.monotonic() - begin, 20)
        self.assertTrue(self.served())

    def test_silent_ones_hold_up_others_for_a_moment_each(self):
        for _ in range(10):
            self.connect()
        begin = time.monotonic()
        self.assertEqual(get(self.host.port, "/healthz")[0], 200)
        self.assertLess(time.monotonic() - begin, 10)

    def test_one_that_stays_after_its_answer_holds_up_others_for_a_moment(self):
        for _ in range(10):
            self.connect().sendall(b"GET /healthz HTTP/1.1\r\n\r\n")
        begin = time.monotonic()
        self.assertEqual(get(self.host.port, "/healthz")[0], 200)
        self.assertLess(time.monotonic() - begin, 10)

    def test_whatever_ranges_are_asked_for_the_page_comes_once_and_whole(self):
        for ranges in ("bytes=" + ",".join(["0-"] * 2600), "bytes=0-0", "bytes=9999999-"):
            begin = time.monotonic()
            status, headers, text = get(self.host.port, "/metrics", Range=ranges)
            self.assertEqual(status, 200)
            self.assertTrue(headers["Content-Type"].startswith("text/plain"))
            self.assertEqual(text.count("# EOF\n"), 1)
            self.assertIn("# TYPE hookwire_build_info gauge\n", text)
            self.assertLess(time.monotonic() - begin, 10)
            self.assertEqual(get(self.host.port, "/healthz", Range=ranges)[::2], (200, "ok\n"))

    def test_endless_headers_are_cut(self):
        client = self.connect()
        sent = 0
        try:
            client.sendall(b"GET /metrics HTTP/1.1\r\n")
            while sent < 50_000_000:
                sent += client.send(b"X-A: b\r\n" * 1000)
        except ConnectionError:
            pass
        self.assertLess(sent, 50_000_000)
        self.assertTrue(self.ends(client))
        self.assertTrue(self.served())

    def test_a_large_body_is_not_taken(self):
        client = self.connect()
        client.sendall(b"POST /metrics HTTP/1.1\r\nContent-Length: 1000000000\r\n\r\n")
        self.assertTrue(self.ends(client))
        self.assertTrue(self.served())

    def test_no_http_is_no_harm(self):
        for said in (b"\0" * 100, b"\r\n" * 8000, b"GET " + b"/" * 20000, b"\xff\xfe hello\r\n\r\n"):
            client = self.connect()
            try:
                client.sendall(said)
            except ConnectionError:
                pass
            self.assertTrue(self.ends(client))
        self.assertTrue(self.served())

    def test_many_at_once_hold_up_no_call(self):
        clients = []
        for _ in range(40):
            client = socket.socket()
            client.setblocking(False)
            client.connect_ex(("127.0.0.1", self.host.port))
            self.addCleanup(client.close)
            clients.append(client)
        begin = time.monotonic()
        self.host.calls(1000)
        took = time.monotonic() - begin
        self.assertLess(took, 20)
        for client in clients:
            client.close()
        self.assertTrue(self.served())
        threads = pathlib.Path(f"/proc/{self.host._process.pid}/task")
        names = [(task / "comm").read_text().strip() for task in threads.iterdir()]
        self.assertEqual(names.count("hw-http"), 1)

    def test_the_host_stops_at_once_while_one_hangs(self):
        self.connect()
        half = self.connect()
        half.sendall(b"GET /metrics HTTP/1.1\r\n")
        begin = time.monotonic()
        self.host.stop()
        self.assertEqual(self.host._process.returncode, 0)
        self.assertLess(time.monotonic() - begin, 10)


if __name__ == "__main__":
    unittest.main()
