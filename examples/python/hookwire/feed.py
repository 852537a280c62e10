"""One publisher's events put in order: each once, whatever sessions repeat, skip or spoil, and a
Gap for what cannot be had. Knows no socket and no time."""

from .event import Fault, decode_event
from .replies import check_batch


class Gap:
    """Events that cannot be had: sequences first to last of an epoch, and why. With rolled_back
    they were handed on before, and a crash of the publisher's machine undid them."""

    def __init__(self, publisher, journal_id, epoch, first, last, reason, rolled_back=False):
        self.publisher, self.journal_id, self.epoch = publisher, journal_id, epoch
        self.first, self.last, self.reason, self.rolled_back = first, last, reason, rolled_back

    def as_json(self):
        """What `hookwire tail -o json` prints of it, for json.dumps."""
        return {"gap": {"publisher": self.publisher, "journal": f"{self.journal_id:016x}",
                        "epoch": self.epoch, "first": self.first, "last": self.last,
                        "reason": self.reason}}


class Feed:
    """Takes the replies of one session after the other; what comes of them is appended to `items`.
    Raises Fault when a reply is wrong, so that the caller asks again, in a new session, from
    `start`; when the same place is wrong again it becomes a Gap. `position` is the journal, epoch
    and sequence through which everything was handed on, or None; `complete` says that no topics
    were asked for."""

    def __init__(self, position, start, complete):
        self.position, self.items, self.expected = position, [], 1
        self._start, self._complete = start, complete
        self._publisher, self._journal, self._epoch = "", 0, 0
        self._first, self._suspect = 1, 0

    @property
    def start(self):
        """Where the next session has to begin."""
        if self.position is None:
            return self._start
        journal_id, epoch, sequence = self.position
        return {"from": "sequence", "sequence": sequence + 1, "journal": journal_id, "epoch": epoch}

    def welcome(self, reply):
        if reply["journal"] != self._journal:
            self._suspect = 0
        self._publisher, self._journal = reply["publisher"], reply["journal"]
        self._first = reply["start"]
        if self.position and self.position[0] == self._journal:
            self._epoch, self.expected = self.position[1], self.position[2] + 1
            return
        # Another journal than before, or the first: it is followed from where the session begins.
        self.position, self._epoch, self.expected = None, 0, reply["start"]
        if reply["start"] == reply["last"] + 1:
            # The end; from now on "latest" would be another place.
            self._epoch = reply["epoch"]
            self.position = self._journal, self._epoch, reply["last"]

    def batch(self, batch, records):
        if batch["first"] < self._first:
            raise Fault("range")
        if self._epoch and batch["epoch"] > self._epoch and batch["first"] < self.expected:
            self._roll_back(batch["first"] - 1, batch["epoch"], self._epoch)
        if batch["last"] < self.expected:
            return
        if batch["first"] > self.expected:
            self._doubt(batch["first"] - 1, "the publisher skipped them")
        if batch["epoch"] < self._epoch:
            return self._doubt(batch["last"], "an epoch that was over")
        good, through, fault = check_batch(batch, records, self._journal, self._complete)
        self._epoch = batch["epoch"]
        for record in good:
            if record["sequence"] >= self.expected:
                self.items.append(self._event(record))
        if through >= self.expected:
            self._move(through + 1)
        if fault:
            self._doubt(batch["last"], "bad record: " + fault)

    def _event(self, record):
        try:
            return decode_event(record)
        except Fault as fault:
            return self._gap(record["epoch"], record["sequence"], record["sequence"],
                             f"its body cannot be decoded: {fault}")

    def gap(self, gap):
        if gap["first"] < self._first:
            raise Fault("range")
        if gap["last"] < self.expected:
            return
        if gap["first"] > self.expected:
            self._doubt(gap["first"] - 1, "the publisher skipped them")
        self._epoch = max(self._epoch, gap["epoch"])
        self.items.append(self._gap(self._epoch, self.expected, gap["last"], gap["reason"]))
        self._move(gap["last"] + 1)

    def rolled_back(self, reply):
        if reply["last"] < self.expected:
            self._roll_back(reply["last"], reply["epoch"], reply["previous_epoch"])

    def _roll_back(self, last, epoch, previous_epoch):
        if self.position and self.expected > last + 1:
            self.items.append(self._gap(
                previous_epoch, last + 1, self.expected - 1,
                "rolled back: lost in a crash after they had been sent", rolled_back=True))
        self._epoch = epoch
        self._move(last + 1)

    def _gap(self, *what, **more):
        return Gap(self._publisher, self._journal, *what, **more)

    def _doubt(self, through, what):
        """Asks again for what is bad; when it is bad again, tells it as a gap and goes on."""
        if self._suspect != self.expected:
            self._suspect = self.expected
            raise Fault(what)
        self._suspect = 0
        self.items.append(self._gap(self._epoch, self.expected, through, what))
        self._move(through + 1)

    def _move(self, expected):
        self.expected = expected
        self.position = self._journal, self._epoch, expected - 1
