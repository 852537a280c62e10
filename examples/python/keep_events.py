#!/usr/bin/env python3
"""Appends each event to a file as a JSON line, exactly once, however often it is killed:

    keep_events.py ENDPOINT CURSOR_FILE FILE

The cursor file also says how long FILE was when the cursor moved. What a killed run wrote behind
that is cut off, since those events come again. Without a cursor, what is in FILE is put aside.
"""
import json
import os
import sys
import time

from hookwire import CursorFile, Stream

endpoint, cursor_path, path = sys.argv[1:]
cursor = CursorFile(cursor_path)
if cursor.position is None and os.path.exists(path) and os.path.getsize(path) > 0:
    os.rename(path, f"{path}.{time.time_ns()}")
with open(path, "a+b") as file, Stream(endpoint, cursor) as stream:
    size, found = cursor.mark or 0, file.seek(0, os.SEEK_END)
    if found < size:
        sys.exit(f"{path} has {found} bytes, the cursor says {size}: it is another file; move it "
                 "away, or name another")
    file.truncate(size)
    file.seek(0, os.SEEK_END)
    for items in stream:
        for item in items:
            line = json.dumps(item.as_json(), ensure_ascii=False, separators=(",", ":"))
            file.write(line.encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
        stream.commit(mark=file.tell())
