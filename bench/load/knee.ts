/**
 * The highest rate at which a limit still holds: doubles the rate until it breaks, then halves the gap.
 *
 * A rate holds when the gate does and at least 99 of 100 calls went well, so that a server which drops what it cannot
 * do does not pass for a fast one.
 */

import { type Gate, judgeGate } from './gate.ts';
import type { Report } from './report.ts';

const FIRST_RATE = 100;
const DOUBLINGS_MAX = 16;
const HALVINGS = 4;
const GOOD_SHARE = 0.99;

export interface KneeStep {
  readonly rate: number;
  readonly ok: boolean;
  readonly rps: number;
  readonly p50: number;
  readonly p99: number;
  readonly errors: number;
}

export interface Knee {
  readonly limit: string;
  /** 0 where not even the first rate held. */
  readonly rate: number;
  /** The limit held at every rate that was tried: the knee lies beyond. */
  readonly isOpen: boolean;
  readonly steps: readonly KneeStep[];
}

/** `measure` runs at one rate; `isStopped` ends the search with what is known. Also gives the report of the knee. */
export async function findKnee(
  gate: Gate,
  startRate: number | undefined,
  measure: (rate: number) => Promise<Report>,
  isStopped: () => boolean,
): Promise<{ knee: Knee; report: Report }> {
  const steps: KneeStep[] = [];
  let best: Report | undefined;
  let last: Report | undefined;
  const holdsAt = async (rate: number): Promise<boolean> => {
    const report = await measure(rate);
    const step = stepOf(gate, rate, report);
    // A step that was cut short proves nothing.
    if (!isStopped()) steps.push(step);
    last = report;
    if (step.ok && !isStopped()) best = report;
    return step.ok;
  };
  let low = 0;
  let high = startRate ?? FIRST_RATE;
  let isBroken = !(await holdsAt(high));
  for (let i = 0; i < DOUBLINGS_MAX && !isBroken && !isStopped(); i++) {
    low = high;
    high *= 2;
    isBroken = !(await holdsAt(high));
  }
  for (let i = 0; i < HALVINGS && isBroken && !isStopped(); i++) {
    const middle = Math.max(1, Math.round((low + high) / 2));
    if (middle >= high || middle <= low) break;
    if (await holdsAt(middle)) low = middle;
    else high = middle;
  }
  const knee = { limit: gate.text, rate: best?.plan.rate ?? 0, isOpen: !isBroken, steps };
  return { knee, report: best ?? last! };
}

function stepOf(gate: Gate, rate: number, report: Report): KneeStep {
  const errors = Object.values(report.errors).reduce((sum, count) => sum + count, 0);
  const isServed = report.calls > 0 && (report.calls - errors) / report.calls >= GOOD_SHARE;
  const { p50, p99 } = report.latencyUs;
  const ok = isServed && judgeGate(gate, report).ok;
  return { rate, ok, rps: report.rps, p50, p99, errors };
}
