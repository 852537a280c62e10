"""The manual pages name the commands and options that the program's help names, and the page of the
configuration file those of docs/configuration.md.

Usage: man_pages_test.py SOURCE_FOLDER HOOKWIRE
"""

import pathlib
import re
import sys

from command_help import read_all

source, hookwire = sys.argv[1:]
pages = {path.name.removesuffix(".scd"): path.read_text()
         for path in pathlib.Path(source, "docs/man").glob("*.scd")}
help_of = read_all(hookwire)
EVERYWHERE = {"-h", "--help"}  # hookwire(1) says so


def sections(page):
    """Title and text of each section, with its subsections."""
    return re.findall(r"^# (.+)\n((?:(?!# ).*\n?)*)", page, re.M)


def defined(text):
    """The bold words on lines above an indented paragraph."""
    lines = re.findall(r"^(\*.+)\n\t", text, re.M)
    return {name for line in lines for name in re.findall(r"\*([^*]+)\*", line)}


def differences(what, documented, real):
    return ([f"{what}: {name} is not documented" for name in sorted(real - documented)]
            + [f"{what}: {name} is documented, and there is none"
               for name in sorted(documented - real)])


def page_of(command):
    return "-".join(("hookwire", *command[:1])) + ".1"


def problems_of_commands(pages):
    expected = {page_of(command) for command in help_of}
    found = {name for name in pages if name.endswith(".1")}
    problems = differences("docs/man", found, expected)
    for command, known in help_of.items():
        page = pages.get(page_of(command), "")
        title = f"OPTIONS OF {command[1].upper()}" if len(command) > 1 else "OPTIONS"
        options = {name for each, text in sections(page) if each == title
                   for name in defined(text) if name.startswith("-")}
        real = known.options if not command else known.options - EVERYWHERE
        problems += differences(f"{page_of(command)}, {title}", options, real)
        if known.commands:
            listed = {name for each, text in sections(page) if each in ("COMMANDS", "DESCRIPTION")
                      for name in defined(text)}
            problems += differences(page_of(command), listed, set(known.commands))
        for each, _ in sections(page):
            of = re.fullmatch(r"OPTIONS OF (.+)", each)
            if of and of[1].lower() not in help_of[command[:1]].commands:
                problems.append(f"{page_of(command)}: there is no command {of[1].lower()}")
    return problems


def problems_of_configuration(page):
    document = pathlib.Path(source, "docs/configuration.md").read_text()
    tables = re.findall(r"^\| option.*\|\n\|[-|]+\|\n((?:\|.*\n)+)", document, re.M)
    assert len(tables) == 3, "docs/configuration.md has tables of options that this test knows not"
    real = {name for table in tables for row in table.splitlines()
            for name in re.findall(r"`(\w+)`", row.split("|")[1])}
    options = {name for title, text in sections(page) if title.startswith("[")
               for name in defined(text)}
    return differences("hookwire.conf.5", options, real)


def problems(pages):
    return problems_of_commands(pages) + problems_of_configuration(pages["hookwire.conf.5"])


found = problems(pages)
assert not found, "\n".join(found)

# It finds what it is there to find.
for page, line, wrong in (("hookwire-tail.1", "*--once*\n", "*--at-once*\n"),
                          ("hookwire-journal.1", "*--dry-run*\n", "*--dry*\n"),
                          ("hookwire-journal.1", "*repair*\n\t", "*mend*\n\t"),
                          ("hookwire.conf.5", "*redact*\n", "*redacted*\n")):
    assert line in pages[page], line
    assert len(problems({**pages, page: pages[page].replace(line, wrong)})) == 2, line
assert len(problems({name: text for name, text in pages.items() if name != "hookwire-demo.1"})) == 2
