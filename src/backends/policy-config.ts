/**
 * The parts of a server's entry that say what happens when it fails or is slow, and what of its answers is kept.
 *
 * Per tool only what shall differ is given; `tool-policy.ts` joins it with what the server has.
 */

import { z } from 'zod';

const MIB = 1024 * 1024;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const minCalls = z.int().min(1).max(1_000_000);
const percent = z.int().min(1).max(100);
const duration = z.int().min(1).max(DAY_MS);

const SLOW_MS = 'A call that takes longer is slow. Without it no call is.';

export const breakerSchema = z
  .strictObject({
    enabled: z
      .boolean()
      .default(true)
      .describe('Whether calls are refused at once while the server, or one of its tools, fails.'),
    windowMs: z
      .int()
      .min(100)
      .max(HOUR_MS)
      .default(10_000)
      .describe('How far back calls are looked at.'),
    minCalls: minCalls.default(20).describe('With fewer calls in the window nothing is judged.'),
    failurePercent: percent
      .default(50)
      .describe(
        'Opens where so many of them failed: no answer, none in time, or an internal error. An answer with `isError`, ' +
          'and errors that are about the request, are no failures.',
      ),
    slowMs: duration.optional().describe(SLOW_MS),
    slowPercent: percent.default(80).describe('Opens where so many of them were slow.'),
    openMs: duration
      .default(5000)
      .describe('How long calls are refused before some are let through to see.'),
    probes: z
      .int()
      .min(1)
      .max(100)
      .default(3)
      .describe(
        'How many are let through then. It closes when so many succeeded, and one failure opens it anew.',
      ),
  })
  .prefault({})
  .describe('Refuses calls of a server or tool that fails anyway.');

const toolBreakerSchema = z.strictObject({
  enabled: z
    .boolean()
    .optional()
    .describe('`false`: calls of this tool are neither counted nor refused.'),
  minCalls: minCalls.optional().describe('As `breaker.minCalls`, for this tool.'),
  failurePercent: percent.optional().describe('As `breaker.failurePercent`, for this tool.'),
  slowMs: duration.optional().describe('As `breaker.slowMs`, for this tool.'),
  slowPercent: percent.optional().describe('As `breaker.slowPercent`, for this tool.'),
  openMs: duration.optional().describe('As `breaker.openMs`, for this tool.'),
  probes: z.int().min(1).max(100).optional().describe('As `breaker.probes`, for this tool.'),
});

export const retrySchema = z
  .strictObject({
    percent: z
      .int()
      .min(0)
      .max(100)
      .default(10)
      .describe('Calls that may reach the server a second time, of a hundred.'),
    min: z
      .int()
      .min(0)
      .max(10_000)
      .default(10)
      .describe('Calls that may do so in any ten seconds, however few there are.'),
  })
  .prefault({})
  .describe(
    'A call that its server surely never got is sent again once, to another process where there is one. One that ' +
      'it may have got only where it is safe: reads, prompts, completions, and tools that the server says are read-only ' +
      'or idempotent.',
  );

export const listsSchema = z
  .strictObject({
    ttlMs: z
      .int()
      .min(0)
      .max(DAY_MS)
      .default(60_000)
      .describe(
        'How long lists are kept of a server that neither announces changes nor says how long.',
      ),
  })
  .prefault({})
  .describe('The lists of tools, prompts and resources of this server.');

const toolCacheSchema = z.strictObject({
  ttlMs: z
    .int()
    .min(1)
    .max(7 * DAY_MS)
    .describe('How long a result answers equal calls. The server may say less, not more.'),
  scope: z
    .enum(['caller', 'public'])
    .default('caller')
    .describe(
      'Whom a result may answer: the caller who asked, or everybody. What the server marks `private` goes to nobody else.',
    ),
  maxBytes: z
    .int()
    .min(1)
    .max(64 * MIB)
    .default(MIB)
    .describe('A larger result is not kept.'),
  ifReadOnly: z
    .boolean()
    .default(false)
    .describe('Only for those of the matching tools that are read-only.'),
});

const staleSchema = z.strictObject({
  maxAgeMs: z
    .int()
    .min(1)
    .max(7 * DAY_MS)
    .describe(
      'Where the server cannot answer, a kept result up to this age does, marked `dev.sluice/staleAgeMs` in `_meta`; ' +
        'read-only tools only.',
    ),
});

const toolSchema = z
  .strictObject({
    timeoutMs: duration.optional().describe('How long one call of it may wait for its answer.'),
    progressResetsDeadline: z
      .boolean()
      .optional()
      .describe('As `progressResetsDeadline`, for this tool.'),
    readOnly: z
      .boolean()
      .optional()
      .describe('Whether it changes nothing; default: what the server says (`readOnlyHint`).'),
    retry: z
      .boolean()
      .optional()
      .describe(
        'Whether a call that may have run can be made again; default: where it is read-only, or the server says ' +
          '`idempotentHint`.',
      ),
    cache: toolCacheSchema
      .optional()
      .describe('Keeps results, and lets equal calls at one time reach the server once.'),
    stale: staleSchema.optional().describe('Answers with a kept result rather than a failure.'),
    breaker: toolBreakerSchema.optional().describe('The circuit breaker of this tool.'),
  })
  .refine(({ cache, stale }) => stale === undefined || cache !== undefined, {
    path: ['stale'],
    message: 'goes with `cache`: without it there is no result to show',
  });

export const toolsSchema = z
  .record(z.string().min(1).max(256), toolSchema)
  .refine((tools) => Object.keys(tools).length <= 1024, 'at most 1024 patterns')
  .default({})
  .describe(
    "What differs for single tools, by patterns over the server's own names, with * for any text. Where several match, " +
      'each setting is taken from the one with most letters that has it.',
  );

export const failureKeys = {
  progressResetsDeadline: z
    .boolean()
    .default(false)
    .describe('Whether progress gives a call its time anew, up to `progressMaxMs` in all.'),
  progressMaxMs: duration
    .default(HOUR_MS)
    .describe('The most that a call may take however much progress it reports.'),
  retry: retrySchema,
  breaker: breakerSchema,
  lists: listsSchema,
  tools: toolsSchema,
};

export type BreakerConfig = Readonly<z.output<typeof breakerSchema>>;
export type RetryConfig = Readonly<z.output<typeof retrySchema>>;
export type ToolConfig = Readonly<z.output<typeof toolSchema>>;
export type ToolsConfig = Readonly<z.output<typeof toolsSchema>>;

/** What the state of one session or caller made must not answer others: that would undo the choice of the pool. */
export function cachesPersonal(entry: { pool: { mode: string }; tools: ToolsConfig }): boolean {
  const { mode } = entry.pool;
  return Object.values(entry.tools).some(({ cache }) => {
    if (cache === undefined) return false;
    return mode === 'session' || (mode === 'caller' && cache.scope === 'public');
  });
}
