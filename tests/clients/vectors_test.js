'use strict';
// Holds the JavaScript client to every golden vector. Usage: node vectors_test.js VECTORS EXAMPLES

const fs = require('node:fs');
const path = require('node:path');
const assert = require('node:assert');

const [vectors, examples] = process.argv.slice(2);
const load = (name) => require(path.join(path.resolve(examples), 'hookwire', name));
const { crc32c, decodeEvent, decodeRecord, toJson } = load('event');
const { checkBatch, decodeReply } = load('replies');
const { Fault } = load('unpack');

function read(folder) {
  return fs.readdirSync(folder).filter((name) => name.endsWith('.json')).map((name) =>
    fs.readFileSync(path.join(folder, name), 'utf-8'));
}

/** JSON in which an integer that a number does not hold is a BigInt. */
function parse(text) {
  const marked = text.replace(/([[:,]\s*)(-?\d{16,})(?=\s*[,\]}])/g, '$1"integer $2"');
  return JSON.parse(marked, (_, value) => {
    const found = typeof value === 'string' && /^integer (-?\d+)$/.exec(value);
    if (!found) return value;
    const exact = BigInt(found[1]);
    return Number.isSafeInteger(Number(exact)) ? Number(exact) : exact;
  });
}

const sorted = (value) => {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.keys(value).sort().map((key) => [key, sorted(value[key])]));
};

function verdict(decode) {
  try {
    return decode();
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return error.message;
  }
}

assert.strictEqual(crc32c(Buffer.from('123456789')), 0xe3069283);

let count = 0;
for (const text of read(vectors)) {
  const vector = parse(text);
  let event;
  const found = verdict(() => {
    event = decodeEvent(decodeRecord(Buffer.from(vector.record_hex, 'hex')));
    return 'ok';
  });
  assert.strictEqual(found, vector.expect, vector.name);
  if (found === 'ok') {
    const plain = parse(toJson(event));
    assert.strictEqual(toJson(sorted(plain)), toJson(sorted(vector.event)), vector.name);
  }
  ++count;
}
for (const text of read(path.join(vectors, 'batches'))) {
  const vector = parse(text);
  let through = 0;
  const found = verdict(() => {
    const batch = decodeReply(Buffer.from(vector.head_hex, 'hex'));
    const records = Buffer.from(vector.records_hex, 'hex');
    const checked = checkBatch(batch, records, vector.journal_id, vector.complete);
    through = checked.through;
    return checked.fault || 'ok';
  });
  assert.strictEqual(found, vector.expect, vector.name);
  assert.strictEqual(through, vector.through, vector.name);
  ++count;
}
assert.ok(count >= 60, `there are ${count} vectors only`);
console.log(`${count} vectors`);
