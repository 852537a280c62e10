#!/usr/bin/env node
'use strict';
// Appends each event to a file as a JSON line, exactly once, however often it is killed:
//
//   keep_events.js ENDPOINT CURSOR_FILE FILE
//
// The cursor file also says how long FILE was when the cursor moved. What a killed run wrote behind
// that is cut off, since those events come again. Without a cursor, what is in FILE is put aside.

const fs = require('node:fs');
const { CursorFile, Stream } = require('./hookwire');

async function main(endpoint, cursorPath, path) {
  const cursor = new CursorFile(cursorPath);
  if (cursor.position === null && fs.existsSync(path) && fs.statSync(path).size > 0) {
    fs.renameSync(path, `${path}.${Date.now()}`);
  }
  const file = fs.openSync(path, 'a');
  let size = cursor.mark ?? 0;
  const found = fs.fstatSync(file).size;
  if (found < size) {
    throw new Error(`${path} has ${found} bytes, the cursor says ${size}: it is another file; ` +
                    'move it away, or name another');
  }
  fs.ftruncateSync(file, size);
  const stream = new Stream(endpoint, cursor);
  for await (const items of stream) {
    const lines = Buffer.from(items.map((item) => `${item.toJson()}\n`).join(''));
    fs.writeFileSync(file, lines); // all of it, where writeSync may write less
    size += lines.length;
    fs.fsyncSync(file);
    await stream.commit(size);
  }
}

main(...process.argv.slice(2));
