"""The link to a publisher's stream: sessions, heartbeats, credit and acks."""

import logging
import math
import random
import time

import msgpack
import zmq
from zmq.utils.monitor import recv_monitor_message

from .event import MAX_RECORD_BYTES, Fault
from .feed import Feed
from .replies import MAX_BATCH_BYTES, decode_reply

log = logging.getLogger("hookwire")

RECEIVE_BYTES, MESSAGES_A_TURN = 1 << 20, 64  # what receive() gathers before it returns
CREDIT_PAUSE_S, ACK_PAUSE_S, REFUSED_PAUSE_S = 0.02, 0.1, 1.0  # the publisher takes 100 a second
BACKOFF_LEAST_S, BACKOFF_MOST_S = 0.05, 5.0
NEVER_MS = 24 * 3600 * 1000
LINK_LOST = {zmq.EVENT_DISCONNECTED: "the connection was lost",
             zmq.EVENT_CLOSED: "nobody answers", zmq.EVENT_CONNECT_RETRIED: "nobody answers",
             zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL: "the peer speaks no ZeroMQ",
             zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL: "the peer speaks no ZeroMQ"}


class Displaced(Exception):
    """Another client opened a session under this one's name: give each its own."""


class Stream:
    """Follows one publisher over lost connections and the death of either side. `start` says where
    to begin when the cursor knows nothing: "earliest", "latest", "cursor" (what the publisher keeps
    of this name) or a map as in docs/wire.md. `topics` are prefixes, none: everything. Under `name`
    the publisher remembers what was committed. Confined to one thread."""

    def __init__(self, endpoint, cursor=None, *, start="earliest", topics=(), name="",
                 credit_bytes=1 << 20, silence_s=5.0):
        if isinstance(topics, str) or len(topics) > 16 or any(
                len(topic.encode()) > 256 for topic in topics):
            raise ValueError("topics: a list of at most 16 prefixes of 256 bytes is allowed")
        if len(name.encode()) > 128 or not 1 << 16 <= credit_bytes <= 1 << 22:
            raise ValueError("name: at most 128 bytes; credit_bytes: 65536 to 4194304")
        self._endpoint, self._cursor, self._name = endpoint, cursor, name
        self._topics, self._credit_bytes, self._silence = list(topics), credit_bytes, silence_s
        start = {"from": start} if isinstance(start, str) else start
        self._returned = self._saved = cursor.position if cursor else None
        self._feed = Feed(self._saved, start, complete=not topics)
        self._bytes = 0  # of records since receive() returned
        self._instance, self._attempt = random.getrandbits(63) | 1, 0
        self._context, self._socket, self._session = zmq.Context(), None, 0
        self._turn_at, self._retry_at, self._backoff = time.monotonic(), 0.0, BACKOFF_LEAST_S
        self._told = None

    def __enter__(self):
        return self

    def __exit__(self, *what):
        self.close()

    def __iter__(self):
        while True:
            yield self.receive()

    def receive(self, timeout_s=None):
        """The events and gaps at hand, in order. Waits for some, timeout_s at most; without any
        the list is empty, also when other topics' events were passed over, which commit() notes.
        To be called again within 30 s: later the publisher has given the session up, which costs
        a new one and loses nothing. Raises Displaced."""
        started = time.monotonic()
        deadline = math.inf if timeout_s is None else started + timeout_s
        if started - self._turn_at >= self._silence:
            self._heard = started  # it was us who did not listen
        while True:
            self._turn_at = now = time.monotonic()
            self._turn(now)
            at_hand = self._feed.items or self._feed.position != self._returned
            worked = self._wait(0 if at_hand else min(deadline, self._due_at()) - now)
            if self._bytes < RECEIVE_BYTES and (worked or not at_hand and now < deadline):
                continue
            items, self._feed.items, self._bytes = self._feed.items, [], 0
            self._returned = self._feed.position
            return items

    def commit(self, mark=None):
        """What receive() returned so far is safe: the cursor moves behind it."""
        if self._returned is None or self._returned == self._saved:
            return
        if self._cursor:
            self._cursor.save(self._returned, mark)
        self._saved = self._returned
        if self._session:
            self._ack = self._returned if self._name else None
            self._send_due(time.monotonic())

    def close(self):
        """Ends the session. Events that were not committed come again next time."""
        if self._session:
            self._ack_at = 0
            self._send_due(time.monotonic())
        if self._session:
            self._send("close")
        self._disconnect(linger_ms=200)
        self._context.term()

    # A socket for each attempt: nothing of a session that is over can come.

    def _connect(self, now):
        self._attempt += 1
        self._heartbeat, self._heard, self._behind = 1.0, now, None
        self._socket = self._context.socket(zmq.DEALER)
        self._socket.setsockopt(zmq.MAXMSGSIZE, MAX_BATCH_BYTES)
        self._socket.setsockopt(zmq.RECONNECT_IVL, NEVER_MS)
        self._monitor = self._socket.get_monitor_socket()
        self._socket.connect(self._endpoint)
        self._send("open", version=1, name=self._name, start=self._feed.start,
                   topics=self._topics, credit_bytes=self._credit_bytes, instance=self._instance,
                   attempt=self._attempt)

    def _disconnect(self, linger_ms=0):
        if self._socket is not None:
            self._socket.disable_monitor()
            self._monitor.close(linger=0)
            self._socket.close(linger=linger_ms)
        self._socket, self._session = None, 0

    def _lose(self, reason):
        self._disconnect()
        self._retry_at = time.monotonic() + self._backoff * random.uniform(0.5, 1)
        self._backoff = min(2 * self._backoff, BACKOFF_MOST_S)
        if reason != self._told:  # an endpoint that stays away says the same each time
            log.warning("%s: %s", self._endpoint, reason)
        self._told = reason

    def _turn(self, now):
        if self._socket is None:
            if now >= self._retry_at:
                self._connect(now)
        elif now - self._heard >= self._patience():
            self._lose(f"nothing came for {self._patience():g} s")
        elif self._session:
            self._send_due(now)

    def _patience(self):
        return max(self._silence, 3 * self._heartbeat)

    def _due_at(self):
        if self._socket is None:
            return self._retry_at
        due = [self._heard + self._patience()]
        if self._session:
            due.append(self._sent_at + self._heartbeat)
            due += [self._ack_at] if self._ack else []
            due += [self._credit_at] if self._wants_credit() else []
        return min(due)

    def _wait(self, seconds):
        """Waits for what comes and takes a bounded part of it; False when nothing came."""
        seconds = min(max(seconds, 0), 3600)
        if self._socket is None:
            time.sleep(seconds)
            return False
        poller = zmq.Poller()
        poller.register(self._socket, zmq.POLLIN)
        poller.register(self._monitor, zmq.POLLIN)
        ready = dict(poller.poll(math.ceil(seconds * 1000)))
        if self._socket in ready:
            self._take_messages()
        elif self._monitor in ready:  # once what came before was taken
            lost = LINK_LOST.get(recv_monitor_message(self._monitor)["event"])
            if lost:
                self._lose(lost)
        return bool(ready)

    def _take_messages(self):
        for _ in range(MESSAGES_A_TURN):
            try:
                self._take(self._socket.recv_multipart(zmq.NOBLOCK))
            except zmq.Again:
                return
            except Fault as fault:
                self._lose(f"a bad reply: {fault}")
            if self._socket is None:
                return

    def _send(self, kind, **fields):
        request = {"type": kind, **fields}
        if kind != "open":
            request["session"] = self._session
        try:
            self._socket.send(msgpack.packb(request), zmq.NOBLOCK)
        except zmq.Again:
            return self._lose("the publisher takes no requests")
        self._sent_at = time.monotonic()

    def _wants_credit(self):
        # Half of it is left, or too little for a record of the largest size.
        enough = max(self._credit_bytes // 2, MAX_RECORD_BYTES)
        return self._granted - self._received <= enough

    def _send_due(self, now):
        if self._wants_credit() and now >= self._credit_at:
            self._granted = self._received + self._credit_bytes
            self._credit_at = now + CREDIT_PAUSE_S
            self._behind = None  # a pause was for want of credit
            self._send("credit", credit_bytes=self._granted)
        if self._session and self._ack and now >= self._ack_at:
            (_, epoch, sequence), self._ack, self._ack_at = self._ack, None, now + ACK_PAUSE_S
            self._send("ack", epoch=epoch, sequence=sequence)
        if self._session and now - self._sent_at >= self._heartbeat:
            self._send("ping")

    def _take(self, frames):
        reply = decode_reply(frames[0])
        kind, session = reply["type"], reply["session"]
        if len(frames) != (2 if kind == "batch" else 1):
            raise Fault("frames")
        if kind == "welcome":
            return self._welcome(reply)
        ours = session == self._session != 0
        if kind == "error" and (ours or session == 0 or not self._session):
            return self._refused(reply)
        if not ours:
            return
        self._heard = time.monotonic()
        if kind == "heartbeat":
            return self._heed(reply)
        if kind == "closing":
            return self._lose("the publisher stopped")
        if kind == "displaced":
            self._disconnect()
            raise Displaced(f"{self._endpoint}: another client has the name {self._name!r}")
        if kind == "batch":
            self._received += len(frames[1])
            self._bytes += len(frames[1])
        getattr(self._feed, kind)(reply, *frames[1:])  # batch, gap or rolled_back
        self._backoff, self._behind = BACKOFF_LEAST_S, None

    def _welcome(self, reply):
        if self._session or reply["version"] != 1 or 0 in (
                reply["session"], reply["journal"], reply["start"]):
            raise Fault("welcome")
        self._session, self._heard, self._told = reply["session"], time.monotonic(), None
        self._heartbeat = min(max(reply["heartbeat_ms"], 10), 10_000) / 1000
        self._received, self._granted, self._ack = 0, self._credit_bytes, None
        self._credit_at = self._ack_at = self._heard
        self._feed.welcome(reply)
        log.info("%s: connected to %s", self._endpoint, reply["publisher"])

    def _heed(self, heartbeat):
        expected, now = self._feed.expected, time.monotonic()
        if heartbeat["last"] < expected:
            self._backoff, self._behind = BACKOFF_LEAST_S, None
        elif self._behind is None or self._behind[0] != expected:
            # It has more and sends none; unless that changes soon, a batch was lost.
            self._behind = expected, now
        elif now - self._behind[1] >= self._heartbeat / 2:
            raise Fault("a batch is missing")

    def _refused(self, error):
        text = f"the publisher refused: {error['code']}: {error['message']}"
        if not self._session or error["code"] == "unknown_session":
            return self._lose(text)
        log.warning("%s: %s", self._endpoint, text)
        self._granted = min(self._granted, self._received)
        self._credit_at = self._ack_at = time.monotonic() + REFUSED_PAUSE_S
