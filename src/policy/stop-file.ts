/**
 * The file of the emergency stop, `stopped.json` in `state.dir`: written by `sluice stop` and the admin API, watched by the
 * gateway.
 *
 * What it says is in force in the turn in which its change is noticed. The folder is watched, or that above it while
 * there is none; a slow poll stands behind that for file systems that send no events. A file that is not understood stops
 * everything, but only when it is still so a moment later: somebody may be writing it by hand.
 */

import { type FSWatcher, mkdirSync, readFileSync, statSync, watch } from 'node:fs';
import { dirname, join } from 'node:path';
import { replaceFile } from '../lib/replace-file.ts';
import { readStops, type Stop, stopsText } from './stops.ts';

const FILE_BYTES_MAX = 4 * 1024 * 1024;
const AGAIN_MS = 250;
const POLL_MS = 2_000;
/** In force while nobody can say what is stopped. */
const EVERYTHING: Stop = { kind: 'all', name: '', since: 'unknown: the stop file cannot be read' };

export function stopFile(stateDir: string): string {
  return join(stateDir, 'stopped.json');
}

/** What is stopped; undefined where the file says nothing that can be understood. */
export function readStopFile(file: string): readonly Stop[] | undefined {
  try {
    const stat = statSync(file, { throwIfNoEntry: false });
    if (stat === undefined) return [];
    if (!stat.isFile() || stat.size > FILE_BYTES_MAX) return undefined;
    return readStops(readFileSync(file, 'utf8'));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? [] : undefined;
  }
}

/** Whole or not at all. Throws what the file system throws. */
export function writeStopFile(file: string, stopped: readonly Stop[]): void {
  mkdirSync(dirname(file), { recursive: true });
  replaceFile(file, stopsText(stopped), 0o644);
}

export class StopWatch {
  readonly #file: string;
  readonly #apply: (stopped: readonly Stop[]) => void;
  readonly #poll: NodeJS.Timeout;
  #watcher: FSWatcher | null = null;
  #watched = '';
  #again: NodeJS.Timeout | null = null;
  #stopped: readonly Stop[] = [];
  /** The same as text. */
  #known = '[]';

  /** What the file says is applied before this returns. */
  constructor(stateDir: string, apply: (stopped: readonly Stop[]) => void) {
    this.#file = stopFile(stateDir);
    this.#apply = apply;
    this.#watch();
    this.#take(readStopFile(this.#file) ?? [EVERYTHING]);
    this.#poll = setInterval(() => this.look(), POLL_MS).unref();
  }

  close(): void {
    clearInterval(this.#poll);
    if (this.#again !== null) clearTimeout(this.#again);
    this.#watcher?.close();
  }

  /** What is in force. */
  get stopped(): readonly Stop[] {
    return this.#stopped;
  }

  /** What the file says now is in force when this returns, unless it cannot be understood. */
  look(): void {
    this.#watch();
    const stopped = readStopFile(this.#file);
    if (stopped !== undefined) this.#take(stopped);
    else this.#lookAgain();
  }

  #lookAgain(): void {
    if (this.#again !== null) return;
    this.#again = setTimeout(() => {
      this.#again = null;
      this.#take(readStopFile(this.#file) ?? [EVERYTHING]);
    }, AGAIN_MS).unref();
  }

  #take(stopped: readonly Stop[]): void {
    const text = JSON.stringify(stopped);
    if (text === this.#known) return;
    this.#known = text;
    this.#stopped = stopped;
    this.#apply(stopped);
  }

  /** The folder of the file, or the one above it until there is one. */
  #watch(): void {
    const own = dirname(this.#file);
    const folder = statSync(own, { throwIfNoEntry: false }) === undefined ? dirname(own) : own;
    if (folder === this.#watched) return;
    this.#watcher?.close();
    this.#watcher = null;
    this.#watched = '';
    try {
      this.#watcher = watch(folder, { persistent: false }, () => this.look());
      this.#watched = folder;
      this.#watcher.on('error', () => {
        this.#watcher?.close();
        this.#watched = '';
      });
    } catch {
      // No such folder, or no watches left: the poll sees to it.
    }
  }
}
