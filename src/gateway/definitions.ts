/**
 * What servers offer, inspected before anybody is shown it: definitions of tools, prompts and resources, and the
 * server's instructions.
 *
 * Off the path of calls and in short turns. A definition that is not let through is withdrawn: no list has it, and a call
 * of it finds nothing. A tool that has changed since it was approved is judged by what the change brought in.
 */

import type { Logger } from 'pino';
import {
  type Definition,
  type Inventory,
  redefined,
  type Withdrawn,
} from '../backends/backends.ts';
import {
  type About,
  type Inspection,
  Lock,
  type LockMode,
  type Outcome,
  placesOf,
} from '../inspect/inspect.ts';
import { refuse } from '../protocol/refusal.ts';

/** Longest stretch of this on the main thread at a time. */
const TURN_MS = 4;
/** Withdrawn definitions that are told one by one. */
const TOLD_MAX = 1_000;
const WRITE_MS = 200;
/** What could not be inspected stays withdrawn for as long as its server does not change it: a moment's load is no reason. */
const TRIES = 3;

type Kind = 'tools' | 'prompts' | 'resources' | 'templates';
const KINDS: readonly Kind[] = ['tools', 'prompts', 'resources', 'templates'];

/** What became of one definition, for as long as its bytes are the same. */
interface Known {
  readonly bytes: Buffer;
  readonly definition: Definition | null;
  readonly why: string;
  readonly rules: readonly string[];
}

export class Definitions {
  readonly #log: Logger;
  #mode: LockMode = 'check';
  #inspection: Inspection;
  /** Null until `open`, and without inspection. */
  #lock: Lock | null = null;
  #isOpen = false;
  /** By server, then by kind and name. */
  #known = new Map<string, Map<string, Known>>();
  readonly #told = new Set<string>();
  #writing: NodeJS.Timeout | null = null;

  constructor(inspection: Inspection, log: Logger) {
    this.#log = log;
    this.#inspection = inspection;
  }

  /** Before any server is started. Throws, in words for the operator, where the lock file cannot be used. */
  open(mode: LockMode): void {
    this.#mode = mode;
    this.#lock = lockOf(this.#inspection);
    this.#isOpen = true;
  }

  /** Another configuration: what was reviewed under the old one is reviewed again. Throws as `open` does. */
  configure(inspection: Inspection): void {
    if (!this.#isOpen) {
      this.#inspection = inspection;
      this.#known = new Map();
      return;
    }
    const before = this.#inspection.config.lock.file;
    const { lock, mode } = inspection.config;
    this.#flush();
    // Without a file, what was seen so far is all that there is.
    const keeps = mode === 'on' && this.#lock?.hasFile === false && lock.file === before;
    const next =
      keeps && this.#lock !== null && !this.#lock.isOutdated ? this.#lock : lockOf(inspection);
    next?.configure(lock);
    this.#lock = next;
    this.#inspection = inspection;
    this.#known = new Map();
    this.#told.clear();
  }

  /** Whether somebody else has written the lock file. */
  get isLockOutdated(): boolean {
    return this.#lock?.isOutdated === true;
  }

  async review(server: string, inventory: Inventory): Promise<Inventory> {
    if (this.#inspection.config.mode === 'off') return inventory;
    const withdrawn: Withdrawn[] = [];
    const known = this.#known.get(server) ?? new Map<string, Known>();
    this.#known.set(server, known);
    const next = new Map<string, Known>();
    const shown: Record<Kind, Definition[]> = {
      tools: [],
      prompts: [],
      resources: [],
      templates: [],
    };
    let turnAt = performance.now();
    for (const kind of KINDS) {
      for (const definition of inventory[kind]) {
        const { key, bytes } = definition;
        const name = `${kind} ${key}`;
        const before = known.get(name);
        const judged =
          before?.bytes.equals(bytes) === true
            ? before
            : await this.#judge(server, kind, definition);
        next.set(name, judged);
        const why = judged.definition === null ? judged.why : this.#drift(server, kind, judged);
        if (judged.definition !== null && why === '') shown[kind].push(judged.definition);
        else withdrawn.push({ kind, key, why });
        if (performance.now() - turnAt < TURN_MS) continue;
        await new Promise((resolve) => setImmediate(resolve));
        turnAt = performance.now();
      }
    }
    // Only the newest of each name: a server that renames its tools for ever fills nothing.
    this.#known.set(server, next);
    const instructions = await this.#instructions(server, inventory.instructions, withdrawn);
    for (const one of withdrawn) this.#tell(server, one);
    this.#writeSoon();
    return { ...inventory, ...shown, instructions, withdrawn };
  }

  async #judge(server: string, kind: Kind, definition: Definition): Promise<Known> {
    const { key, bytes } = definition;
    const about = {
      direction: 'definition',
      server,
      tool: key,
      definition: kind === 'tools' ? bytes : null,
    } as const;
    const outcome = await this.#inspectWell(bytes, about);
    const rules = outcome?.kind === undefined ? [] : rulesOf(outcome);
    if (outcome === undefined || outcome.kind === 'flag') {
      return { bytes, definition, why: '', rules };
    }
    const why = wordsFor(outcome);
    if (outcome.kind === 'refused') return { bytes, definition: null, why, rules };
    // A name with a secret in it would be called by another.
    const rewritten = redefined(kind, outcome.bytes);
    const isSame = rewritten?.key === key;
    return { bytes, definition: isSame ? rewritten : null, why, rules };
  }

