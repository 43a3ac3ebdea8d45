/**
 * The lock file: what each tool was when it was approved, and what becomes of one that has changed since.
 *
 * Without a file the first definition that is seen counts for as long as the process lives. With one, what was approved
 * counts over restarts; what is adopted is recorded in it. YAML in a fixed order, so that a difference can be reviewed.
 */

import { readFileSync, statSync } from 'node:fs';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { replaceFile } from '../lib/replace-file.ts';
import type { InspectConfig } from './config.ts';
import { fingerprintOf, introduced, traitsOf } from './traits.ts';

const FILE_BYTES_MAX = 32 * 1024 * 1024;
/** Tools of one server; the largest public one lists about 1,500. */
const TOOLS_MAX = 20_000;

const entrySchema = z.strictObject({
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  approved: z.string(),
  parameters: z.record(z.string(), z.string()).default({}),
  open: z.boolean().default(true),
  hints: z.record(z.string(), z.boolean()).default({}),
  hosts: z.array(z.string()).default([]),
  /** Rules that found something in it when it was approved. */
  findings: z.array(z.string()).default([]),
});
const fileSchema = z.strictObject({
  version: z.literal(1),
  servers: z.record(z.string(), z.record(z.string(), entrySchema)),
});

type Entry = z.output<typeof entrySchema>;
type Entries = Map<string, Map<string, Entry>>;

/** Serving records what it adopts; checking changes nothing; approving takes everything as it is. */
export type LockMode = 'serve' | 'check' | 'approve';

export type Drift =
  | { readonly kind: 'same' | 'adopted' }
  | { readonly kind: 'flagged' | 'withdrawn'; readonly why: string };

const HEAD = `# What every tool was when it was approved. Written by "sluice check --update-lock"; commit it.
`;

export class Lock {
  #config: InspectConfig['lock'];
  readonly #today: () => string;
  #entries: Entries = new Map();
  /** The file as it was last read or written; undefined where there is none. */
  #text: string | undefined;
  #isDirty = false;

