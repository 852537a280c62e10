'use strict';
// Where a client keeps how far it came.

const fs = require('node:fs');
const { integer } = require('./unpack');

/**
 * In a file that is replaced as a whole: after a crash it holds what was saved last or before,
 * never more. `mark` is the caller's own and saved with it. The Python client reads the same file.
 */
class CursorFile {
  constructor(path) {
    this.path = path;
    this.position = null;
    this.mark = null;
    if (!fs.existsSync(path)) return;
    try {
      const saved = JSON.parse(fs.readFileSync(path, 'utf-8'));
      if (!Number.isSafeInteger(saved.epoch) || !Number.isSafeInteger(saved.sequence)) {
        throw new Error('epoch or sequence is missing');
      }
      const journal = integer(BigInt(`0x${saved.journal}`));
      this.position = { journal, epoch: saved.epoch, sequence: saved.sequence };
      this.mark = saved.mark ?? null;
    } catch (error) {
      throw new Error(`${path} holds no cursor (${error.message}): repair it, or move it away to ` +
                      'start anew');
    }
  }

  save(position, mark = null) {
    const journal = BigInt(position.journal).toString(16).padStart(16, '0');
    const { epoch, sequence } = position;
    const file = fs.openSync(`${this.path}.new`, 'w', 0o666);
    try {
      fs.writeFileSync(file, JSON.stringify({ journal, epoch, sequence, mark }));
      fs.fsyncSync(file);
    } finally {
      fs.closeSync(file);
    }
    fs.renameSync(`${this.path}.new`, this.path);
    this.position = position;
    this.mark = mark;
  }
}

module.exports = { CursorFile };
