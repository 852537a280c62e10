'use strict';
// One publisher's events put in order: each once, whatever sessions repeat, skip or spoil, and a
// Gap for what cannot be had. Knows no socket and no time.

const { decodeEvent, journalText, toJson } = require('./event');
const { checkBatch } = require('./replies');
const { Fault } = require('./unpack');

/**
 * Events that cannot be had: sequences first to last of an epoch, and why. With rolledBack they
 * were handed on before, and a crash of the publisher's machine undid them.
 */
class Gap {
  constructor(fields) {
    Object.assign(this, { rolledBack: false, ...fields });
  }

  /** As `hookwire tail -o json` prints it. */
  toJson() {
    const { publisher, journal_id, epoch, first, last, reason } = this;
    const journal = journalText(journal_id);
    return toJson({ gap: { publisher, journal, epoch, first, last, reason } });
  }
}

/**
 * Takes the replies of one session after the other; what comes of them is appended to `items`.
 * Throws Fault when a reply is wrong, so that the caller asks again, in a new session, from
 * `start`; when the same place is wrong again it becomes a Gap. `position` is {journal, epoch,
 * sequence} through which everything was handed on, or null; `complete` says that no topics were
 * asked for.
 */
class Feed {
  constructor(position, start, complete) {
    this.position = position;
    this.items = [];
    this.expected = 1;
    this.beginning = start;
    this.complete = complete;
    this.publisher = '';
    this.journal = 0;
    this.epoch = 0;
    this.sessionStart = 1;
    this.suspect = 0;
  }

  /** Where the next session has to begin. */
  get start() {
    if (!this.position) return this.beginning;
    const { journal, epoch, sequence } = this.position;
    return { from: 'sequence', sequence: sequence + 1, journal, epoch };
  }

  welcome(reply) {
    if (reply.journal !== this.journal) this.suspect = 0;
    this.publisher = reply.publisher;
    this.journal = reply.journal;
    this.sessionStart = reply.start;
    if (this.position && this.position.journal === this.journal) {
      this.epoch = this.position.epoch;
      this.expected = this.position.sequence + 1;
      return;
    }
    // Another journal than before, or the first: it is followed from where the session begins.
    this.position = null;
    this.epoch = 0;
    this.expected = reply.start;
    if (reply.start === reply.last + 1) {
      // The end; from now on "latest" would be another place.
      this.epoch = reply.epoch;
      this.position = { journal: this.journal, epoch: this.epoch, sequence: reply.last };
    }
  }

  batch(batch, records) {
    const { epoch, first, last } = batch;
    if (first < this.sessionStart) throw new Fault('range');
    if (this.epoch && epoch > this.epoch && first < this.expected) {
      this.rollBack(first - 1, epoch, this.epoch);
    }
    if (last < this.expected) return;
    if (first > this.expected) this.doubt(first - 1, 'the publisher skipped them');
    if (epoch < this.epoch) {
      this.doubt(last, 'an epoch that was over');
      return;
    }
    const { good, through, fault } = checkBatch(batch, records, this.journal, this.complete);
    this.epoch = epoch;
    for (const record of good) {
      if (record.sequence >= this.expected) this.items.push(this.event(record));
    }
    if (through >= this.expected) this.move(through + 1);
    if (fault) this.doubt(last, `bad record: ${fault}`);
  }

  event(record) {
    try {
      return decodeEvent(record);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      const { epoch, sequence } = record;
      const reason = `its body cannot be decoded: ${error.message}`;
      return this.makeGap({ epoch, first: sequence, last: sequence, reason });
    }
  }

  gap(gap) {
    if (gap.first < this.sessionStart) throw new Fault('range');
    if (gap.last < this.expected) return;
    if (gap.first > this.expected) this.doubt(gap.first - 1, 'the publisher skipped them');
    this.epoch = Math.max(this.epoch, gap.epoch);
    const { last, reason } = gap;
    this.items.push(this.makeGap({ epoch: this.epoch, first: this.expected, last, reason }));
    this.move(last + 1);
  }

  rolled_back(reply) {
    if (reply.last < this.expected) this.rollBack(reply.last, reply.epoch, reply.previous_epoch);
  }

  rollBack(last, epoch, previousEpoch) {
    if (this.position && this.expected > last + 1) {
      const reason = 'rolled back: lost in a crash after they had been sent';
      const range = { first: last + 1, last: this.expected - 1 };
      this.items.push(this.makeGap({ epoch: previousEpoch, ...range, reason, rolledBack: true }));
    }
    this.epoch = epoch;
    this.move(last + 1);
  }

  makeGap(fields) {
    return new Gap({ publisher: this.publisher, journal_id: this.journal, ...fields });
  }

  /** Asks again for what is bad; when it is bad again, tells it as a gap and goes on. */
  doubt(through, what) {
    if (this.suspect !== this.expected) {
      this.suspect = this.expected;
      throw new Fault(what);
    }
    this.suspect = 0;
    const range = { first: this.expected, last: through };
    this.items.push(this.makeGap({ epoch: this.epoch, ...range, reason: what }));
    this.move(through + 1);
  }

  move(expected) {
    this.expected = expected;
    this.position = { journal: this.journal, epoch: this.epoch, sequence: expected - 1 };
  }
}

module.exports = { Feed, Gap };
