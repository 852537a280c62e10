'use strict';
// A client of Hookwire's event stream, to be copied as a folder. Needs zeromq and @msgpack/msgpack.
//
//   const stream = new Stream('ipc://var/sockets/gold.stream', new CursorFile('gold.cursor'));
//   for await (const items of stream) {   // the events and gaps at hand, in order; may be none
//     keep(items);
//     await stream.commit();              // only now the cursor moves
//   }
//
// docs/subscribing.md tells more, docs/wire.md specifies what is on the wire.

const { CursorFile } = require('./cursor_file');
const { Event } = require('./event');
const { Gap } = require('./feed');
const { Displaced, Stream } = require('./stream');

module.exports = { CursorFile, Displaced, Event, Gap, Stream };
