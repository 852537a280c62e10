#!/usr/bin/env python3
"""print_events.py ENDPOINT CURSOR_FILE: prints events as `hookwire tail -o json` does."""
import json
import sys

from hookwire import CursorFile, Stream

with Stream(sys.argv[1], CursorFile(sys.argv[2])) as stream:
    for items in stream:
        for item in items:
            print(json.dumps(item.as_json(), ensure_ascii=False, separators=(",", ":")))
        sys.stdout.flush()
        stream.commit()
