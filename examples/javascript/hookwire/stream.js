'use strict';
// The link to a publisher's stream: sessions, heartbeats, credit and acks.

const { randomInt } = require('node:crypto');
const zmq = require('zeromq');
const { MAX_RECORD_BYTES } = require('./event');
const { Feed } = require('./feed');
const { decodeReply } = require('./replies');
const { encodeRequest } = require('./requests');
const { Fault } = require('./unpack');

const MAX_BATCH_BYTES = 64 * 1024;
const RECEIVE_BYTES = 1 << 20; // what receive() gathers before it returns
// The publisher takes 100 requests a second.
const [CREDIT_PAUSE_MS, ACK_PAUSE_MS, REFUSED_PAUSE_MS] = [20, 100, 1000];
const [BACKOFF_LEAST_MS, BACKOFF_MOST_MS] = [50, 5000];
const LINK_LOOK_MS = 50;
const NEVER_MS = 24 * 3600 * 1000;
const LINK_LOST = {
  disconnect: 'the connection was lost',
  close: 'nobody answers',
  'connect:retry': 'nobody answers',
  'handshake:error:protocol': 'the peer speaks no ZeroMQ',
  'handshake:error:other': 'the peer speaks no ZeroMQ',
};

const now = () => performance.now();
const pause = (ms) => new Promise((resume) => { setTimeout(resume, ms); });

/** Another client opened a session under this one's name: give each its own. */
class Displaced extends Error {}

/**
 * Follows one publisher over lost connections and the death of either side. `start` says where to
 * begin when the cursor knows nothing: 'earliest', 'latest', 'cursor' (what the publisher keeps of
 * this name) or a map as in docs/wire.md. `topics` are prefixes, none: everything. Under `name` the
 * publisher remembers what was committed. `log` gets a line when a connection is lost or refused.
 * One call of receive(), commit() or close() at a time.
 */
class Stream {
  constructor(endpoint, cursor = null, options = {}) {
    const { start = 'earliest', topics = [], name = '', creditBytes = 1 << 20, silenceMs = 5000,
            log = console.error } = options;
    if (!Array.isArray(topics) || topics.length > 16 ||
        topics.some((topic) => Buffer.byteLength(topic) > 256)) {
      throw new RangeError('topics: a list of at most 16 prefixes of 256 bytes is allowed');
    }
    if (Buffer.byteLength(name) > 128 || !(creditBytes >= 1 << 16 && creditBytes <= 1 << 22)) {
      throw new RangeError('name: at most 128 bytes; creditBytes: 65536 to 4194304');
    }
    Object.assign(this, { endpoint, cursor, topics, name, creditBytes, silenceMs, log });
    this.saved = this.returned = cursor ? cursor.position : null;
    this.feed = new Feed(this.saved, typeof start === 'string' ? { from: start } : start,
      topics.length === 0);
    this.bytes = 0; // of records since receive() returned
    this.instance = randomInt(1, 2 ** 47);
    this.attempt = 0;
    this.socket = null;
    this.session = 0;
    this.turnAt = now();
    this.retryAt = 0;
    this.backoff = BACKOFF_LEAST_MS;
    this.told = null;
  }

  async* [Symbol.asyncIterator]() {
    try {
      for (;;) yield await this.receive();
    } finally {
      await this.close();
    }
  }

  /**
   * The events and gaps at hand, in order. Waits for some, timeoutMs at most; without any the list
   * is empty, also when other topics' events were passed over, which commit() notes. To be called
   * again within 30 s: later the publisher has given the session up, which costs a new one and
   * loses nothing. Throws Displaced.
   */
  async receive(timeoutMs = Infinity) {
    const deadline = now() + timeoutMs;
    if (now() - this.turnAt >= this.silenceMs) this.heard = now(); // it was us who did not listen
    for (;;) {
      this.turnAt = now();
      await this.turn();
      const atHand = this.feed.items.length > 0 || this.feed.position !== this.returned;
      const worked = await this.wait(atHand ? 0 : Math.min(deadline, this.dueAt()) - now());
      if (this.bytes < RECEIVE_BYTES && (worked || (!atHand && now() < deadline))) continue;
      const { items } = this.feed;
      this.feed.items = [];
      this.bytes = 0;
      this.returned = this.feed.position;
      return items;
    }
  }

  /** What receive() returned so far is safe: the cursor moves behind it. */
  async commit(mark = null) {
    if (!this.returned || this.returned === this.saved) return;
    this.cursor?.save(this.returned, mark);
    this.saved = this.returned;
    if (!this.session) return;
    this.ack = this.name ? this.returned : null;
    await this.sendDue();
  }

  /** Ends the session. Events that were not committed come again next time. */
  async close() {
    this.ackAt = 0;
    if (this.session) await this.sendDue();
    if (this.session) await this.send('close', {});
    this.disconnect(200);
  }

  // A socket for each attempt: nothing of a session that is over can come.

  async connect() {
    this.attempt += 1;
    this.heartbeat = 1000;
    this.heard = now();
    this.behind = null;
    const socket = new zmq.Dealer({
      linger: 0, maxMessageSize: MAX_BATCH_BYTES, reconnectInterval: NEVER_MS, sendTimeout: 0,
    });
    this.socket = socket;
    this.lost = null;
    for (const [event, reason] of Object.entries(LINK_LOST)) {
      socket.events.on(event, () => {
        if (this.socket === socket) this.lost ??= reason;
      });
    }
    socket.connect(this.endpoint);
    const { name, topics, instance, attempt } = this;
    await this.send('open', {
      version: 1, name, start: this.feed.start, topics, credit_bytes: this.creditBytes, instance,
      attempt,
    });
  }

