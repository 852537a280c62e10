#!/usr/bin/env python3
"""listen.py LIVE_ENDPOINT [PREFIX...]: prints events as they happen, and tells what it lost."""
import json
import sys

import zmq

from hookwire import Fault, Gap
from hookwire.event import decode_event, decode_record

prefixes = tuple(sys.argv[2:]) or ("",)
socket = zmq.Context().socket(zmq.SUB)
for prefix in {*prefixes, "system/heartbeat/"}:
    socket.subscribe(prefix)
socket.connect(sys.argv[1])

feed, epoch, through, unread, due = None, 0, 0, 0, 0  # as of the last heartbeat; due: what was
while True:                                           # sent of ours by then, and what came since
    try:
        item = decode_event(decode_record(socket.recv_multipart()[-1])[0])
    except Fault:
        continue  # the next heartbeat counts it
    if item["sequence"] > 0:
        due += 1
        print(json.dumps(item.as_json()), flush=True)
        continue
    now, name = item["data"], item["publisher"]
    sent = sum(n for of, n in now["counts"].items() if f"{of}/{name}".startswith(prefixes))
    ends = [end["last"] for end in now["epoch_ends"] if end["epoch"] == epoch != item["epoch"]]
    through = min([through, *ends])  # what is behind the end of its epoch is undone
    why = (f"{sent - due} lost, {now['unread'] - unread} unread" if feed == now["feed"] else
           "restarted" if epoch == item["epoch"] else "restarted, in a new epoch: rolled back")
    if feed and (feed, unread) != (now["feed"], now["unread"]) or feed and sent > due:
        gap = Gap(name, item["journal_id"], item["epoch"], through + 1, now["through"], why)
        print(json.dumps(gap.as_json()), flush=True)
    feed, epoch, through, unread, due = now["feed"], item["epoch"], now["through"], now["unread"], sent
