/**
 * Another file, of JSON Lines: for a shipper, or on another disk. Opened for each batch, so that it may be renamed or be taken
 * away at any time.
 */

import { appendFile } from 'node:fs/promises';
import type { SinkConfig } from '../config.ts';
import { joined, type Sink } from './sink.ts';

export class FileSink implements Sink {
  readonly #path: string;

  constructor({ path }: Extract<SinkConfig, { kind: 'file' }>) {
    this.#path = path;
  }

  async take(lines: readonly Buffer[]): Promise<undefined> {
    await appendFile(this.#path, joined(lines), { mode: 0o600 });
  }

  close(): void {}
}
