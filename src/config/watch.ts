/**
 * Says when the configuration may have changed, and only then.
 *
 * The folder is watched, not the file: a watch on a file goes deaf after the first atomic rename or Kubernetes
 * ConfigMap swap (measured on Node 20). A slow poll stands behind it for file systems that send no events. What counts is
 * the content: a touch or an editor's double save calls nobody. Reading and judging the new content is the caller's.
 */

import { createHash } from 'node:crypto';
import { type FSWatcher, statSync, watch } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { FILE_BYTES_MAX, readBounded } from './document.ts';

export interface ConfigWatch {
  /** Sets which other files count, such as the targets of `${file:…}`. */
  follow(files: readonly string[]): void;
  close(): void;
}

/** Editors write in several steps; by then they are done. */
const SETTLE_MS = 250;
/** A folder in which something is written all the time is looked at all the same. */
const SETTLE_MAX_MS = 2000;
const POLL_MS = 5000;
/** Each folder costs an inotify watch, of which a user has a limited number; the poll covers the rest. */
const FOLDERS_MAX = 32;

export function watchConfig(path: string, onChange: () => void): ConfigWatch {
  return new Watch(resolve(path), onChange);
}

class Watch implements ConfigWatch {
  readonly #file: string;
  readonly #onChange: () => void;
  readonly #folders = new Map<string, FSWatcher>();
  readonly #poll: NodeJS.Timeout;
  /** What was last seen of each file: its stat, and the digest of its content. */
  #seen = new Map<string, { stat: string; digest: string }>();
  #settling: NodeJS.Timeout | null = null;
  #restlessSince = 0;

  constructor(file: string, onChange: () => void) {
    this.#file = file;
    this.#onChange = onChange;
    this.follow([]);
    this.#poll = setInterval(() => this.#pollStats(), POLL_MS);
    this.#poll.unref();
  }

  follow(files: readonly string[]): void {
    const seen = new Map<string, { stat: string; digest: string }>();
    for (const file of [this.#file, ...files]) {
      // What was seen before stays: a change since then must not be forgotten.
      seen.set(file, this.#seen.get(file) ?? { stat: statOf(file), digest: digestOf(file) });
    }
    this.#seen = seen;
    this.#watchFolders();
  }

  close(): void {
    clearInterval(this.#poll);
    if (this.#settling !== null) clearTimeout(this.#settling);
    for (const watcher of this.#folders.values()) watcher.close();
    this.#folders.clear();
  }

  /** Any event in the folder counts: a ConfigMap swap renames `..data`, not the file. */
  #watchFolders(): void {
    const wanted = new Set([...this.#seen.keys()].map((file) => dirname(file)));
    for (const [folder, watcher] of this.#folders) {
      if (wanted.has(folder)) continue;
      watcher.close();
      this.#folders.delete(folder);
    }
    for (const folder of wanted) {
      if (this.#folders.has(folder) || this.#folders.size >= FOLDERS_MAX) continue;
      try {
        const watcher = watch(folder, { persistent: false }, () => this.#settle());
        watcher.on('error', () => {
          watcher.close();
          this.#folders.delete(folder);
        });
        this.#folders.set(folder, watcher);
      } catch {
        // No such folder, or no watches left: the poll sees to it.
      }
    }
  }

  #settle(): void {
    if (this.#settling === null) this.#restlessSince = Date.now();
    else if (Date.now() - this.#restlessSince > SETTLE_MAX_MS) return;
    else clearTimeout(this.#settling);
    this.#settling = setTimeout(() => this.#look(), SETTLE_MS);
    this.#settling.unref();
  }

  #look(): void {
    this.#settling = null;
    this.#watchFolders();
    let isChanged = false;
    for (const [file, seen] of this.#seen) {
      const digest = digestOf(file);
      if (digest !== seen.digest) isChanged = true;
      this.#seen.set(file, { stat: statOf(file), digest });
    }
    if (isChanged) this.#onChange();
  }

  #pollStats(): void {
    for (const [file, seen] of this.#seen) {
      if (statOf(file) === seen.stat) continue;
      this.#settle();
      return;
    }
  }
}

function statOf(file: string): string {
  const stat = statSync(file, { throwIfNoEntry: false, bigint: true });
  return stat === undefined ? '' : `${stat.dev}:${stat.ino}:${stat.size}:${stat.mtimeNs}`;
}

function digestOf(file: string): string {
  const bytes = readBounded(file, FILE_BYTES_MAX);
  return typeof bytes === 'string' ? bytes : createHash('sha256').update(bytes).digest('hex');
}
