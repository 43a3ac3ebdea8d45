/**
 * Another file, of JSON Lines: for a shipper, or on another disk. Opened for each batch, so that it may be renamed or be taken
 * away at any time. Half a line, as a full disk or a crash leaves it, gets a line end: what comes again must not go on from it.
 */

import { appendFile, open, stat } from 'node:fs/promises';
import type { SinkConfig } from '../config.ts';
import { type Carried, joined, type Sink } from './sink.ts';

export class FileSink implements Sink {
  readonly #path: string;

  constructor({ path }: Extract<SinkConfig, { kind: 'file' }>) {
    this.#path = path;
  }

  async take(batch: readonly Carried[]): Promise<undefined> {
    const bytes = joined(batch);
    const whole = (await isTorn(this.#path)) ? Buffer.concat([NEWLINE, bytes]) : bytes;
    await appendFile(this.#path, whole, { mode: 0o600 });
  }

  close(): void {}
}

const NEWLINE = Buffer.from('\n');

async function isTorn(path: string): Promise<boolean> {
  const about = await stat(path).catch(() => null);
  // A pipe has nothing to read back.
  if (about === null || !about.isFile() || about.size === 0) return false;
  const file = await open(path, 'r');
  try {
    const { buffer } = await file.read(Buffer.alloc(1), 0, 1, about.size - 1);
    return !buffer.equals(NEWLINE);
  } finally {
    await file.close();
  }
}
