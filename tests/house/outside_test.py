"""What a command of the tests has started ends with it, when it takes too long."""

import os
import select
import subprocess

from outside import run

reading, writing = os.pipe()
try:
    run("sh", "-c", "sleep 60 & wait", timeout=1, pass_fds=[writing])
    raise AssertionError("it did not end at the timeout")
except subprocess.TimeoutExpired:
    pass
os.close(writing)
# The pipe ends with the last process that has it.
ready, _, _ = select.select([reading], [], [], 30)
assert ready and os.read(reading, 1) == b"", "a child of the command was left alone"
