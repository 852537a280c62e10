'use strict';
// Records and events out of bytes that may be anybody's, as docs/wire.md specifies them.

const { Fault, integer, isMap, take, unpack } = require('./unpack');

const HEADER_BYTES = 40;
const MAX_RECORD_BYTES = 60 * 1024;
const MAX_TOPIC_BYTES = 512;
const PHASES = [undefined, 'pre', 'post', 'failure', 'periodic', 'system'];

const CONTEXT = {
  request_id: 'string', global_request_id: 'string', user_id: 'string', project_id: 'string',
  roles: ['string'], remote_address: 'string', traceparent: 'string',
};
const HOOK = {
  name: 'string', phase: 'string', outcome: 'string', limit: 'string', duration_ns: 'int64',
};
const BODY = {
  publisher: 'string', method: 'string', call_id: 'string', context: CONTEXT, args: 'any',
  result: 'any', error: { type: 'string', message: 'string' }, outcome: 'string',
  duration_ns: 'int64', hooks: [HOOK], resource: { type: 'string', id: 'string' },
  tick: 'unsigned', part: 'unsigned', parts: 'unsigned', data: 'any', schema: 'unsigned',
};

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; ++bit) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  return crc;
});

function crc32c(bytes, before = 0) {
  let crc = ~before;
  for (const byte of bytes) crc = (crc >>> 8) ^ CRC_TABLE[(crc ^ byte) & 0xff];
  return ~crc >>> 0;
}

/** The fields of the record that begins at `at`, and where the next one begins: `end`. */
function decodeRecord(data, at = 0) {
  if (data.length < at + 8) throw new Fault('truncated');
  if (data.readBigUInt64LE(at) === 0n) throw new Fault('empty');
  const length = data.readUInt32LE(at);
  if (length < HEADER_BYTES || length > MAX_RECORD_BYTES) throw new Fault('length');
  const end = at + Math.ceil(length / 8) * 8;
  if (data.length < end) throw new Fault('truncated');
  const crc = crc32c(data.subarray(at + 8, end), crc32c(data.subarray(at, at + 4)));
  if (crc !== data.readUInt32LE(at + 4)) throw new Fault('checksum');
  const topicBytes = data.readUInt16LE(at + 36);
  const bodyAt = at + HEADER_BYTES + topicBytes;
  if (topicBytes > MAX_TOPIC_BYTES || bodyAt > at + length) throw new Fault('length');
  if (data.subarray(at + length, end).some((byte) => byte !== 0)) throw new Fault('padding');
  return {
    journal_id: integer(data.readBigUInt64LE(at + 16)),
    epoch: data.readUInt32LE(at + 32),
    sequence: integer(data.readBigUInt64LE(at + 8)),
    time_ns: integer(data.readBigInt64LE(at + 24)),
    kind: data[at + 38],
    flags: data[at + 39],
    topic: data.subarray(at + HEADER_BYTES, bodyAt),
    body: data.subarray(bodyAt, at + length),
    end,
  };
}

const TOPIC = /^([^/]*)\/([^/]+)\/(.+)$/su;
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/u;

function parseTopic(bytes, phase) {
  let topic;
  try {
    topic = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Fault('topic');
  }
  const parts = TOPIC.exec(topic);
  if (!parts || parts[1] !== phase || CONTROL.test(topic)) throw new Fault('topic');
  return { topic, method: parts[2] };
}

/** The event in a record of decodeRecord: its fields, and those of its body. */
function decodeEvent(record) {
  const phase = PHASES[record.kind];
  if (!phase) throw new Fault('phase');
  const { topic, method } = parseTopic(record.topic, phase);
  const body = unpack(record.body);
  if (!isMap(body)) throw new Fault('not_a_map');
  const fields = take(body, BODY);
  if (fields.hooks?.some((hook) => hook.name === undefined)) throw new Fault('missing_key');
  const { journal_id, epoch, sequence, time_ns, flags } = record;
  return new Event({
    journal_id, epoch, sequence, time_ns, flags, phase, topic, schema: 1, ...fields,
    method: fields.method || method,
  });
}

/** An event by field: journal_id, epoch, sequence, time_ns, phase, topic, method, args, ... */
class Event {
  constructor(fields) {
    Object.assign(this, fields);
  }

  /** As `hookwire journal cat -o json` prints it. */
  toJson() {
    const shown = {
      publisher: this.publisher ?? '', journal: journalText(this.journal_id), epoch: this.epoch,
      seq: this.sequence, time: timeText(this.time_ns), phase: this.phase,
    };
    for (const key of Object.keys(BODY)) {
      let value = this[key];
      if (key in shown || key === 'schema' || value === undefined) continue;
      if (key === 'error') value = { type: '', message: '', ...value };
      if (key === 'resource') value = { type: '', id: '', ...value };
      if (key === 'hooks') value = value.map((hook) => ({ phase: '', outcome: '', ...hook }));
      if (key === 'context') value = withoutEmpty(value);
      if (BODY[key] === 'any' || !isEmpty(value)) shown[key] = value;
    }
    return toJson({ ...shown, topic: this.topic });
  }
}

const isEmpty = (value) => value === '' ||
    (value !== null && typeof value === 'object' && Object.keys(value).length === 0);
const withoutEmpty = (map) =>
  Object.fromEntries(Object.entries(map).filter(([, value]) => !isEmpty(value)));
const journalText = (id) => BigInt(id).toString(16).padStart(16, '0');

function timeText(timeNs) {
  const ns = BigInt(timeNs);
  const rest = ((ns % 10n ** 9n) + 10n ** 9n) % 10n ** 9n;
  const date = new Date(Number((ns - rest) / 10n ** 6n));
  return `${date.toISOString().slice(0, 19)}.${String(rest).padStart(9, '0')}Z`;
}

/** JSON of a value that may hold integers of 64 bits, binary and floats that JSON lacks. */
function toJson(value) {
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'number' && !Number.isFinite(value)) return JSON.stringify(String(value));
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (value instanceof Uint8Array) {
    return JSON.stringify({ base64: Buffer.from(value).toString('base64') });
  }
  if (Array.isArray(value)) return `[${value.map(toJson).join()}]`;
  const entries = Object.entries(value).map(([key, inner]) =>
    `${JSON.stringify(key)}:${toJson(inner)}`);
  return `{${entries.join()}}`;
}

module.exports = { MAX_RECORD_BYTES, Event, crc32c, decodeEvent, decodeRecord, journalText, toJson };
