#!/usr/bin/env node
'use strict';
// listen.js LIVE_ENDPOINT [PREFIX...]: prints events as they happen, and tells what it lost.

const { Subscriber } = require('zeromq');
const { Gap } = require('./hookwire');
const { decodeEvent, decodeRecord } = require('./hookwire/event');

async function main(endpoint, ...given) {
  const prefixes = given.length ? given : [''];
  const socket = new Subscriber();
  socket.subscribe(...prefixes, 'system/heartbeat/');
  socket.connect(endpoint);
  const print = (item) => process.stdout.write(`${item.toJson()}\n`);
  let heard, due = 0; // the last heartbeat; what it had sent of ours, and what came since
  for await (const frames of socket) {
    let item;
    try { item = decodeEvent(decodeRecord(frames.at(-1))); } catch { continue; }
    if (item.sequence > 0) {
      ++due;
      print(item);
      continue;
    }
    const { publisher, journal_id, epoch, data: now } = item;
    const ours = ([of]) => prefixes.some((prefix) => `${of}/${publisher}`.startsWith(prefix));
    const sent = Object.entries(now.counts).filter(ours).reduce((sum, [, n]) => sum + n, 0);
    const { feed, unread } = heard?.data ?? now;
    // What is behind the end of its epoch is undone.
    const end = now.epoch_ends.find((ended) => epoch !== heard?.epoch && ended.epoch === heard?.epoch);
    const through = end && end.last < heard.data.through ? end.last : heard?.data.through;
    const reason = feed === now.feed ? `${sent - due} lost, ${now.unread - unread} unread`
      : epoch === heard.epoch ? 'restarted' : 'restarted, in a new epoch: rolled back';
    if (heard && (feed !== now.feed || unread !== now.unread || sent > due)) {
      print(new Gap({ publisher, journal_id, epoch, first: through + 1, last: now.through, reason }));
    }
    [heard, due] = [item, sent];
  }
}

main(...process.argv.slice(2));
