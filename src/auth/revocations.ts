/**
 * What is revoked, from a file that `sluice revoke` appends to: one JSON object per line,
 * `{"caller":"corp:ann"}`, `{"key":"ci-1"}` or `{"token":"<jti>"}`, with `at` for the reader.
 *
 * The folder is watched, because a watch on a file goes deaf when it is replaced; a slow poll stands behind it. A file that
 * has become unreadable takes nothing back: what was revoked stays so, and the fault is said. Before the first reading has
 * succeeded nothing is served.
 */

import { appendFileSync, type FSWatcher, readFileSync, statSync, watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { Caller } from '../model.ts';

export type RevocationKind = 'caller' | 'key' | 'token';

const BYTES_MAX = 8 * 1024 * 1024;
const NAME_MAX = 1024;
const POLL_MS = 2000;

/** Who and what is revoked. */
export class Revocations {
  readonly #names: Readonly<Record<RevocationKind, Set<string>>> = {
    caller: new Set(),
    key: new Set(),
    token: new Set(),
  };

  /** Adds what a file says. Throws on the first line that says nothing: it may be the one that matters. */
  static parse(text: string): Revocations {
    const all = new Revocations();
    for (const [at, line] of text.split('\n').entries()) {
      if (line.trim() === '') continue;
      const entry = entryOf(line);
      if (entry === undefined) throw new Error(`line ${at + 1} is no revocation`);
      all.#names[entry.kind].add(entry.name);
    }
    return all;
  }

  get size(): number {
    return this.#names.caller.size + this.#names.key.size + this.#names.token.size;
  }

  has({ id, by, credential }: Caller): boolean {
    const { caller, key, token } = this.#names;
    if (caller.size > 0 && (caller.has(id) || caller.has(subjectOf(id)))) return true;
    if (credential === '') return false;
    return by === 'api_key' ? key.has(credential) : token.has(credential);
  }
}

/** Who is revoked has no agents any more either: `corp:ann by bot` goes with `corp:ann`. */
function subjectOf(id: string): string {
  const at = id.indexOf(' by ');
  return at < 0 ? id : id.slice(0, at);
}

function entryOf(line: string): { kind: RevocationKind; name: string } | undefined {
  try {
    const entry = JSON.parse(line) as Record<string, unknown>;
    const kinds = (['caller', 'key', 'token'] as const).filter((kind) =>
      Object.hasOwn(entry, kind),
    );
    const [kind] = kinds;
    const name = kind === undefined ? undefined : entry[kind];
    if (kind === undefined || kinds.length > 1 || typeof name !== 'string' || name === '') {
      return undefined;
    }
    return name.length > NAME_MAX ? undefined : { kind, name };
  } catch {
    return undefined;
  }
}

/** Appends one line; the system writes it whole (O_APPEND). Throws where the file would be refused afterwards. */
export function appendRevocation(file: string, kind: RevocationKind, name: string, at: Date): void {
  const line = `${JSON.stringify({ [kind]: name, at: at.toISOString() })}\n`;
  if (entryOf(line) === undefined) throw new Error(`this is not the name of a ${kind}`);
  const before = read(file);
  Revocations.parse(before);
  const start = before === '' || before.endsWith('\n') ? '' : '\n';
  if (before.length + line.length + 1 > BYTES_MAX) throw new Error('the file is full');
  appendFileSync(file, `${start}${line}`, { mode: 0o600 });
}

/** The text of the file; none yet is an empty one. */
function read(file: string): string {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat === undefined) return '';
  if (!stat.isFile()) throw new Error('it is no file');
  if (stat.size > BYTES_MAX) throw new Error(`it is larger than ${BYTES_MAX} bytes`);
  return readFileSync(file, 'utf8');
}

export interface RevocationWatchOptions {
  readonly onChange: (revocations: Revocations) => void;
  readonly onFailure: (words: string) => void;
}

export class RevocationFile {
  readonly #file: string;
  readonly #options: RevocationWatchOptions;
  readonly #poll: NodeJS.Timeout;
  #watcher: FSWatcher | null = null;
  #text: string;
  #fault = '';

  /** Throws where the file is there and cannot be understood. */
  constructor(file: string, options: RevocationWatchOptions) {
    this.#file = file;
    this.#options = options;
    this.#text = read(file);
    options.onChange(Revocations.parse(this.#text));
    this.#watch();
    this.#poll = setInterval(() => this.#look(), POLL_MS).unref();
  }

  close(): void {
    clearInterval(this.#poll);
    this.#watcher?.close();
  }

  #watch(): void {
    try {
      const folder = dirname(this.#file);
      this.#watcher = watch(folder, { persistent: false }, (_event, name) => {
        // A ConfigMap swap renames `..data`, not the file.
        if (name === null || name === basename(this.#file) || name.startsWith('..')) this.#look();
      });
      this.#watcher.on('error', () => this.#watcher?.close());
    } catch {
      // No such folder, or no watches left: the poll sees to it.
    }
  }

  #look(): void {
    try {
      const text = read(this.#file);
      if (text === this.#text) return;
      // An emptied or vanished file is more likely an accident than an amnesty; a restart takes it at its word.
      if (text === '') throw new Error('it is empty now');
      const revocations = Revocations.parse(text);
      this.#text = text;
      this.#fault = '';
      this.#options.onChange(revocations);
    } catch (error) {
      const { message } = error as Error;
      if (message !== this.#fault) this.#options.onFailure(message);
      this.#fault = message;
    }
  }
}
