'use strict';
// MessagePack that may be anybody's. Not @msgpack/msgpack, which takes strings that are no UTF-8
// and does not tell keys that stand twice.

/** Why bytes are not what they should be: a word of the golden vectors in schemas/vectors. */
class Fault extends Error {}

const MAX_DEPTH = 32;
const MAX_VALUES = 16384;
/** Under which a map keeps the set of keys that it had more than once. */
const TWICE = Symbol('twice');

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A number where that is exact, else a BigInt. */
function integer(value) {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

class Unpacker {
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
    this.declared = 1;
    this.textBytes = 0;
  }

  take(count) {
    if (count > this.bytes.length - this.at) throw new Fault('truncated_body');
    this.at += count;
    return this.at - count;
  }

  unsigned(bytes) {
    return this.bytes.readUIntBE(this.take(bytes), bytes);
  }

  text(count) {
    const begin = this.take(count);
    this.textBytes += count;
    return this.bytes.subarray(begin, begin + count);
  }

  string(count) {
    try {
      return utf8.decode(this.text(count));
    } catch (error) {
      throw error instanceof Fault ? error : new Fault('utf8');
    }
  }

  enter(depth, values) {
    if (depth === MAX_DEPTH) throw new Fault('depth');
    this.declared += values;
    // A value takes a byte at least, so this many cannot follow.
    if (this.declared > this.bytes.length - this.textBytes) throw new Fault('declared_count');
    if (this.declared > MAX_VALUES) throw new Fault('too_many_values');
  }

  list(depth, count) {
    this.enter(depth, count);
    return Array.from({ length: count }, () => this.value(depth + 1));
  }

  map(depth, count) {
    this.enter(depth, 2 * count);
    const map = Object.create(null);
    for (let n = 0; n < count; ++n) {
      const key = this.value(depth + 1);
      if (typeof key !== 'string') throw new Fault('key_type');
      if (key in map) (map[TWICE] ??= new Set()).add(key);
      map[key] = this.value(depth + 1);
    }
    return map;
  }

  value(depth = 0) {
    const code = this.bytes[this.take(1)];
    if (code < 0x80) return code;
    if (code < 0x90) return this.map(depth, code & 0x0f);
    if (code < 0xa0) return this.list(depth, code & 0x0f);
    if (code < 0xc0) return this.string(code & 0x1f);
    if (code >= 0xe0) return code - 256;
    const { bytes } = this;
    switch (code) {
      case 0xc0: return null;
      case 0xc2: return false;
      case 0xc3: return true;
      case 0xc4: return this.text(this.unsigned(1));
      case 0xc5: return this.text(this.unsigned(2));
      case 0xc6: return this.text(this.unsigned(4));
      case 0xca: return bytes.readFloatBE(this.take(4));
      case 0xcb: return bytes.readDoubleBE(this.take(8));
      case 0xcc: return this.unsigned(1);
      case 0xcd: return this.unsigned(2);
      case 0xce: return this.unsigned(4);
      case 0xcf: return integer(bytes.readBigUInt64BE(this.take(8)));
      case 0xd0: return bytes.readInt8(this.take(1));
      case 0xd1: return bytes.readInt16BE(this.take(2));
      case 0xd2: return bytes.readInt32BE(this.take(4));
      case 0xd3: return integer(bytes.readBigInt64BE(this.take(8)));
      case 0xd9: return this.string(this.unsigned(1));
      case 0xda: return this.string(this.unsigned(2));
      case 0xdb: return this.string(this.unsigned(4));
      case 0xdc: return this.list(depth, this.unsigned(2));
      case 0xdd: return this.list(depth, this.unsigned(4));
      case 0xde: return this.map(depth, this.unsigned(2));
      case 0xdf: return this.map(depth, this.unsigned(4));
      case 0xc1: throw new Fault('no_value');
      default: throw new Fault('extension');
    }
  }
}

function unpack(bytes) {
  const unpacker = new Unpacker(bytes);
  const value = unpacker.value();
  if (unpacker.at < bytes.length) throw new Fault('trailing');
  return value;
}

const isMap = (value) => value !== null && typeof value === 'object' &&
    Object.getPrototypeOf(value) === null;
const isInteger = (value) => typeof value === 'bigint' || Number.isSafeInteger(value);

/**
 * The value checked against a shape, without the keys that the shape does not know. A shape is
 * 'any', 'string', 'unsigned', 'int64', a list of one shape, or a map of shapes.
 */
function take(value, shape) {
  if (shape === 'any') return value;
  if (Array.isArray(shape)) {
    if (!Array.isArray(value)) throw new Fault('wrong_type');
    return value.map((inner) => take(inner, shape[0]));
  }
  if (typeof shape === 'object') {
    if (!isMap(value)) throw new Fault('wrong_type');
    const taken = Object.create(null);
    for (const key of Object.keys(value)) {
      if (!Object.hasOwn(shape, key)) continue;
      if (value[TWICE]?.has(key)) throw new Fault('duplicate_key');
      taken[key] = take(value[key], shape[key]);
    }
    return taken;
  }
  if (shape === 'string' ? typeof value !== 'string' : !isInteger(value)) {
    throw new Fault('wrong_type');
  }
  if (shape === 'unsigned' && value < 0) throw new Fault('wrong_type');
  if (shape === 'int64' && value >= 2n ** 63n) throw new Fault('out_of_range');
  return value;
}

module.exports = { Fault, integer, isMap, take, unpack };
