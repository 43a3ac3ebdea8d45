/**
 * The `limits` part of the file: how much anybody may call, each entry one limit.
 *
 * What an entry says is checked here as far as one entry can be wrong by itself; that ids are different is, too.
 */

import { z } from 'zod';

const PERIODS_MS = { s: 1000, min: 60_000, h: 3_600_000 } as const;
const LIMITS_MAX = 64;
const COUNT_MAX = 1_000_000_000;

export const KEYS = ['caller', 'agent', 'user', 'tenant', 'address', 'server', 'tool'] as const;
export type KeyPart = (typeof KEYS)[number];

const pattern = z
  .string()
  .max(256)
  .regex(/^[^.]+\..+$/, '"server.tool", both as the server names them, with * for any text');

const count = (digits: string) => Number(digits);
const inRange = (text: string) => {
  const value = Number.parseInt(text, 10);
  return value >= 1 && value <= COUNT_MAX;
};

const rate = z
  .string()
  .regex(/^\d{1,10}\/(?:s|min|h)$/, '"100/s", "100/min" or "100/h"')
  .refine(inRange, `from 1 to ${COUNT_MAX}`)
  .transform((text) => {
    const [digits = '', period = 's'] = text.split('/');
    return { count: count(digits), periodMs: PERIODS_MS[period as keyof typeof PERIODS_MS] };
  });

const quota = z
  .string()
  .regex(/^\d{1,10}\/(?:hour|day|month)$/, '"1000/hour", "10000/day" or "100000/month"')
  .refine(inRange, `from 1 to ${COUNT_MAX}`)
  .transform((text) => {
    const [digits = '', period = 'day'] = text.split('/');
    return { count: count(digits), period: period as 'hour' | 'day' | 'month' };
  });

const loop = z
  .strictObject({
    times: z.int().min(1).max(10_000).describe('So many equal calls are let through.'),
    windowMs: z
      .int()
      .min(100)
      .max(86_400_000)
      .default(60_000)
      .describe('Counted from the first of them.'),
  })
  .describe('Refuses a call that repeats the same tool with the same bytes of arguments.');

const limit = z
  .strictObject({
    id: z
      .string()
      .regex(/^[A-Za-z0-9_.-]{1,64}$/, 'letters, digits, "_", "." and "-", at most 64')
      .describe('Named in refusals, the log and the journal of quotas.'),
    key: z
      .array(z.enum(KEYS))
      .max(KEYS.length)
      .default(['caller'])
      .describe(
        'Whose calls are counted together: one count for each combination of these. [] is one count for all. ' +
          'Callers without an agent, user or tenant share that of "none"; an IPv6 address counts by its /64.',
      ),
    tools: z
      .array(pattern)
      .min(1)
      .max(256)
      .optional()
      .describe(
        'Calls of these tools only. Without it: every call, also of prompts and resources.',
      ),
    rate: rate
      .optional()
      .describe('How fast calls may come for long: "100/s", "100/min", "100/h".'),
    burst: z
      .int()
      .min(1)
      .max(COUNT_MAX)
      .optional()
      .describe('How many may come at once. Default: the number of `rate`.'),
    quota: quota
      .optional()
      .describe(
        'How many in an hour, day or month of the calendar in UTC: "10000/day". Survives a restart.',
      ),
    concurrent: z.int().min(1).max(1_000_000).optional().describe('How many at one time.'),
    unit: z
      .enum(['calls', 'cost', 'tokens'])
      .default('calls')
      .describe(
        'What `rate` and `quota` count: calls, what they cost (`cost`), or tokens of results, estimated as bytes / 4 ' +
          'and known only afterwards, so that the last call may go over.',
      ),
    cost: z
      .record(pattern, z.number().min(0).max(1_000_000))
      .optional()
      .describe(
        'With `unit: cost`: the price of a call by tool. The pattern with more letters wins; others cost 1.',
      ),
    loop: loop.optional(),
    mode: z
      .enum(['enforce', 'observe'])
      .default('enforce')
      .describe('`observe` refuses nothing and logs what it would have refused.'),
    keysMax: z
      .int()
      .min(8)
      .max(4_194_304)
      .default(65_536)
      .describe(
        'How many keys are told apart at one time, at 16 bytes each for `rate` and `quota`. Above it keys begin to share.',
      ),
  })
  .check(({ value, issues }) => {
    const fault = (path: string, message: string) =>
      issues.push({ code: 'custom', path: [path], message, input: value });
    const limits = [value.rate, value.quota, value.concurrent, value.loop];
    if (limits.every((one) => one === undefined)) {
      fault('id', 'a limit: give it "rate", "quota", "concurrent" or "loop"');
    }
    if (value.burst !== undefined && value.rate === undefined) fault('burst', 'beside a "rate"');
    if (value.cost !== undefined && value.unit !== 'cost') fault('cost', 'beside "unit: cost"');
    if (new Set(value.key).size < value.key.length) fault('key', 'a list without doubles');
    const counts = value.rate !== undefined || value.quota !== undefined;
    if (value.unit !== 'calls' && !counts) fault('unit', 'left out: nothing counts in this unit');
    const dearest = Math.max(1, ...Object.values(value.cost ?? {}));
    const room = Math.min(
      value.rate === undefined ? COUNT_MAX : (value.burst ?? value.rate.count),
      value.quota?.count ?? COUNT_MAX,
    );
    if (dearest > room) fault('cost', `at most ${room} each, or such a tool could never be called`);
  });

export const limitsSchema = z
  .array(limit)
  .max(LIMITS_MAX)
  .check(({ value, issues }) => {
    const seen = new Set<string>();
    for (const [at, { id }] of value.entries()) {
      if (seen.has(id)) {
        const message = 'different from the ids of other limits';
        issues.push({ code: 'custom', path: [at, 'id'], message, input: value });
      }
      seen.add(id);
    }
  })
  .default([])
  .describe('How much may be called. A call must be within every limit that it falls under.');

export type LimitConfig = Readonly<z.output<typeof limit>>;
export type LimitsConfig = readonly LimitConfig[];
