'use strict';
// The publisher's replies on the stream, checked before they are believed; see docs/wire.md.

const { decodeRecord } = require('./event');
const { Fault, isMap, take, unpack } = require('./unpack');

const POSITION = { epoch: 'unsigned', first: 'unsigned', last: 'unsigned', durable: 'unsigned' };
const RANGE = { epoch: 'unsigned', first: 'unsigned', last: 'unsigned' };
const REPLIES = {
  welcome: {
    version: 'unsigned', publisher: 'string', journal: 'unsigned', ...POSITION, start: 'unsigned',
    heartbeat_ms: 'unsigned',
  },
  batch: { ...RANGE, count: 'unsigned' },
  gap: { ...RANGE, reason: 'string' },
  rolled_back: { previous_epoch: 'unsigned', epoch: 'unsigned', last: 'unsigned' },
  heartbeat: POSITION,
  displaced: {},
  closing: { last: 'unsigned' },
  error: { code: 'string', message: 'string' },
};

/** A reply as a map with its type and session; every field is there. */
function decodeReply(frame) {
  const reply = unpack(frame);
  const kind = isMap(reply) && typeof reply.type === 'string' ? reply.type : '';
  if (!Object.hasOwn(REPLIES, kind)) throw new Fault('reply');
  const shape = { type: 'string', session: 'unsigned', ...REPLIES[kind] };
  const fields = take(reply, shape);
  if (Object.keys(fields).length < Object.keys(shape).length) throw new Fault('missing_key');
  // Sequences count events from 1 on: one that a number does not hold is nonsense.
  const { first, last, start = 1 } = fields;
  if (typeof (last ?? 0) !== 'number' || typeof start !== 'number') throw new Fault('range');
  if (kind === 'batch' || kind === 'gap') {
    if (first < 1 || first > last) throw new Fault('range');
    if (kind === 'batch' && fields.count > last - first + 1) throw new Fault('range');
  }
  return fields;
}

/**
 * How far a batch can be believed: its good records, the sequence `through` which all is dealt
 * with, and the `fault` behind it, '' when there is none. complete: no topics were asked for.
 */
function checkBatch(batch, records, journalId, complete) {
  const good = [];
  let through = batch.first - 1;
  try {
    for (let at = 0; at < records.length;) {
      const record = decodeRecord(records, at);
      const { sequence } = record;
      if (record.journal_id !== journalId) throw new Fault('journal');
      if (record.epoch !== batch.epoch) throw new Fault('epoch');
      if (sequence <= through || sequence > batch.last) throw new Fault('sequence');
      if (complete && sequence !== through + 1) throw new Fault('sequence');
      good.push(record);
      through = sequence;
      at = record.end;
    }
    if (good.length !== batch.count) throw new Fault('count');
    if (complete && through !== batch.last) throw new Fault('sequence');
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { good, through, fault: error.message };
  }
  return { good, through: batch.last, fault: '' };
}

module.exports = { checkBatch, decodeReply };
