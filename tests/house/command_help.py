"""What hookwire's help says of its commands and options, read command by command."""

import re
import subprocess
from typing import NamedTuple


class Help(NamedTuple):
    options: frozenset      # every name: -o and --output
    choices: dict           # by name: the values listed in braces
    takes_value: frozenset  # names of options that do
    commands: tuple         # the commands below it


def read(hookwire, command):
    text = subprocess.run([hookwire, *command, "--help"], text=True, check=True,
                          stdout=subprocess.PIPE, timeout=20).stdout
    usage = text.index("\nUsage: ")
    options, choices, takes_value = set(), {}, set()
    for line in text[usage:].splitlines():
        found = re.match(r"  (-\S+)(?: (\S.*?))?(?:  |$)", line)
        if not found:
            continue
        names = found[1].split(",")
        options.update(names)
        if found[2]:
            takes_value.update(names)
            listed = re.search(r"\{(.+)\}", found[2])
            if listed:
                choices.update({name: listed[1].split(",") for name in names})
    below = re.search(r"\nSubcommands:\n((?:  .*\n)*)", text)
    commands = re.findall(r"^  (\S+)", below[1], re.M) if below else ()
    return Help(frozenset(options), choices, frozenset(takes_value), tuple(commands))


def read_all(hookwire, command=()):
    """Of the program, (), of each command, ("journal",), and of those below, ("journal", "ls")."""
    here = read(hookwire, command)
    everything = {command: here}
    for name in here.commands:
        everything.update(read_all(hookwire, (*command, name)))
    return everything
