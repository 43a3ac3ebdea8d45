/**
 * The lock file, as the review of definitions uses it: what of a tool that has changed is adopted, what somebody has
 * approved, and when either is written.
 */

import type { Logger } from 'pino';
import { fingerprintOf, type Inspection, Lock, type LockMode } from '../inspect/inspect.ts';

const WRITE_MS = 200;

/** How a tool stands to the lock file, or to what was first seen; `off` without inspection. */
export type Standing = 'approved' | 'changed' | 'unknown' | 'off';

export class DefinitionLock {
  readonly #log: Logger;
  #mode: LockMode = 'check';
  /** Null until `open`, and without inspection. */
  #lock: Lock | null = null;
  #writing: NodeJS.Timeout | null = null;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Throws, in words for the operator, where the file cannot be used. */
  open(mode: LockMode, inspection: Inspection): void {
    this.#mode = mode;
    this.#lock = lockOf(inspection);
  }

  /** Another configuration. Throws as `open` does. */
  configure(inspection: Inspection, before: Inspection): void {
    const { lock, mode } = inspection.config;
    this.flush();
    // Without a file, what was seen so far is all that there is.
    const keeps =
      mode === 'on' && this.#lock?.hasFile === false && lock.file === before.config.lock.file;
    const next =
      keeps && this.#lock !== null && !this.#lock.isOutdated ? this.#lock : lockOf(inspection);
    next?.configure(lock);
    this.#lock = next;
  }

  /** Whether somebody else has written the file. */
  get isOutdated(): boolean {
    return this.#lock?.isOutdated === true;
  }

  /** Why a tool that holds nothing bad is withdrawn all the same; '' where it is not. */
  drift(server: string, tool: string, bytes: Buffer, rules: readonly string[]): string {
    if (this.#lock === null) return '';
    const value: unknown = JSON.parse(bytes.utf8Slice());
    const drift = this.#lock.judge(server, tool, value, rules, this.#mode);
    if (drift.kind === 'flagged') {
      this.#log.warn({ server, tool: tool.slice(0, 128), why: drift.why }, 'drift');
    }
    return drift.kind === 'withdrawn' ? drift.why : '';
  }

  /** `approved` is the day. */
  standing(
    server: string,
    tool: string,
    sha256: string,
  ): { readonly lock: Standing; readonly approved: string | null } {
    if (this.#lock === null) return { lock: 'off', approved: null };
    const entry = this.#lock.entry(server, tool);
    if (entry === undefined) return { lock: 'unknown', approved: null };
    const lock = entry.sha256 === sha256 ? 'approved' : 'changed';
    return { lock, approved: entry.approved };
  }

  /** Takes one tool in as it is now, if it still is what somebody has looked at; returns why not, or null. */
  approveTool(
    server: string,
    tool: string,
    sha256: string,
    { bytes, definition, rules }: Approvable,
  ): 'off' | 'changed' | 'blocked' | null {
    if (this.#lock === null) return 'off';
    // What inspection blocks is not made right by being known.
    if (definition === null) return 'blocked';
    const value: unknown = JSON.parse(bytes.utf8Slice());
    if (fingerprintOf(value) !== sha256) return 'changed';
    this.#lock.judge(server, tool, value, rules, 'approve');
    this.#lock.write('approve');
    return null;
  }

  /** Approves everything that these servers list, and forgets what is gone. Throws what the file system throws. */
  approve(listed: ReadonlyMap<string, readonly string[] | undefined>): void {
    this.#lock?.prune(listed);
    this.#lock?.write('approve');
  }

  writeSoon(): void {
    if (this.#mode !== 'serve') return;
    this.#writing ??= setTimeout(() => this.flush(), WRITE_MS).unref();
  }

  flush(): void {
    if (this.#writing !== null) clearTimeout(this.#writing);
    this.#writing = null;
    if (this.#mode !== 'serve') return;
    try {
      // What somebody else approved meanwhile is not to be overwritten; it is taken in with the next look.
      if (this.#lock?.isOutdated === false) this.#lock.write('serve');
    } catch (error) {
      this.#log.warn(
        { err: error },
        'the lock file could not be written; what was adopted counts until the end',
      );
    }
  }
}

interface Approvable {
  readonly bytes: Buffer;
  /** Null where inspection does not let it through. */
  readonly definition: unknown;
  readonly rules: readonly string[];
}

function lockOf({ config }: Inspection): Lock | null {
  if (config.mode === 'off') return null;
  return new Lock(config.lock, () => new Date().toISOString().slice(0, 10));
}
