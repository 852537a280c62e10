"""A host and what `hookwire status` says of it."""

import http.client
import json
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "clients"))

from host import DEADLINE_S, Host, eventually  # noqa: E402


def run(*command, given=None):
    return subprocess.run([str(word) for word in command], input=given, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, timeout=DEADLINE_S)


def status_of(host, *more):
    """Exit code, the reports and the messages."""
    ended = run(host.hookwire, "status", "-o", "json", *(more or ("--connect", host.endpoint)))
    return ended.returncode, [json.loads(line) for line in ended.stdout.splitlines()], ended.stderr


def promtool_finds(text):
    """What `promtool check metrics` says against it; empty: nothing."""
    ended = run("promtool", "check", "metrics", given=text)
    return ended.stdout + ended.stderr + ("" if ended.returncode == 0 else "refused")


def samples(text):
    """{(name, ((label, value), ...)): value} of metrics as text."""
    found = {}
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        name, value = line.rsplit(" ", 1)
        name, _, labels = name.partition("{")
        pairs = []
        rest = labels.rstrip("}")
        while rest:
            key, _, rest = rest.partition('="')
            end = rest.index('"')  # no label of these tests holds one
            pairs.append((key, rest[:end]))
            rest = rest[end + 1:].lstrip(",")
        key = (name, tuple(sorted(pairs)))
        assert key not in found, f"{key} stands twice"
        found[key] = float(value)
    return found


def sample(text, name, **labels):
    labels.setdefault("publisher", "nas01@gold")
    return samples(text)[(name, tuple(sorted(labels.items())))]


def listening(hookwire, **options):
    """A host that serves metrics, with the port as `port`."""
    host = Host(hookwire, arguments=("--listen", "127.0.0.1:0"), **options)
    said = re.findall(r"metrics are served at http://127\.0\.0\.1:(\d+)/metrics",
                      (host.folder / "messages").read_text())
    host.port = int(said[-1])
    return host


def get(port, path, method="GET", **headers):
    """Status, headers and body."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=DEADLINE_S)
    try:
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read().decode()
    finally:
        connection.close()
