/**
 * The emergency stop: what is stopped now, whatever else is configured.
 *
 * Kept in a small file that survives a restart (`state.dir`). No file: nothing is stopped. A file that cannot be
 * read or understood stops everything, because it was written to stop something.
 */

import { z } from 'zod';
import { matches } from '../lib/glob.ts';
import type { Caller } from '../model.ts';

export const STOP_KINDS = ['all', 'server', 'tool', 'caller', 'tenant'] as const;

const NAME_MAX = 600;

const stopSchema = z.strictObject({
  kind: z.enum(STOP_KINDS),
  /** A server, `server.tool` with stars, the id of a caller, a tenant; '' for all. */
  name: z.string().max(NAME_MAX),
  /** ISO 8601. */
  since: z.string().max(64),
});
const fileSchema = z.strictObject({ stopped: z.array(stopSchema).max(10_000) });

export type Stop = Readonly<z.output<typeof stopSchema>>;

/** The stops in a file's text; undefined where it is not such a file. */
export function readStops(text: string): readonly Stop[] | undefined {
  try {
    const read = fileSchema.safeParse(JSON.parse(text));
    return read.success ? read.data.stopped : undefined;
  } catch {
    return undefined;
  }
}

/** Why this cannot be stopped, or undefined: a typing error must not leave somebody in the belief that something is. */
export function stopFault(
  kind: string,
  name: string,
  servers: readonly string[],
): string | undefined {
  if (!(STOP_KINDS as readonly string[]).includes(kind)) {
    return `What to stop is one of ${STOP_KINDS.join(', ')}.`;
  }
  if (kind === 'all') return name === '' ? undefined : '"all" takes no name.';
  if (name === '' || name.length > NAME_MAX) return `Say which ${kind}.`;
  if (kind === 'tool' && !name.includes('.')) return 'A tool is named "server.tool".';
  const server =
    kind === 'server' ? name : kind === 'tool' ? (name.split('.')[0] ?? '') : undefined;
  if (server === undefined || server.includes('*') || servers.includes(server)) return undefined;
  return `There is no server "${server}"; servers are ${servers.join(', ')}.`;
}

export function withoutStop(list: readonly Stop[], kind: string, name: string): readonly Stop[] {
  return list.filter((one) => one.kind !== kind || one.name !== name);
}

export function withStop(list: readonly Stop[], stop: Stop): readonly Stop[] {
  return [...withoutStop(list, stop.kind, stop.name), stop];
}

export function stopsText(stopped: readonly Stop[]): string {
  return `${JSON.stringify({ stopped }, null, 2)}\n`;
}

export class Stops {
  static readonly none = new Stops([]);
  readonly list: readonly Stop[];
  readonly isAny: boolean;
  readonly #isAll: boolean;
  readonly #servers: ReadonlySet<string>;
  readonly #callers: ReadonlySet<string>;
  readonly #tenants: ReadonlySet<string>;
  readonly #tools: readonly string[];
  readonly #drained: ReadonlySet<string>;

  /** `drained`: servers that get no more calls, while those that they have go on. */
  constructor(list: readonly Stop[], drained: ReadonlySet<string> = new Set()) {
    const named = (kind: Stop['kind']) =>
      list.filter((one) => one.kind === kind).map((s) => s.name);
    this.list = list;
    this.isAny = list.length > 0 || drained.size > 0;
    this.#drained = drained;
    this.#isAll = list.some((one) => one.kind === 'all');
    this.#servers = new Set(named('server'));
    this.#callers = new Set(named('caller'));
    this.#tenants = new Set(named('tenant'));
    this.#tools = named('tool');
  }

  /** Whether nothing of this caller goes on. */
  hasCaller({ id, tenant }: Caller): boolean {
    return this.#isAll || this.#callers.has(id) || (tenant !== '' && this.#tenants.has(tenant));
  }

  /** Whether a new call may not go there. */
  refusesTarget(server: string, original: string): boolean {
    return this.#drained.has(server) || this.hasTarget(server, original);
  }

  /** Whether nothing goes to this server, or not this by its own name ('' where it has none). */
  hasTarget(server: string, original: string): boolean {
    if (this.#isAll || this.#servers.has(server)) return true;
    const subject = `${server}.${original}`;
    return this.#tools.some((pattern) => matches(pattern, subject));
  }
}
