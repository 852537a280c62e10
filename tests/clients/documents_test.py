"""Tries docs/wire.md and docs/subscribing.md: their bytes, programs and commands.

Usage: documents_test.py HOOKWIRE SOURCE_FOLDER COMPILER "INCLUDE_FOLDERS"
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

from host import DEADLINE_S, Host

HOOKWIRE, SOURCE, COMPILER, FOLDERS = sys.argv[1:5]
del sys.argv[1:5]
EXAMPLES = pathlib.Path(SOURCE, "examples")
sys.path.insert(0, str(EXAMPLES / "python"))

from hookwire.event import decode_event, decode_record  # noqa: E402
from hookwire.replies import decode_reply  # noqa: E402


def blocks(document):
    """(language, text) of each fenced block that has a language."""
    text = pathlib.Path(SOURCE, "docs", document).read_text(encoding="utf-8")
    return re.findall(r"^```(\w+)\n(.*?)^```$", text, re.S | re.M)


def of_language(document, language):
    return [text for name, text in blocks(document) if name == language]


def bytes_of(dump):
    return bytes.fromhex("".join(line[2:] for line in dump.splitlines()))


class WireTest(unittest.TestCase):
    def test_its_messages_are_the_bytes_it_shows(self):
        messages = [json.loads(text) for text in of_language("wire.md", "json")]
        dumps = [bytes_of(text) for text in of_language("wire.md", "hex")]
        self.assertEqual([msgpack.packb(message) for message in messages], dumps)
        for message in messages:
            if message["type"] in ("welcome", "batch"):
                self.assertEqual(decode_reply(msgpack.packb(message)), message)

    def test_its_record_is_the_event_it_shows(self):
        (dump,), (event,) = of_language("wire.md", "record"), of_language("wire.md", "event")
        record, end = decode_record(bytes_of(dump))
        self.assertEqual(decode_event(record), json.loads(event))
        self.assertEqual(end, len(bytes_of(dump)))

    def test_its_smallest_client_prints_every_topic(self):
        (program,) = of_language("wire.md", "python")
        with Host(HOOKWIRE) as host:
            host.calls(3000)  # more than the first credit
            client = subprocess.Popen([sys.executable, "-c", program, host.endpoint],
                                      stdout=subprocess.PIPE, text=True)
            try:
                topics = [event["topic"] for event in host.cat()]
                self.assertEqual([client.stdout.readline().strip() for _ in topics], topics)
                host.stop()
                self.assertIn("closing", client.stdout.read().splitlines()[-1])
                self.assertEqual(client.wait(DEADLINE_S), 0)
            finally:
                client.kill()
                client.stdout.close()
                client.wait()

    def test_it_lists_every_error_code(self):
        text = pathlib.Path(SOURCE, "docs", "wire.md").read_text(encoding="utf-8")
        header = pathlib.Path(SOURCE, "schemas/include/hookwire/schemas/stream_message.h")
        codes = re.search(r"enum class Code.*?\};", header.read_text(), re.S).group(0)
        for code in re.findall(r"^    (\w+),", codes, re.M):
            self.assertIn(f"| `{code}` |", text)


class SubscribingTest(unittest.TestCase):
    def test_its_cpp_program_compiles(self):
        (program,) = of_language("subscribing.md", "cpp")
        flags = ["-I" + name for name in FOLDERS.split()]
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "subscribing.cc")
            path.write_text(program)
            subprocess.run([COMPILER, "-std=c++20", "-Wall", "-Wextra", "-Werror", *flags,
                            "-fsyntax-only", str(path)], check=True)

    def test_its_programs_that_print_are_the_examples(self):
        for language, example in (("python", "python/print_events.py"),
                                  ("js", "javascript/print_events.js")):
            program = of_language("subscribing.md", language)[0]
            self.assertTrue((EXAMPLES / example).read_text().endswith(program), example)

    def test_its_commands_work_as_written(self):
        with tempfile.TemporaryDirectory(prefix="hw-") as folder:
            shutil.copytree(EXAMPLES, pathlib.Path(folder, "examples"))
            script = "set -em\n" + "".join(of_language("subscribing.md", "sh"))
            script = script.replace("build/release/bin/hookwire", HOOKWIRE)
            # Those that follow for ever get some seconds.
            script = re.sub(r"^python3 (.*)$", rf"timeout 3 {sys.executable} -B \1 || [ $? = 124 ]",
                            script, flags=re.M)
            snippet = of_language("subscribing.md", "python")[1]
            run_snippet = f"{sys.executable} -B failures.py > failures\n"
            script = script.replace("kill %1", run_snippet + "kill %1")
            pathlib.Path(folder, "failures.py").write_text(
                "import sys\nsys.path.insert(0, 'examples/python')\n" + snippet)
            result = subprocess.run(["bash", "-c", script], cwd=folder, capture_output=True,
                                    text=True, timeout=100)
            self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
            tail = pathlib.Path(folder, "tail.jsonl").read_text().splitlines()
            self.assertGreater(len(tail), 40)
            for name in ("printed.jsonl", "kept.jsonl"):
                lines = pathlib.Path(folder, name).read_text().splitlines()
                self.assertEqual([json.loads(line) for line in lines[:len(tail)]],
                                 [json.loads(line) for line in tail], name)
            failures = pathlib.Path(folder, "failures").read_text().splitlines()
            self.assertIn("create_share_instance ShareExists alice", failures)


if __name__ == "__main__":
    unittest.main()
