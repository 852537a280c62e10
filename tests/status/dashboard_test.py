"""What is packaged for monitoring, and docs/status.md, against what a host really serves.

Usage: dashboard_test.py HOOKWIRE SOURCE_FOLDER
"""

import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import msgpack
import zmq

from status_host import Host, eventually, get, listening, promtool_finds, run, status_of

HOOKWIRE = sys.argv.pop(1)
SOURCE = pathlib.Path(sys.argv.pop(1))
PACKAGING = SOURCE / "packaging"
ALERTS = PACKAGING / "prometheus-alerts.yml"
DOCUMENT = (SOURCE / "docs/status.md").read_text(encoding="utf-8")
DASHBOARD = json.loads((PACKAGING / "grafana-dashboard.json").read_text(encoding="utf-8"))
NAME = re.compile(r"\bhookwire_\w+")
PARTS = re.compile(r"_(bucket|count|sum)$")


def families(text):
    """{name: (type, unit, labels)} of metrics in the plain form."""
    found = {}
    for line in text.splitlines():
        words = line.split(" ")
        if line.startswith("# TYPE "):
            found[words[2]] = [words[3], "", set()]
        elif line.startswith("# UNIT "):
            found[words[2]][1] = words[3]
        elif not line.startswith("#"):
            name = re.match(r"\w+", line).group(0)
            family = found[name if name in found else PARTS.sub("", name)]
            family[2] |= set(re.findall(r'(\w+)="', line)) - {"le", "publisher"}
            assert 'publisher="' in line, line
    return {name: (kind, unit, frozenset(labels))
            for name, (kind, unit, labels) in found.items()}


def all_that_is_served():
    """Of a host that has one of everything."""
    context = zmq.Context()
    with listening(HOOKWIRE, live_endpoint="ipc://sockets/gold.live", max_share_size_gb="5",
                   hook_drivers="hookwire:NotificationHook, hookwire:ShareSizeHook") as host:
        try:
            socket = context.socket(zmq.DEALER)
            socket.connect(host.endpoint)
            socket.send(msgpack.packb({"type": "steal"}))
            socket.send(msgpack.packb({"type": "open", "version": 1, "name": "printer",
                                       "start": {"from": "latest"}, "credit_bytes": 65536}))
            texts = []

            def complete():
                texts.append(get(host.port, "/metrics")[2])
                return "hookwire_session_" in texts[-1] and "hookwire_cursor_" in texts[-1] \
                    and "refused_requests" in texts[-1]

            assert eventually(complete), texts[-1]
            report = status_of(host)[1][0]
            return texts[-1], report
        finally:
            context.destroy(0)


class DashboardTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.text, cls.report = all_that_is_served()
        cls.served = families(cls.text)

    def expressions(self):
        for panel in DASHBOARD["panels"]:
            for target in panel.get("targets", []):
                yield panel["title"], target["expr"]
        for variable in DASHBOARD["templating"]["list"]:
            yield variable["name"], variable["query"]
        for line in ALERTS.read_text(encoding="utf-8").splitlines():
            yield "alerts", line

    def test_every_metric_that_they_name_is_served(self):
        named = set()
        for where, expression in self.expressions():
            for name in NAME.findall(expression):
                named.add(name)
                self.assertTrue(name in self.served or PARTS.sub("", name) in self.served,
                                f"{where} names {name}")
        self.assertGreater(len(named), 20)
        # And what is not served would be found.
        self.assertNotIn("hookwire_event_total", self.served)

    def test_every_label_that_they_name_is_served(self):
        for where, expression in self.expressions():
            if where in ("datasource", "alerts"):
                continue
            for name, matched in re.findall(r"(hookwire_\w+)\{([^}]*)\}", expression):
                family = self.served.get(name) or self.served[PARTS.sub("", name)]
                labels = set(re.findall(r"(\w+)(?:=|!)", matched)) - {"publisher"}
                self.assertLessEqual(labels, family[2], f"{where}: {expression}")

    def test_promtool_takes_the_alerts_and_what_is_served(self):
        self.assertEqual(promtool_finds(self.text), "")
        ended = run("promtool", "check", "rules", ALERTS)
        self.assertEqual(ended.returncode, 0, ended.stdout + ended.stderr)

    def test_promtool_takes_the_dashboards_expressions(self):
        # As rules, since promtool parses those.
        names = {"$publisher": ".*", "$__rate_interval": "5m", "$__range": "1h"}
        rules = []
        for panel, expression in self.expressions():
            if panel in ("datasource", "publisher", "alerts"):
                continue
            for name, value in names.items():
                expression = expression.replace(name, value)
            rules.append({"record": f"panel:{len(rules)}", "expr": expression})
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "rules.yml")
            path.write_text(json.dumps({"groups": [{"name": "panels", "rules": rules}]}))
            ended = run("promtool", "check", "rules", path)
        self.assertEqual(ended.returncode, 0, ended.stdout + ended.stderr)
        self.assertIn(f"{len(rules)} rules found", ended.stdout)

    def test_each_alert_fires_when_it_should_and_only_then(self):
        cases = pathlib.Path(__file__).parent / "alerts_test.yml"
        alerts = re.findall(r"alert: (\w+)", ALERTS.read_text())
        self.assertGreater(len(alerts), 10)
        for alert in alerts:
            self.assertEqual(len(re.findall(rf"\b{alert}\b", cases.read_text())), 2, alert)
        with tempfile.TemporaryDirectory() as folder:
            shutil.copy(ALERTS, folder)
            shutil.copy(cases, folder)
            ended = subprocess.run(["promtool", "test", "rules", "alerts_test.yml"], cwd=folder,
                                   capture_output=True, text=True)
        self.assertEqual(ended.returncode, 0, ended.stdout + ended.stderr)

    def test_the_document_lists_what_is_served_and_nothing_else(self):
        listed = {}
        for line in DOCUMENT.splitlines():
            row = re.match(r"\| `(hookwire_\w+)` \| (\w+) \| (\w*) ?\| ([^|]*)\|", line)
            if row:
                name, kind, unit, labels = row.groups()
                listed[name] = (kind, unit, frozenset(re.findall(r"`(\w+)`", labels)))
        # A counter's family in this form ends with _total, and then not with its unit.
        served = {name: (kind, unit or listed.get(name, ("", ""))[1] if name.endswith("_total")
                         else unit, labels) for name, (kind, unit, labels) in self.served.items()}
        self.assertEqual(listed, served)
        for labels in listed.values():
            for label in labels[2]:
                self.assertRegex(DOCUMENT, rf"(?m)^\| (`\w+`, )*`{label}`[^|]*\| \d+ \|")

    def test_the_documents_commands_work_as_written(self):
        commands = "".join(re.findall(r"^```sh\n(.*?)^```$", DOCUMENT, re.S | re.M))
        (host,) = re.findall(r"^hookwire (host .*)$", commands, re.M)
        ask = re.findall(r"^hookwire (status .*)$", commands, re.M)
        self.assertEqual(len(ask), 5)
        with tempfile.TemporaryDirectory(prefix="hw-") as folder:
            shutil.copytree(SOURCE / "examples", pathlib.Path(folder, "examples"))
            words = host.replace("9100", "0").split()  # one that is free
            process = subprocess.Popen([HOOKWIRE, *words], cwd=folder, stdin=subprocess.PIPE,
                                       stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            try:
                process.stdin.write(b'{"method":"init_host"}\n')
                process.stdin.flush()
                self.assertIn(b'"ok":true', process.stdout.readline())
                for command in ask:
                    ended = subprocess.run([HOOKWIRE, *command.split()], cwd=folder,
                                           capture_output=True, text=True)
                    self.assertEqual((ended.returncode, ended.stderr), (0, ""), command)
                    self.assertNotEqual(ended.stdout, "", command)
            finally:
                process.kill()
                process.communicate()

    def test_the_document_names_every_field_of_the_report(self):
        def keys_of(value):
            if isinstance(value, dict):
                for key, inner in value.items():
                    yield key
                    yield from keys_of(inner)
            elif isinstance(value, list):
                for inner in value:
                    yield from keys_of(inner)

        fields = DOCUMENT.split("## Fields")[1].split("## Metrics")[0]
        explained = set(re.findall(r"`(\w+)`", fields))
        by_phase = {f"{phase}_durations" for phase in ("post", "failure", "periodic")}
        codes = {"unknown_type"}
        self.assertEqual(set(keys_of(self.report)) - by_phase - codes - explained, set())


if __name__ == "__main__":
    unittest.main()
