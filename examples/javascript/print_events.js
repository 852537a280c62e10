#!/usr/bin/env node
'use strict';
// print_events.js ENDPOINT CURSOR_FILE: prints events as `hookwire tail -o json` does.

const { CursorFile, Stream } = require('./hookwire');

async function main(endpoint, cursorPath) {
  const stream = new Stream(endpoint, new CursorFile(cursorPath));
  for await (const items of stream) {
    const lines = items.map((item) => `${item.toJson()}\n`).join('');
    await new Promise((done, fail) => {
      process.stdout.write(lines, (error) => (error ? fail(error) : done()));
    });
    await stream.commit();
  }
}

main(...process.argv.slice(2));
