"""A document whose files and commands are tried: one shell script, in the document's order.

A file is a code block below a line that is **`its name`**; a command is a block of language sh; a
block of language text below one is what it prints, line by line and in this order, where ... stands
for anything.
"""

import re
import subprocess
from typing import NamedTuple

BLOCK = re.compile(r"^(?:\*\*`(?P<file>[^`]+)`\*\*\n\n)?```(?P<language>\w+)\n(?P<text>.*?)^```$",
                   re.S | re.M)
MARK = "--- block {} ---"


class Block(NamedTuple):
    file: str
    language: str
    text: str


def blocks(document):
    return [Block(*found.group("file", "language", "text")) for found in BLOCK.finditer(document)]


def script(parts):
    """What writes each file and runs each command; says before each command which block it is."""
    lines = ["set -euo pipefail"]
    for number, part in enumerate(parts):
        if part.file:
            lines.append(f"cat >{part.file} <<'END_OF_FILE'\n{part.text}END_OF_FILE")
        elif part.language == "sh":
            lines.append(f"echo '{MARK.format(number)}'\n{part.text}")
    return "\n".join(lines)


def check_output(parts, output):
    """Fails for the first text block that the commands right above it did not print."""
    for number, part in enumerate(parts):
        if part.language != "text":
            continue
        said = output.split(MARK.format(number - 1) + "\n", 1)[1].split("\n--- block ", 1)[0]
        expected = r"[^\n]*\n(?:.*\n)*?.*".join(
            ".*".join(map(re.escape, line.split("..."))) for line in part.text.splitlines())
        assert re.search(expected, said, re.M), f"expected:\n{part.text}\nbut there was:\n{said}"


def try_document(document, folder, environment, timeout):
    parts = blocks(document)
    result = subprocess.run(["bash", "-c", script(parts)], cwd=folder, env=environment, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=timeout)
    print(result.stdout)
    assert result.returncode == 0, f"the document's commands ended with {result.returncode}"
    check_output(parts, result.stdout)
    return parts