  disconnect(lingerMs = 0) {
    if (this.socket) {
      this.socket.linger = lingerMs;
      this.socket.close();
    }
    this.socket = null;
    this.session = 0;
  }

  lose(reason) {
    this.disconnect();
    this.retryAt = now() + this.backoff * (0.5 + Math.random() / 2);
    this.backoff = Math.min(2 * this.backoff, BACKOFF_MOST_MS);
    // An endpoint that stays away says the same each time.
    if (reason !== this.told) this.log(`${this.endpoint}: ${reason}`);
    this.told = reason;
  }

  async turn() {
    if (!this.socket) {
      if (now() >= this.retryAt) await this.connect();
    } else if (now() - this.heard >= this.patience()) {
      this.lose(`nothing came for ${this.patience() / 1000} s`);
    } else if (this.session) {
      await this.sendDue();
    }
  }

  patience() {
    return Math.max(this.silenceMs, 3 * this.heartbeat);
  }

  dueAt() {
    if (!this.socket) return this.retryAt;
    const due = [this.heard + this.patience()];
    if (this.session) {
      due.push(this.sentAt + this.heartbeat);
      if (this.ack) due.push(this.ackAt);
      if (this.wantsCredit()) due.push(this.creditAt);
    }
    return Math.min(...due);
  }

  /** Waits for a message and takes it; false when none came. */
  async wait(ms) {
    const most = Math.max(0, ms);
    const { socket } = this;
    if (!socket) {
      await pause(most);
      return false;
    }
    // A link that is lost wakes nobody, hence not longer than this.
    socket.receiveTimeout = Math.ceil(Math.min(most, LINK_LOOK_MS));
    try {
      this.take(await socket.receive());
    } catch (error) {
      if (error instanceof Fault) {
        this.lose(`a bad reply: ${error.message}`);
        return true;
      }
      if (error.code !== 'EAGAIN') throw error;
      if (this.lost) this.lose(this.lost); // once what came before was taken
      return false;
    }
    return true;
  }

  async send(type, fields) {
    const request = { type, ...fields };
    if (type !== 'open') request.session = this.session;
    try {
      await this.socket.send(encodeRequest(request));
      this.sentAt = now();
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error;
      this.lose('the publisher takes no requests');
    }
  }

  wantsCredit() {
    return this.granted - this.received <= Math.max(this.creditBytes / 2, MAX_RECORD_BYTES);
  }

  async sendDue() {
    if (this.wantsCredit() && now() >= this.creditAt) {
      this.granted = this.received + this.creditBytes;
      this.creditAt = now() + CREDIT_PAUSE_MS;
      this.behind = null; // it paused for want of credit
      await this.send('credit', { credit_bytes: this.granted });
    }
    if (this.session && this.ack && now() >= this.ackAt) {
      const { epoch, sequence } = this.ack;
      this.ack = null;
      this.ackAt = now() + ACK_PAUSE_MS;
      await this.send('ack', { epoch, sequence });
    }
    if (this.session && now() - this.sentAt >= this.heartbeat) await this.send('ping', {});
  }

  take(frames) {
    const reply = decodeReply(frames[0]);
    const { type, session } = reply;
    if (frames.length !== (type === 'batch' ? 2 : 1)) throw new Fault('frames');
    if (type === 'welcome') return this.welcome(reply);
    const ours = this.session !== 0 && session === this.session;
    if (type === 'error' && (ours || session === 0 || !this.session)) return this.refused(reply);
    if (!ours) return undefined;
    this.heard = now();
    if (type === 'heartbeat') return this.heed(reply);
    if (type === 'closing') return this.lose('the publisher stopped');
    if (type === 'displaced') {
      this.disconnect();
      throw new Displaced(`${this.endpoint}: another client has the name '${this.name}'`);
    }
    if (type === 'batch') {
      this.received += frames[1].length;
      this.bytes += frames[1].length;
    }
    this.feed[type](reply, frames[1]); // batch, gap or rolled_back
    this.backoff = BACKOFF_LEAST_MS;
    this.behind = null;
    return undefined;
  }

  welcome(reply) {
    if (this.session || reply.version !== 1 || !reply.session || !reply.journal || !reply.start) {
      throw new Fault('welcome');
    }
    this.session = reply.session;
    this.heard = this.creditAt = this.ackAt = now();
    this.heartbeat = Math.min(Math.max(Number(reply.heartbeat_ms), 10), 10_000);
    this.received = 0;
    this.granted = this.creditBytes;
    this.ack = this.told = null;
    this.feed.welcome(reply);
  }

  heed(heartbeat) {
    const { expected } = this.feed;
    if (heartbeat.last < expected) {
      this.backoff = BACKOFF_LEAST_MS;
      this.behind = null;
    } else if (this.behind?.expected !== expected) {
      // It has more and sends none; unless that changes soon, a batch was lost.
      this.behind = { expected, at: now() };
    } else if (now() - this.behind.at >= this.heartbeat / 2) {
      throw new Fault('a batch is missing');
    }
  }

  refused(error) {
    const text = `the publisher refused: ${error.code}: ${error.message}`;
    if (!this.session || error.code === 'unknown_session') {
      this.lose(text);
    } else {
      this.log(`${this.endpoint}: ${text}`);
      this.granted = Math.min(this.granted, this.received);
      this.creditAt = this.ackAt = now() + REFUSED_PAUSE_MS;
    }
  }
}

module.exports = { Displaced, Stream };
