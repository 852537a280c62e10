"""A real `hookwire host` for tests of clients: in a folder of its own, killed when it goes."""

import json
import os
import pathlib
import signal
import struct
import subprocess
import tempfile
import time

import crcmod.predefined

crc32c = crcmod.predefined.mkPredefinedCrcFun("crc-32c")
DEADLINE_S = 60
CALL = {"method": "publish_service_capabilities"}  # two events, and cheap
BLOCK, HEADER_PAGE, LIVE_LINE = 65536, 4096, 192  # as of docs/journal.md


def eventually(holds, deadline_s=DEADLINE_S):
    """Looks until it holds; whether it did in time."""
    end = time.monotonic() + deadline_s
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.002)
    return True


class Host:
    """The backend "gold" of the host nas01."""

    def __init__(self, hookwire, arguments=(), **options):
        self.hookwire, self.arguments = hookwire, arguments
        self._folder = tempfile.TemporaryDirectory(prefix="hw-")
        self.folder = pathlib.Path(self._folder.name)
        self.journal = self.folder / "journal"
        self.endpoint = f"ipc://{self.folder}/sockets/gold"
        options = {"driver": "directory", "directory_root": "root", "journal_dir": "journal",
                   "hook_drivers": "hookwire:NotificationHook", "stream_endpoint": self.endpoint,
                   **options}
        self._config = self.folder / "hookwire.conf"
        lines = "".join(f"{name} = {value}\n" for name, value in options.items()
                        if value is not None)
        self._config.write_text("[DEFAULT]\nenabled_backends = gold\nhost = nas01\n"
                                "[gold]\n" + lines)
        self._process, self.calls_made = None, 0
        self.start()

    def __enter__(self):
        return self

    def __exit__(self, *what):
        self.kill()
        self._folder.cleanup()

    def start(self):
        with open(self.folder / "messages", "ab") as messages:
            command = [self.hookwire, "host", "-c", self._config, "--stay", *self.arguments]
            self._process = subprocess.Popen(command, stdin=subprocess.PIPE,
                                             stdout=subprocess.PIPE, stderr=messages)
        self.call()  # answered once it runs

    def stop(self):
        self._process.send_signal(signal.SIGTERM)
        self._end()

    def kill(self):
        self._process.kill()
        self._end()

    def freeze(self):
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self):
        self._process.send_signal(signal.SIGCONT)

    def reload(self):
        self._process.send_signal(signal.SIGHUP)

    def _end(self):
        self._process.stdout.close()
        try:
            self._process.stdin.close()
        except BrokenPipeError:
            pass  # calls that a killed one did not read
        self._process.wait(DEADLINE_S)

    def call(self, method=CALL["method"], **args):
        return self.ask({"method": method, "args": args})

    def ask(self, line):
        self.send([line])
        return self.answer()

    def answer(self):
        """The answer to the oldest call that has none yet."""
        return json.loads(self._process.stdout.readline())

    def calls(self, count):
        """Makes so many calls, each with two events."""
        self.calls_made += count
        while count > 0:
            some = min(count, 200)
            self.send([CALL] * some)
            for _ in range(some):
                self._process.stdout.readline()
            count -= some

    def send(self, calls):
        lines = "".join(json.dumps(call) + "\n" for call in calls)
        self._process.stdin.write(lines.encode())
        self._process.stdin.flush()

    def cat(self):
        """What `hookwire journal cat -o json` prints, line by line."""
        printed = subprocess.run([self.hookwire, "journal", "cat", self.journal, "-o", "json"],
                                 stdout=subprocess.PIPE)
        assert printed.returncode in (0, 6), printed  # 6: with gaps
        return [json.loads(line) for line in printed.stdout.splitlines()]

    def segments(self):
        return sorted(self.journal.glob("*.hwj"))

    def lose_power(self, keep):
        """After kill(): leaves the journal as a loss of power may, without what is behind the
        sequence `keep`, which stands in the last segment."""
        segment = [path for path in self.segments() if in_use(path)][-1]
        data = bytearray(segment.read_bytes())
        kept_end = HEADER_PAGE
        for at, end, place, sequence in list(records_in(data)):
            if sequence <= keep:
                kept_end = end
            else:
                data[at:end], data[place:place + 4] = bytes(end - at), bytes(4)
        struct.pack_into("<QQ", data, LIVE_LINE, kept_end, keep)
        segment.write_bytes(data)
        state = bytearray((self.journal / "journal.state").read_bytes())
        state[40:76] = b"00000000-0000-0000-0000-000000000000"  # another boot's
        struct.pack_into("<I", state, 12, crc32c(bytes(state[16:])))
        (self.journal / "journal.state").write_bytes(state)

    def spoil(self, sequence):
        """Flips a bit in the body of that record, in a segment that nobody writes any more."""
        for segment in self.segments():
            data = bytearray(segment.read_bytes())
            for _, end, _, found in records_in(data):
                if found == sequence:
                    data[end - 10] ^= 1
                    segment.write_bytes(data)
                    return
        raise AssertionError(f"there is no record {sequence}")


def records_in(segment):
    """Begin, end, place and sequence of each record in the bytes of a segment."""
    for block in range(0, len(segment), BLOCK):
        at = block or HEADER_PAGE
        place = block + BLOCK - 4
        while at + 40 <= place and any(segment[at:at + 8]) and any(segment[place:place + 4]):
            length, _, sequence = struct.unpack_from("<IIQ", segment, at)
            end = at + (length + 7) // 8 * 8
            yield at, end, place, sequence
            at, place = end, place - 4


def in_use(segment):
    """False of one that was made and awaits its turn."""
    with open(segment, "rb") as file:
        return any(file.read(HEADER_PAGE)[64:88])