  /** Throws, in words for the operator, where there is a file that cannot be used. */
  constructor(config: InspectConfig['lock'], today: () => string) {
    this.#config = config;
    this.#today = today;
    this.#text = readLock(config.file);
    if (this.#text !== undefined) this.#entries = entriesIn(this.#text, config.file);
  }

  configure(config: InspectConfig['lock']): void {
    this.#config = config;
  }

  /** Whether the file is another than the one that is in force. */
  get isOutdated(): boolean {
    return readLock(this.#config.file) !== this.#text;
  }

  /** How many tools are pinned. */
  get size(): number {
    let size = 0;
    for (const tools of this.#entries.values()) size += tools.size;
    return size;
  }

  get hasFile(): boolean {
    return this.#text !== undefined;
  }

  /** What is approved, and since when; undefined for a tool that is not in force. */
  entry(server: string, tool: string): { sha256: string; approved: string } | undefined {
    return this.#entries.get(server)?.get(tool);
  }

  /** `findings` are the rules that found something in it, however sure. */
  judge(
    server: string,
    tool: string,
    definition: unknown,
    findings: readonly string[],
    mode: LockMode,
  ): Drift {
    const sha256 = fingerprintOf(definition);
    const known = this.#entries.get(server)?.get(tool);
    if (known?.sha256 === sha256) return { kind: 'same' };
    const { newServers, onDrift } = this.#config;
    if (mode !== 'approve') {
      if (known === undefined && newServers === 'quarantine') {
        return { kind: 'withdrawn', why: 'it is not in the lock file' };
      }
      if (known !== undefined && onDrift !== 'flag') {
        const why = onDrift === 'withdraw' ? [] : reasonsOf(known, definition, findings);
        const words = why.length > 0 ? `, with ${why.join(', ')}` : '';
        if (onDrift === 'withdraw' || why.length > 0) {
          return { kind: 'withdrawn', why: `it has changed since it was approved${words}` };
        }
      }
    }
    this.#record(server, tool, sha256, definition, findings);
    if (known === undefined || mode === 'approve' || onDrift !== 'flag') return { kind: 'adopted' };
    return { kind: 'flagged', why: 'it has changed since it was approved' };
  }

  #record(
    server: string,
    tool: string,
    sha256: string,
    definition: unknown,
    findings: readonly string[],
  ): void {
    let tools = this.#entries.get(server);
    if (tools === undefined) {
      tools = new Map();
      this.#entries.set(server, tools);
    }
    if (tools.size >= TOOLS_MAX) return;
    const { parameters, isOpen: open, hints, hosts } = traitsOf(definition);
    tools.set(tool, {
      sha256,
      approved: this.#today(),
      parameters,
      open,
      hints,
      hosts: [...hosts],
      findings: [...new Set(findings)].sort(),
    });
    this.#isDirty = true;
  }

  /** Forgets the tools of a server that it no longer lists, and the servers that are no longer configured. */
  prune(servers: ReadonlyMap<string, readonly string[] | undefined>): void {
    for (const [server, tools] of this.#entries) {
      const listed = servers.get(server);
      if (!servers.has(server)) this.#entries.delete(server);
      else if (listed !== undefined) {
        for (const tool of tools.keys()) if (!listed.includes(tool)) tools.delete(tool);
      }
    }
  }

  /** Writes what was adopted, where there is a file already or `mode` makes one. Throws what the file system throws. */
  write(mode: LockMode): void {
    const makes = mode === 'approve';
    if (mode === 'check' || (!makes && (this.#text === undefined || !this.#isDirty))) return;
    const text = textOf(this.#entries);
    this.#isDirty = false;
    if (text === this.#text) return;
    replaceFile(this.#config.file, text, 0o644);
    this.#text = text;
  }
}

function reasonsOf(known: Entry, definition: unknown, findings: readonly string[]): string[] {
  const { parameters, open: isOpen, hints, hosts } = known;
  const reasons = introduced({ parameters, isOpen, hints, hosts }, traitsOf(definition));
  const fresh = findings.filter((rule) => !known.findings.includes(rule));
  return [...reasons, ...new Set(fresh.map((rule) => `a finding (${rule})`))];
}

function readLock(file: string): string | undefined {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat === undefined) return undefined;
  if (!stat.isFile() || stat.size > FILE_BYTES_MAX) {
    throw new Error(`${file} is no lock file: it is no file, or too large.`);
  }
  return readFileSync(file, 'utf8');
}

function entriesIn(text: string, file: string): Entries {
  let value: unknown;
  try {
    value = parse(text, { maxAliasCount: 0 });
  } catch {
    throw new Error(`${file} is no lock file: it is not YAML.`);
  }
  const read = fileSchema.safeParse(value);
  if (!read.success) {
    const where = read.error.issues[0]?.path.join('.') ?? '';
    throw new Error(`${file} is no lock file: "${where}" is not as it is written by Sluice.`);
  }
  return new Map(
    Object.entries(read.data.servers).map(([server, tools]) => [
      server,
      new Map(Object.entries(tools)),
    ]),
  );
}

/** In the order of names, so that the same content is the same text. */
function textOf(entries: Entries): string {
  const byName = <T>(map: ReadonlyMap<string, T>) =>
    [...map].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const servers = Object.fromEntries(
    byName(entries).map(([server, tools]) => [
      server,
      Object.fromEntries(byName(tools).map(([tool, entry]) => [tool, inOrder(entry)])),
    ]),
  );
  return HEAD + stringify({ version: 1, servers }, { lineWidth: 0, aliasDuplicateObjects: false });
}

function inOrder({ sha256, approved, parameters, open, hints, hosts, findings }: Entry): object {
  const sorted = Object.fromEntries(
    Object.entries(parameters).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
  return { sha256, approved, parameters: sorted, open, hints, hosts, findings };
}
