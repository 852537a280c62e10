#!/usr/bin/env python3
"""Appends each event to a file as a JSON line, exactly once, however often it is killed:

    keep_events.py ENDPOINT CURSOR_FILE FILE

The cursor file also says how long FILE was when the cursor moved. What a killed run wrote behind
that is cut off, since those events come again.
"""
import json
import os
import sys

from hookwire import CursorFile, Stream

endpoint, cursor_path, path = sys.argv[1:]
cursor = CursorFile(cursor_path)
with open(path, "a+b") as file, Stream(endpoint, cursor) as stream:
    file.truncate(cursor.mark or 0)
    file.seek(0, os.SEEK_END)
    for items in stream:
        for item in items:
            line = json.dumps(item.as_json(), ensure_ascii=False, separators=(",", ":"))
            file.write(line.encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
        stream.commit(mark=file.tell())
