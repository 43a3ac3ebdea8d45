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
  type LockMode,
  mentionsIn,
  type Outcome,
  ToolNames,
} from '../inspect/inspect.ts';
import {
  inspectDefinition,
  rulesOf,
  textsOf,
  wordsFor,
  wordsOfFindings,
} from './definition-inspection.ts';
import { DefinitionLock, type Standing } from './definition-lock.ts';
import { DefinitionLog } from './definition-log.ts';

/** Longest stretch of this on the main thread at a time. */
const TURN_MS = 4;

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
  readonly lock: Standing;
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
  #inspection: Inspection;
  readonly #lock: DefinitionLock;
  #isOpen = false;
  /** By server, then by kind and name. */
  #known = new Map<string, Map<string, Known>>();
  readonly #told: DefinitionLog;
  #names: ToolNames;
  /** Has the definitions of a server reviewed again: another server's make them look otherwise. */
  readonly #again: (server: string) => void;

  constructor(
    inspection: Inspection,
    servers: Servers,
    log: Logger,
    again: (server: string) => void,
  ) {
    this.#log = log;
    this.#lock = new DefinitionLock(log);
    this.#told = new DefinitionLog(log);
    this.#inspection = inspection;
    this.#names = new ToolNames(servers.names, servers.separator);
    this.#again = again;
  }

  /** Before any server is started. Throws, in words for the operator, where the lock file cannot be used. */
  open(mode: LockMode): void {
    this.#lock.open(mode, this.#inspection);
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
    this.#lock.configure(inspection, this.#inspection);
    this.#inspection = inspection;
    this.#known = new Map();
    this.#told.forget();
  }

  /** Whether somebody else has written the lock file. */
  get isLockOutdated(): boolean {
    return this.#lock.isOutdated;
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
        const why = this.#whyNot(server, kind, key, judged);
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
      const judged = next.get(TOOL + key)!;
      judged.clash = this.#clash(server, judged);
      if (judged.clash !== '') withdrawn.push({ kind: 'tools', key, why: judged.clash });
      return judged.clash === '';
    });
    // Only the newest of each name: a server that renames its tools for ever fills nothing.
    this.#known.set(server, next);
    // In the same turn: a name that another server adds from here on finds these.
    const names = shown.tools.map(({ key }) => key);
    if (this.#names.add(server, names)) this.#lookAround(server);
    for (const one of withdrawn) this.#told.withdrawn(server, one);
    this.#lock.writeSoon();
    return { ...inventory, ...shown, instructions, withdrawn };
  }

  /** Why this one is withdrawn whatever other servers have; '' where it is not. */
  #whyNot(
    server: string,
    kind: Kind,
    key: string,
    { definition, why, bytes, rules }: Known,
  ): string {
    if (definition === null) return why;
    return kind === 'tools' ? this.#lock.drift(server, key, bytes, rules) : '';
  }

  async #judge(server: string, kind: Kind, definition: Definition): Promise<Known> {
    const { key, bytes } = definition;
    const about = {
      direction: 'definition',
      server,
      tool: key,
      definition: kind === 'tools' ? bytes : null,
    } as const;
    const outcome = await this.#inspect(bytes, about);
    const rules = outcome === undefined ? [] : rulesOf(outcome);
    const mentions = kind === 'tools' ? mentionsIn(textsOf(bytes)) : [];
    const known = { bytes, definition, why: '', rules, mentions, clash: '' };
    if (outcome === undefined) return known;
    this.#told.found(server, kind, key, outcome);
    if (outcome.kind === 'flag') return known;
    const why = wordsFor(outcome);
    if (outcome.kind === 'refused') return { ...known, definition: null, why };
    // A name with a secret in it would be called by another.
    const rewritten = redefined(kind, outcome.bytes);
    const isSame = rewritten?.key === key;
    return { ...known, definition: isSame ? rewritten : null, why };
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
    this.#told.found(server, 'tools', tool, { kind: 'flag', verdict });
    return '';
  }

  /** A server has tools that it had not: others may be taken for it now. */
  #lookAround(server: string): void {
    for (const [other, known] of this.#known) {
      if (other === server) continue;
      for (const [name, one] of known) {
        if (!name.startsWith(TOOL) || this.#clash(other, one) === one.clash) continue;
        this.#again(other);
        break;
      }
    }
  }

  #inspect(bytes: Buffer, about: About): Promise<Outcome | undefined> {
    return inspectDefinition(this.#inspection, bytes, about, this.#log);
  }

  async #instructions(server: string, words: string, withdrawn: Withdrawn[]): Promise<string> {
    if (words === '') return '';
    const bytes = Buffer.from(JSON.stringify(words));
    const about = { direction: 'definition', server, tool: '', definition: null } as const;
    const outcome = await this.#inspect(bytes, about);
    if (outcome === undefined || outcome.kind === 'flag') return words;
    if (outcome.kind === 'rewritten') return JSON.parse(outcome.bytes.utf8Slice()) as string;
    withdrawn.push({ kind: 'instructions', key: '', why: wordsFor(outcome) });
    return '';
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
    const sha256 = fingerprintOf(value);
    return {
      tool,
      sha256,
      ...this.#lock.standing(server, tool, sha256),
      isBlocked: definition === null,
      rules,
      definition: definition === null ? null : JSON.parse(definition.bytes.utf8Slice()),
    };
  }

  /** Takes one tool into the lock file: see `DefinitionLock`. */
  approveTool(
    server: string,
    tool: string,
    sha256: string,
  ): 'unknown' | 'off' | 'changed' | 'blocked' | null {
    const known = this.#known.get(server)?.get(TOOL + tool);
    return known === undefined ? 'unknown' : this.#lock.approveTool(server, tool, sha256, known);
  }

  /** Approves everything that these servers list, and forgets what is gone. Throws what the file system throws. */
  approve(listed: ReadonlyMap<string, readonly string[] | undefined>): void {
    this.#lock.approve(listed);
  }

  close(): void {
    this.#lock.flush();
  }
}
