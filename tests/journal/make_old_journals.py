"""Writes journals as fixtures, with the program that writes this format version.

Usage: make_old_journals.py HOOKWIRE FOLDER

Each NAME.tar.gz in FOLDER has a `journal` and, in `expected.json`, what the program read in it then.
Fixtures of a released version are never made again; a new version gets a folder of its own.
"""

import gzip
import io
import json
import pathlib
import subprocess
import sys
import tarfile

import msgpack
import zmq

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "clients"))
from host import Host, eventually, in_use, records_in  # noqa: E402


AUDITOR = "auditor"
BEHIND_AUDITOR = 3  # events that it has not acknowledged when its publisher stops


def host_of(hookwire, **options):
    return Host(hookwire, journal_segment_bytes="128K", append_wait="30s",
                hook_drivers="hookwire:NotificationHook", periodic_hooks_interval="1", **options)


def work(host, large_calls):
    """Calls of every phase; a large one fills a good part of a block, and shrinks well."""
    host.call("create_share_instance", share_id="s-1", size_gb=1, share_proto="NFS")
    host.call("extend_share", share_id="none", new_size_gb=2)
    host.ask({"control": "tick", "count": 2})
    for _ in range(large_calls):
        host.call("extend_share", share_id="n" * 20000, new_size_gb=2)
    host.calls(3)


def last(host):
    return host.cat()[-1]["seq"]


def acknowledge(host, sequence):
    """A client named `auditor` has everything through that one safe."""
    context = zmq.Context()
    socket = context.socket(zmq.DEALER)
    socket.connect(host.endpoint)
    socket.send(msgpack.packb({"type": "open", "version": 1, "name": AUDITOR, "credit_bytes": 1 << 20,
                               "start": {"from": "earliest"}}))
    welcome, covered = msgpack.unpackb(socket.recv()), 0
    while covered < sequence:
        covered = msgpack.unpackb(socket.recv_multipart()[0]).get("last", 0)
    socket.send(msgpack.packb({"type": "ack", "session": welcome["session"],
                               "epoch": welcome["epoch"], "sequence": sequence}))
    assert eventually((host.journal / "cursors").exists)
    context.destroy(1000)


def closed(hookwire):
    """Several segments, a cursor, closed as it should be."""
    with host_of(hookwire) as host:
        work(host, large_calls=8)
        acknowledge(host, last(host) - BEHIND_AUDITOR)
        host.stop()
        yield host


def synced(hookwire):
    with host_of(hookwire, journal_sync="disk") as host:
        work(host, large_calls=1)
        host.stop()
        yield host


def killed(hookwire):
    """Its process died while it wrote: a torn record at the tail."""
    with host_of(hookwire) as host:
        work(host, large_calls=1)
        host.kill()
        segment = [path for path in host.segments() if in_use(path)][-1]
        data = bytearray(segment.read_bytes())
        *_, (at, end, _, _) = records_in(data)
        data[end:end + 24] = data[at:at + 24]  # the head of one that was not finished
        segment.write_bytes(data)
        yield host


def lost_power(hookwire):
    """Its machine lost power, and it went on in a second epoch."""
    with host_of(hookwire) as host:
        work(host, large_calls=1)
        host.kill()
        host.lose_power(keep=last(host) - 3)
        host.start()
        work(host, large_calls=0)
        host.stop()
        yield host


def damaged(hookwire):
    """A bit flipped in the middle: the rest of its block is a gap."""
    with host_of(hookwire) as host:
        work(host, large_calls=6)
        host.stop()
        host.spoil(next(event["seq"] for event in host.cat() if len(str(event)) > 20000))
        yield host


JOURNALS = (closed, synced, killed, lost_power, damaged)


def read(hookwire, journal):
    """What the program says of a journal."""
    cat = subprocess.run([hookwire, "journal", "cat", journal, "-o", "json"], capture_output=True)
    verify = subprocess.run([hookwire, "journal", "verify", journal], capture_output=True)
    return {"cat": cat.returncode, "verify": verify.returncode,
            "lines": [json.loads(line) for line in cat.stdout.splitlines()]}


def plain(entry):
    """A tar entry that says nothing of who made it and when."""
    entry.uid = entry.gid = entry.mtime = 0
    entry.uname = entry.gname = ""
    return entry


def pack(path, journal, expected):
    text = json.dumps(expected, ensure_ascii=False).encode()
    with open(path, "wb") as file, gzip.GzipFile("", "wb", 9, file, 0) as packed, \
            tarfile.open(fileobj=packed, mode="w") as archive:
        archive.add(journal, "journal", filter=plain)
        entry = tarfile.TarInfo("expected.json")
        entry.size = len(text)
        archive.addfile(entry, io.BytesIO(text))


if __name__ == "__main__":
    program, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    for make in JOURNALS:
        for host in make(program):
            pack(folder / f"{make.__name__}.tar.gz", host.journal, read(program, host.journal))