  async #inspectWell(bytes: Buffer, about: About): Promise<Outcome | undefined> {
    let outcome = await this.#inspect(bytes, about);
    for (let tries = 1; tries < TRIES && outcome?.verdict === null; tries++) {
      outcome = await this.#inspect(bytes, about);
    }
    return outcome;
  }

  /** A bug must neither end the process nor let anything through. */
  async #inspect(bytes: Buffer, about: About): Promise<Outcome | undefined> {
    try {
      return await this.#inspection.inspect(bytes, 0, bytes.length, about);
    } catch (error) {
      this.#log.error({ err: error }, 'a definition could not be inspected, by a bug');
      return { kind: 'refused', refusal: refuse('not_inspected'), verdict: null };
    }
  }

  /** Why a tool that holds nothing bad is withdrawn all the same; '' where it is not. */
  #drift(server: string, kind: Kind, { bytes, definition, rules }: Known): string {
    if (kind !== 'tools' || this.#lock === null || definition === null) return '';
    const value: unknown = JSON.parse(bytes.utf8Slice());
    const drift = this.#lock.judge(server, definition.key, value, rules, this.#mode);
    if (drift.kind === 'flagged') {
      this.#log.warn({ server, tool: definition.key.slice(0, 128), why: drift.why }, 'drift');
    }
    return drift.kind === 'withdrawn' ? drift.why : '';
  }

  async #instructions(server: string, words: string, withdrawn: Withdrawn[]): Promise<string> {
    if (words === '') return '';
    const bytes = Buffer.from(JSON.stringify(words));
    const about = { direction: 'definition', server, tool: '', definition: null } as const;
    const outcome = await this.#inspectWell(bytes, about);
    if (outcome === undefined || outcome.kind === 'flag') return words;
    if (outcome.kind === 'rewritten') return JSON.parse(outcome.bytes.utf8Slice()) as string;
    withdrawn.push({ kind: 'instructions', key: '', why: wordsFor(outcome) });
    return '';
  }

  #tell(server: string, { kind, key, why }: Withdrawn): void {
    const told = `${server} ${kind} ${key} ${why}`;
    if (this.#told.has(told) || this.#told.size >= TOLD_MAX) return;
    this.#told.add(told);
    this.#log.warn({ server, kind, name: key.slice(0, 128), why }, 'withdrawn');
  }

  /** Approves everything that these servers list, and forgets what is gone. Throws what the file system throws. */
  approve(listed: ReadonlyMap<string, readonly string[] | undefined>): void {
    this.#lock?.prune(listed);
    this.#lock?.write('approve');
  }

  #writeSoon(): void {
    if (this.#mode !== 'serve') return;
    this.#writing ??= setTimeout(() => this.#flush(), WRITE_MS).unref();
  }

  #flush(): void {
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

  close(): void {
    this.#flush();
  }
}

function lockOf({ config }: Inspection): Lock | null {
  if (config.mode === 'off') return null;
  return new Lock(config.lock, () => new Date().toISOString().slice(0, 10));
}

function rulesOf({ verdict }: Outcome): string[] {
  return [...new Set((verdict?.findings ?? []).map(({ rule }) => rule))];
}

function wordsFor(outcome: Outcome): string {
  if (outcome.verdict === null) return 'it could not be inspected';
  const places = placesOf(outcome.verdict.findings);
  return `inspection found ${places.map(({ rule, path }) => `${rule} at ${path || '/'}`).join(', ')}`;
}
