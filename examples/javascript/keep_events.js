#!/usr/bin/env node
'use strict';
// Appends each event to a file as a JSON line, exactly once, however often it is killed:
//
//   keep_events.js ENDPOINT CURSOR_FILE FILE
//
// The cursor file also says how long FILE was when the cursor moved. What a killed run wrote behind
// that is cut off, since those events come again.

const fs = require('node:fs');
const { CursorFile, Stream } = require('./hookwire');

async function main(endpoint, cursorPath, path) {
  const cursor = new CursorFile(cursorPath);
  const file = fs.openSync(path, 'a');
  let size = cursor.mark ?? 0;
  fs.ftruncateSync(file, size);
  const stream = new Stream(endpoint, cursor);
  for await (const items of stream) {
    size += fs.writeSync(file, items.map((item) => `${item.toJson()}\n`).join(''));
    fs.fsyncSync(file);
    await stream.commit(size);
  }
}

main(...process.argv.slice(2));
