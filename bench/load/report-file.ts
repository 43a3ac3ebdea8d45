/**
 * A report that was kept in a file, checked as far as it is used: somebody may have named the wrong file.
 */

import { z } from 'zod';
import type { Report } from './report.ts';

export type { Report } from './report.ts';

const amount = z.number().nonnegative();
const latency = z.object({
  mean: amount,
  p50: amount,
  p90: amount,
  p99: amount,
  p999: amount,
  max: amount,
});
const schema = z.object({
  calls: amount,
  rps: amount,
  measuredMs: amount,
  sliceMs: z.number().positive(),
  errors: z.record(z.string(), amount),
  latencyUs: latency,
  timeline: z.array(z.object({ t: amount, calls: amount, p50: amount, p99: amount })).max(10_000),
});

export function readReport(text: string): Report | undefined {
  try {
    const value = JSON.parse(text) as unknown;
    return schema.safeParse(value).success ? (value as Report) : undefined;
  } catch {
    return undefined;
  }
}
