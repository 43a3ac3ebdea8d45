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
  fingerprintOf,
  type Inspection,
  Lock,
  type LockMode,
  leavesOf,
  mentionsIn,
  type Outcome,
  placesOf,
  ToolNames,
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
  /** Names that stand near an order in its texts. */
  readonly mentions: readonly string[];
  /** Why it is withdrawn for what other servers have; '' where it is not. */
  clash: string;
}

/** What is told of the servers beside what they list. */
export interface Servers {
  /** In the order of the file. */
  readonly names: readonly string[];
  readonly separator: string;
}

const TOOL = 'tools ';

/** One tool and what is known of it. */
export interface ToolState {
  readonly tool: string;
  /** Of the server's own definition. */
  readonly sha256: string;
  /** How it stands to the lock file, or to what was first seen; `off` without inspection. */
  readonly lock: 'approved' | 'changed' | 'unknown' | 'off';
  /** Day; null where it is not approved. */
  readonly approved: string | null;
  /** Inspection does not let its definition through. */
  readonly isBlocked: boolean;
  /** What inspection found in it. */
  readonly rules: readonly string[];
  /** As clients are shown it; null where that is nothing. */
  readonly definition: unknown;
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
  #names: ToolNames;
  /** Has the definitions of a server reviewed again: another server's make them look otherwise. */
  readonly #again: (server: string) => void;
  #writing: NodeJS.Timeout | null = null;

  constructor(
    inspection: Inspection,
    servers: Servers,
    log: Logger,
    again: (server: string) => void,
  ) {
    this.#log = log;
    this.#inspection = inspection;
    this.#names = new ToolNames(servers.names, servers.separator);
    this.#again = again;
  }

  /** Before any server is started. Throws, in words for the operator, where the lock file cannot be used. */
  open(mode: LockMode): void {
    this.#mode = mode;
    this.#lock = lockOf(this.#inspection);
    this.#isOpen = true;
  }

