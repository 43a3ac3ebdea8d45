/**
 * Sums over calls: how many, how they ended, how many bytes and about how many tokens, and what that costs.
 */

import { matches } from '../lib/glob.ts';
import { fieldOf } from './index-file.ts';
import type { AuditRecord } from './record.ts';

/** Characters of JSON per token of English or code are about four; of other scripts and of base64 fewer. As in limits. */
const BYTES_PER_TOKEN = 4;

/**
 * Groups that are told apart: a caller can invent a tool's name with each call, and what reads the log has to hold them all.
 * Whoever invents names is refused, so refused calls alone open half of them at most, and leave room for what there is.
 */
export const GROUPS_MAX = 10_000;
/** What the dimensions of all further ones are called. */
export const OTHERS = '(others)';

export const DIMENSIONS = {
  caller: 'caller.id',
  tenant: 'caller.tenant',
  user: 'caller.user',
  agent: 'caller.agent',
  credential: 'caller.credential',
  server: 'server',
  tool: '',
  method: 'method',
  outcome: 'outcome',
  refusal: 'refusal',
  day: '',
  month: '',
} as const;
export type Dimension = keyof typeof DIMENSIONS;

/** What a call of the tools under a pattern costs: by itself, and per million tokens of what went in and out. */
export interface Price {
  readonly pattern: string;
  readonly perCall: number;
  readonly perMillion: number;
}

export interface Sum {
  readonly by: readonly string[];
  calls: number;
  ok: number;
  toolErrors: number;
  refused: number;
  failed: number;
  cancelled: number;
  /** Answered from memory: they cost the server nothing. */
  cached: number;
  bytesIn: number;
  bytesOut: number;
  tokens: number;
  cost: number;
  us: number;
}

const COUNTED: Readonly<Record<string, 'ok' | 'toolErrors' | 'refused' | 'failed' | 'cancelled'>> =
  {
    ok: 'ok',
    tool_error: 'toolErrors',
    refused: 'refused',
    failed: 'failed',
    cancelled: 'cancelled',
  };

export class Sums {
  readonly #dimensions: readonly Dimension[];
  readonly #prices: readonly Price[];
  readonly #sums = new Map<string, Sum>();
  #others: Sum | null = null;

  constructor(dimensions: readonly Dimension[], prices: readonly Price[]) {
    this.#dimensions = dimensions;
    this.#prices = prices;
  }

  add(record: AuditRecord): void {
    if (record.kind !== 'call') return;
    const sum = this.#sumOf(record);
    const counted = COUNTED[String(record.outcome)];
    const bytesIn = Number(record.bytesIn ?? 0);
    const bytesOut = Number(record.bytesOut ?? 0);
    const tokens = Math.ceil((bytesIn + bytesOut) / BYTES_PER_TOKEN);
    sum.calls += 1;
    if (counted !== undefined) sum[counted] += 1;
    if (record.cache === 'hit' || record.cache === 'stale') sum.cached += 1;
    sum.bytesIn += bytesIn;
    sum.bytesOut += bytesOut;
    sum.tokens += tokens;
    sum.us += Number(fieldOf(record, 'us.total') ?? 0);
    // Whoever was refused got nothing to pay for.
    if (record.outcome === 'ok' || record.outcome === 'tool_error')
      sum.cost += this.#cost(record, tokens);
  }

  #sumOf(record: AuditRecord): Sum {
    const by = this.#dimensions.map((dimension) => groupOf(record, dimension));
    const key = JSON.stringify(by);
    const known = this.#sums.get(key);
    if (known !== undefined) return known;
    const places = record.outcome === 'refused' ? GROUPS_MAX / 2 : GROUPS_MAX;
    if (this.#sums.size >= places) {
      this.#others ??= emptySum(by.map(() => OTHERS));
      return this.#others;
    }
    const sum = emptySum(by);
    this.#sums.set(key, sum);
    return sum;
  }

  #cost(record: AuditRecord, tokens: number): number {
    const tool = toolOf(record);
    const price = this.#prices.find(({ pattern }) => matches(pattern, tool));
    return price === undefined ? 0 : price.perCall + (price.perMillion * tokens) / 1e6;
  }

  /** The largest first, and last what the others come to. */
  all(): Sum[] {
    const sums = [...this.#sums.values()].toSorted((a, b) => b.calls - a.calls);
    return this.#others === null ? sums : [...sums, this.#others];
  }

  /** Calls of groups that are not told apart. */
  get otherCalls(): number {
    return this.#others?.calls ?? 0;
  }
}

function emptySum(by: readonly string[]): Sum {
  const ended = { ok: 0, toolErrors: 0, refused: 0, failed: 0, cancelled: 0, cached: 0 };
  return { by, calls: 0, ...ended, bytesIn: 0, bytesOut: 0, tokens: 0, cost: 0, us: 0 };
}

function groupOf(record: AuditRecord, dimension: Dimension): string {
  if (dimension === 'tool') return toolOf(record);
  if (dimension === 'day') return String(record.time).slice(0, 10);
  if (dimension === 'month') return String(record.time).slice(0, 7);
  return String(fieldOf(record, DIMENSIONS[dimension]) ?? '');
}

/** As patterns name it; for what calls no tool, the method. */
function toolOf({ server, original, tool, method }: AuditRecord): string {
  if (method !== 'tools/call') return String(method);
  // A name that nobody knows is as it was asked for.
  return `${String(server ?? '')}.${String(original || tool || '')}`;
}
