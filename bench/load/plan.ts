/**
 * What is to be measured, and its bounds. A plan is plain data: it crosses to the generator's process as it is.
 *
 * Secrets (tokens, header values) are in the plan and never in a report; `PlanSummary` is what a report keeps.
 */

export type PlanEra = 'modern' | 'legacy' | 'auto';

/** One kind of call and how often it comes. Either `tool` (a tools/call) or `method`. */
export interface Step {
  readonly tool?: string;
  readonly args?: Readonly<Record<string, unknown>>;
  /** `ping` and `server/discover` stand for each other: each era has one of them. */
  readonly method?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  /** Bytes of the whole JSON-RPC message: its first string argument is padded until it has that size, by nine letters at least. */
  readonly size?: number;
  /** Default 1. Fractions are fine. */
  readonly weight?: number;
  /** What counts as good. Default `result`; with `error` a JSON-RPC error or a tool's isError is the good answer. */
  readonly expect?: 'result' | 'error';
}

export interface Plan {
  readonly url: string;
  readonly era: PlanEra;
  /** Closed loop: callers, each with one call at a time. Open loop: how many connections there may be. */
  readonly connections: number;
  /** Calls per second on a fixed schedule (open loop). Without it as fast as answers come (closed loop). */
  readonly rate?: number;
  readonly warmupMs: number;
  readonly durationMs: number;
  readonly mix: readonly Step[];
  /** Several take turns: by call, or by connection where each has a session of its own. */
  readonly token?: string | readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
  /** Processes whose CPU time and memory are the target's (Linux). */
  readonly pids?: readonly number[];
  /** Legacy only: a session for each connection, or one for all (one for each token). */
  readonly sessions: 'connection' | 'shared';
  /** How long one call may take. Default 10 s. */
  readonly timeoutMs?: number;
}

/** The plan without what must not be in a file that is passed around: tokens, and the values of headers. */
export interface PlanSummary extends Omit<Plan, 'token' | 'headers'> {
  readonly tokens: number;
  readonly headers: readonly string[];
}

export const CONNECTIONS_MAX = 10_000;
export const DURATION_MS_MAX = 3_600_000;
export const RATE_MAX = 10_000_000;
export const RESPONSE_BYTES_MAX = 64 * 1024 * 1024;
export const SIZE_MAX = 16 * 1024 * 1024;
export const STEPS_MAX = 256;
export const TOKENS_MAX = 10_000;
export const PIDS_MAX = 1024;
export const TIMEOUT_MS = 10_000;

export function tokensOf({ token }: Pick<Plan, 'token'>): readonly string[] {
  if (token === undefined) return [];
  return typeof token === 'string' ? [token] : token;
}

export function summaryOf(plan: Plan): PlanSummary {
  const { token: _token, headers = {}, ...rest } = plan;
  return { ...rest, tokens: tokensOf(plan).length, headers: Object.keys(headers) };
}

/** What is wrong with a plan, in words; undefined when nothing is. */
export function planFault(plan: Plan): string | undefined {
  const { connections, rate, warmupMs, durationMs, timeoutMs = TIMEOUT_MS } = plan;
  if (!URL.canParse(plan.url)) return `"${plan.url}" is not a URL.`;
  const url = new URL(plan.url);
  if (!/^https?:$/.test(url.protocol)) return 'The URL must begin with http:// or https://.';
  if (url.username !== '' || url.password !== '') return 'A URL must not carry a password.';
  if (!within(connections, 1, CONNECTIONS_MAX) || !Number.isInteger(connections)) {
    return `The connections must be 1 to ${CONNECTIONS_MAX}.`;
  }
  if (rate !== undefined && !within(rate, 0.01, RATE_MAX)) {
    return `The rate must be 0.01 to ${RATE_MAX} calls per second.`;
  }
  if (!within(durationMs, 1, DURATION_MS_MAX)) return 'The duration must be 1 ms to 1 h.';
  if (!within(warmupMs, 0, DURATION_MS_MAX)) return 'The warm-up must be 0 to 1 h.';
  if (!within(timeoutMs, 1, DURATION_MS_MAX)) return 'The timeout must be 1 ms to 1 h.';
  if (!within(plan.mix.length, 1, STEPS_MAX)) return `A mix has 1 to ${STEPS_MAX} kinds of calls.`;
  if (tokensOf(plan).length > TOKENS_MAX) return `There are more than ${TOKENS_MAX} tokens.`;
  if ((plan.pids?.length ?? 0) > PIDS_MAX) return `There are more than ${PIDS_MAX} processes.`;
  const headers = [
    ...Object.entries(plan.headers ?? {}),
    ...tokensOf(plan).map((one) => ['t', one]),
  ];
  // A line break in a header would be a header, or a request, of its own.
  const bad = headers.find(([name, value]) => !NAME.test(name!) || !VALUE.test(value!));
  if (bad !== undefined) return `A header or a token has a character that no header may have.`;
  return plan.mix.map(stepFault).find((fault) => fault !== undefined);
}

const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const VALUE = /^[\x20-\x7e\t]*$/;

function stepFault(step: Step): string | undefined {
  if ((step.tool === undefined) === (step.method === undefined)) {
    return 'Each kind of call names either a tool or a method.';
  }
  if (!within(step.weight ?? 1, 1e-6, 1e9)) return 'A weight must be above 0.';
  if (step.size !== undefined && !within(step.size, 0, SIZE_MAX)) {
    return `A size must be at most ${SIZE_MAX} bytes.`;
  }
  if (step.size !== undefined && !Object.values(argumentsOf(step)).some(isText)) {
    return `"${step.tool ?? step.method}" has no string argument that could be padded to a size.`;
  }
  return undefined;
}

/** The object that a size pads. */
export function argumentsOf(step: Step): Readonly<Record<string, unknown>> {
  return (step.tool === undefined ? step.params : step.args) ?? {};
}

function within(value: number, min: number, max: number): boolean {
  return value >= min && value <= max;
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
