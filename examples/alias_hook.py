#!/usr/bin/python3 -I
"""An ExecHook's program: tells the caller of create_share_instance the name under which clients
reach the storage. Chosen for post; the argument is OLD=NEW."""
import json
import sys

event = json.load(sys.stdin)
old, new = sys.argv[1].split("=")
result = [new + path.removeprefix(old) for path in event["result"]]
if result != event["result"]:
    json.dump({"result": result}, sys.stdout)
