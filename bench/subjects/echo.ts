/**
 * The server behind every relay of the bench, as light as JavaScript can be: `echo.js legacy|modern`.
 *
 * It blocks in read(2) and answers each chunk with one write(2): no event loop, no streams. Measured: see the table
 * "the backend alone" of a run.
 */

import { readSync, writeSync } from 'node:fs';
import { answersOf } from './echo-lines.ts';

const answers = answersOf(process.argv[2] === 'modern' ? 'modern' : 'legacy');
const chunk = Buffer.allocUnsafe(1 << 18);
const cell = new Int32Array(new SharedArrayBuffer(4));

/** A parent may have made the pipe non-blocking; then a short sleep stands in for poll(2). */
function retry<T>(call: () => T): T {
  for (;;) {
    try {
      return call();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') process.exit(0);
      Atomics.wait(cell, 0, 0, 1);
    }
  }
}

for (;;) {
  const bytes = retry(() => readSync(0, chunk, 0, chunk.length, null));
  if (bytes === 0) break;
  const out = answers.take(chunk.subarray(0, bytes));
  for (let sent = 0; sent < out.length; ) {
    const from = sent;
    sent += retry(() => writeSync(1, out, from, out.length - from));
  }
}
