/**
 * Harmless texts such as tools give and take: prose, source code and records in JSON, no two alike.
 *
 * Made of the project's own documents and sources, but for what speaks of attacks. A text repeats parts of others, and
 * never is another.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT } from './roster.ts';

/** What speaks of attacks is left out. */
const PROSE = ['docs', 'docs/decisions'];
const NO_PROSE = /inspection|0010/;
const SOURCES = ['edge', 'gateway', 'protocol', 'limits', 'telemetry', 'validate'];

/** A text of about so many bytes; the same seed makes the same ones in the same order. */
export class Texts {
  readonly #paragraphs = parts(PROSE, (name) => name.endsWith('.md') && !NO_PROSE.test(name));
  readonly #functions = parts(
    SOURCES.map((name) => `src/${name}`),
    (name) => name.endsWith('.ts'),
  );
  readonly #kinds = [() => this.#any(this.#paragraphs), () => this.#any(this.#functions)];
  #seed: number;
  #made = 0;

  constructor(seed: number) {
    this.#seed = seed >>> 0 || 1;
  }

  next(bytes: number): string {
    this.#made += 1;
    const kind = this.#made % (this.#kinds.length + 1);
    const piece = this.#kinds[kind];
    return piece === undefined ? this.#records(bytes) : this.#joined(bytes, piece);
  }

  #joined(bytes: number, piece: () => string): string {
    const pieces: string[] = [];
    for (let length = 0; length < bytes; length += pieces.at(-1)!.length + 2) pieces.push(piece());
    return pieces.join('\n\n').slice(0, bytes);
  }

  #records(bytes: number): string {
    const records: string[] = [];
    for (let length = 0; length < bytes; length += records.at(-1)!.length + 1) {
      const body = this.#any(this.#paragraphs);
      const id = 1000 + this.#below(9_000_000);
      const day = new Date(1.7e12 + this.#below(1e11)).toISOString();
      const state = id % 3 === 0 ? 'closed' : 'open';
      const record = { id, state, title: body.slice(0, 60), created_at: day, comments: id % 17 };
      records.push(JSON.stringify({ ...record, labels: ['triage', `area-${id % 40}`], body }));
    }
    return `[${records.join(',').slice(0, bytes)}`;
  }

  #any(of: readonly string[]): string {
    return of[this.#below(of.length)]!;
  }

  /** xorshift */
  #below(limit: number): number {
    this.#seed ^= this.#seed << 13;
    this.#seed ^= this.#seed >>> 17;
    this.#seed ^= this.#seed << 5;
    return (this.#seed >>> 0) % limit;
  }
}

/** What blank lines part in the files of these folders. */
function parts(folders: readonly string[], isWanted: (name: string) => boolean): string[] {
  return folders.flatMap((folder) =>
    readdirSync(join(PROJECT, folder))
      .filter(isWanted)
      .sort()
      .flatMap((name) => readFileSync(join(PROJECT, folder, name), 'utf8').split('\n\n')),
  );
}
