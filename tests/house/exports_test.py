"""The shared library exports what public headers declare, all of it that the archives have, and
nothing else.

Usage: exports_test.py LIBRARY INCLUDE_FOLDER VERSION
"""

import pathlib
import re
import sys

from outside import run

library, include, version = sys.argv[1:]
release = ".".join(version.split(".")[:2])
headers = {path.name: path.read_text() for path in pathlib.Path(include).rglob("*.h")
           if "testing" not in path.parts}
assert len(headers) > 80, headers.keys()

# A line of nm: address, kind of symbol, name@@version.
symbols = {line.split()[2] for line in run("nm", "-D", "--defined-only", library).splitlines()}
node = f"HOOKWIRE_{release}"
symbols.discard(f"{node}@@{node}")
symbols.discard(node)
unversioned = [name for name in symbols if not name.endswith(f"@@{node}")]
assert not unversioned, unversioned[:10]
mangled = [name.split("@@")[0] for name in sorted(symbols)]
names = run("c++filt", "--no-params", *mangled).splitlines()
assert len(names) > 500, len(names)

DRESS = re.compile(r"^(vtable|VTT|typeinfo|typeinfo name|guard variable) for |"
                   r"^(non-virtual|virtual) thunk to ")


def words_of(name):
    """hookwire::A<int>::f and the like, which come without parameters: the words A and f."""
    bare = DRESS.sub("", name).replace("[abi:cxx11]", "")
    assert bare.startswith("hookwire::"), f"{name} is none of ours"
    bare = re.split(r"operator\b|[(<\[{]", bare, maxsplit=1)[0]
    return [word.lstrip("~") for word in bare.split("::")[1:] if word]


def declared(words):
    return any(all(re.search(rf"\b{re.escape(word)}\b", text) for word in words)
               for text in headers.values())


strangers = [name for name in names if not declared(words_of(name))]
assert not strangers, "exported, but declared in no public header:\n" + "\n".join(strangers)

# Of each kind of thing one that must be there.
for wanted in ("hookwire::Publisher::start", "typeinfo for hookwire::Error",
               "typeinfo for hookwire::ShareNotFound", "vtable for hookwire::ValueBuilder",
               "typeinfo for hookwire::Hook", "hookwire::to_json"):
    assert any(name.startswith(wanted) for name in names), f"{wanted} is not exported"

# What links with the archives links with the library. readelf: number, value, size, type, binding,
# visibility, section, name.
lost, count = set(), 0
for archive in pathlib.Path(library).parent.glob("libhookwire_*.a"):
    if archive.name == "libhookwire_testing.a":
        continue
    for line in run("readelf", "--syms", "--wide", archive).splitlines():
        words = line.split()
        if words[4:6] == ["GLOBAL", "DEFAULT"] and words[6] != "UND" and "8hookwire" in words[7]:
            count += 1
            lost |= {words[7]} - set(mangled)
assert count > 300, count
assert not lost, "not exported:\n" + run("c++filt", *sorted(lost))
