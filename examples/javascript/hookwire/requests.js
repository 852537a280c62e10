'use strict';
// The bytes of requests.

const { encode } = require('@msgpack/msgpack');

/** With whole numbers that @msgpack/msgpack would send as floats as BigInts. */
const exact = (value) => {
  if (Number.isSafeInteger(value)) return Math.abs(value) < 2 ** 31 ? value : BigInt(value);
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, exact(inner)]));
};

const encodeRequest = (request) => encode(exact(request), { useBigInt64: true });

module.exports = { encodeRequest };
