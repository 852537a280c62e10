"""bash completes hookwire's command line with what the program's help says.

Usage: completion_test.py COMPLETION_SCRIPT HOOKWIRE
"""

import subprocess
import sys

from command_help import read_all

script, hookwire = sys.argv[1:]
help_of = read_all(hookwire)

# Completes the last of its words, as bash calls a completion function.
BASH = r"""
source "$1"; shift
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
function=$(complete -p hookwire | sed 's/.*-F \([^ ]*\) .*/\1/')
"$function" "$HOOKWIRE" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
[ ${#COMPREPLY[@]} -eq 0 ] || printf '%s\n' "${COMPREPLY[@]}"
"""


def completed(*words):
    result = subprocess.run(["bash", "-c", BASH, "bash", script, "hookwire", *words], text=True,
                            env={"PATH": "/usr/bin:/bin", "HOOKWIRE": hookwire}, timeout=20,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=True)
    return result.stdout.splitlines()


def expect(words, expected):
    found = completed(*words)
    assert sorted(found) == sorted(expected), f"{words}: {found}, not {expected}"


for command, known in help_of.items():
    extra = ["help", "version"] if not command else []
    expect([*command, ""], [*known.commands, *extra])
    expect([*command, "-"], known.options)
    for option in known.takes_value:
        expect([*command, option, ""], known.choices.get(option, []))

# Said here once more, lest both read help in the same wrong way.
expect(["jou"], ["journal"])
expect(["journal", "re"], ["repair"])
expect(["journal", "repair", "var/journal", "--d"], ["--dry-run"])
expect(["help", "journal", "c"], ["cat"])
expect(["tail", "--color", "a"], ["auto", "always"])
expect(["tail", "--color", "=", "a"], ["auto", "always"])  # as bash takes --color=a apart
expect(["tail", "--color", "="], ["auto", "always", "never"])
expect(["tail", "--connect", "ipc://x", "--on"], ["--once"])
expect(["host", "--calls", "--"], [])  # a file is to come
expect(["no_such_command", "--he"], ["--help"])