  /** Another configuration: what was reviewed under the old one is reviewed again. Throws as `open` does. */
  configure(inspection: Inspection, { names, separator }: Servers): void {
    this.#names = new ToolNames(names, separator);
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

  /** By the configuration in force at its end: what was judged by one that is replaced meanwhile is judged anew. */
  async review(server: string, inventory: Inventory): Promise<Inventory> {
    for (;;) {
      const inspection = this.#inspection;
      if (inspection.config.mode === 'off') return inventory;
      const reviewed = await this.#reviewBy(inspection, server, inventory);
      if (reviewed !== null) return reviewed;
    }
  }

  /** Null where another configuration came meanwhile. */
  async #reviewBy(
    inspection: Inspection,
    server: string,
    inventory: Inventory,
  ): Promise<Inventory | null> {
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
    const instructions = await this.#instructions(server, inventory.instructions, withdrawn);
    if (inspection !== this.#inspection) return null;
    const { tools } = shown;
    shown.tools = tools.filter(({ key }) => {
      const judged = next.get(`tools ${key}`)!;
      judged.clash = this.#clash(server, judged);
      if (judged.clash !== '') withdrawn.push({ kind: 'tools', key, why: judged.clash });
      return judged.clash === '';
    });
    // Only the newest of each name: a server that renames its tools for ever fills nothing.
    this.#known.set(server, next);
    // In the same turn: a name that another server adds from here on finds these.
    const names = shown.tools.map(({ key }) => key);
    if (this.#names.add(server, names)) this.#lookAround(server);
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
    const rules = outcome === undefined ? [] : rulesOf(outcome);
    const mentions = kind === 'tools' ? mentionsIn(textsOf(bytes)) : [];
    const known = { bytes, definition, why: '', rules, mentions, clash: '' };
    if (outcome === undefined) return known;
    this.#sayFound(server, kind, key, outcome);
    if (outcome.kind === 'flag') return known;
    const why = wordsFor(outcome);
    if (outcome.kind === 'refused') return { ...known, definition: null, why };
    // A name with a secret in it would be called by another.
    const rewritten = redefined(kind, outcome.bytes);
    const isSame = rewritten?.key === key;
    return { ...known, definition: isSame ? rewritten : null, why };
  }

  /** What passes although something was found in it, once; of what does not, the withdrawal is told. */
  #sayFound(server: string, kind: string, key: string, { kind: became, verdict }: Outcome): void {
    if (became === 'refused' || verdict === null) return;
    const findings = placesOf(verdict.findings);
    const told = `${server} ${kind} ${key} ${JSON.stringify(findings)}`;
    if (this.#told.has(told) || this.#told.size >= TOLD_MAX) return;
    this.#told.add(told);
    const about = { server, kind, name: key.slice(0, 128), action: verdict.action, findings };
    this.#log.warn(about, 'inspection');
  }

  /** Why a tool is withdrawn for what other servers have; '' where it is not. */
  #clash(server: string, { definition, mentions }: Known): string {
    if (definition === null || !this.#inspection.readsDefinitions) return '';
    const { key: tool } = definition;
    const found = this.#names.findings(server, tool, mentions, this.#inspection.sharedNames);
    if (found.length === 0) return '';
    const about = { direction: 'definition', server, tool, definition: null } as const;
    const verdict = this.#inspection.judge(found, about);
    if (verdict === undefined) return '';
    // Nothing can be taken out of a name: what is to be redacted is withdrawn.
    if (verdict.action !== 'flag') return wordsOfFindings(verdict.findings);
    this.#sayFound(server, 'tools', tool, { kind: 'flag', verdict });
    return '';
  }

  /** A server has tools that it had not: others may be taken for it now. */
  #lookAround(server: string): void {
    for (const [other, known] of this.#known) {
      if (other === server) continue;
      for (const [name, one] of known) {
        if (!name.startsWith('tools ') || this.#clash(other, one) === one.clash) continue;
        this.#again(other);
        break;
      }
    }
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

  // === one tool, for the operator ===

  /** Tools of a server as they were last reviewed: those that are shown, and those that are not. */
  toolNames(server: string): string[] {
    return [...(this.#known.get(server)?.keys() ?? [])].flatMap((name) =>
      name.startsWith(TOOL) ? [name.slice(TOOL.length)] : [],
    );
  }

  tool(server: string, tool: string): ToolState | undefined {
    const known = this.#known.get(server)?.get(TOOL + tool);
    return known === undefined ? undefined : this.#stateOf(server, tool, known);
  }

  #stateOf(server: string, tool: string, known: Known): ToolState {
    const { bytes, definition, rules } = known;
    const value: unknown = JSON.parse(bytes.utf8Slice());
    const approved = this.#lock?.entry(server, tool);
    const sha256 = fingerprintOf(value);
    const lock =
      this.#lock === null
        ? 'off'
        : approved === undefined
          ? 'unknown'
          : approved.sha256 === sha256
            ? 'approved'
            : 'changed';
    return {
      tool,
      sha256,
      lock,
      approved: approved?.approved ?? null,
      isBlocked: definition === null,
      rules,
      definition: definition === null ? null : JSON.parse(definition.bytes.utf8Slice()),
    };
  }

  /**
   * Takes one tool into the lock file as it is now, if it still is what somebody has looked at; returns why not, or null.
   * What inspection blocks is not made right by being known.
   */
  approveTool(
    server: string,
    tool: string,
    sha256: string,
  ): 'unknown' | 'off' | 'changed' | 'blocked' | null {
    const known = this.#known.get(server)?.get(TOOL + tool);
    if (known === undefined) return 'unknown';
    if (this.#lock === null) return 'off';
    if (known.definition === null) return 'blocked';
    const value: unknown = JSON.parse(known.bytes.utf8Slice());
    if (fingerprintOf(value) !== sha256) return 'changed';
    this.#lock.judge(server, tool, value, known.rules, 'approve');
    this.#lock.write('approve');
    return null;
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
  return wordsOfFindings(outcome.verdict.findings);
}

function wordsOfFindings(findings: NonNullable<Outcome['verdict']>['findings']): string {
  const places = placesOf(findings).map(({ rule, path }) => `${rule} at ${path || '/'}`);
  const details = [...new Set(findings.flatMap(({ detail }) => detail ?? []))].slice(0, 3);
  const which = details.length === 0 ? '' : ` (${details.join(', ')})`;
  return `inspection found ${places.join(', ')}${which}`;
}

/** What a model reads of a definition; names of members are no prose. */
function textsOf(bytes: Buffer): string[] {
  return leavesOf(JSON.parse(bytes.utf8Slice())).flatMap(({ text, isKey }) =>
    isKey ? [] : [text],
  );
}
