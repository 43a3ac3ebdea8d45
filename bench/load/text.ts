/**
 * A report for a person at a terminal. Words of servers are in it: the caller makes them harmless.
 */

import type { Difference } from './compare.ts';
import type { Knee } from './knee.ts';
import type { PlanSummary, Step } from './plan.ts';
import type { Report } from './report.ts';
import { sayBytes, sayCount, sayUs } from './units.ts';

const MANY_CORES = 0.9;

export function linesOf(report: Report): string[] {
  const { latencyUs, errors, samples, target, bytes } = report;
  const seconds = report.measuredMs / 1000;
  const lines = [
    `${report.plan.url}  ${planWords(report.plan, report)}`,
    `  ${report.plan.mix.map(stepWords).join(', ')}`,
    '',
    `  calls      ${sayCount(report.calls)} in ${seconds.toFixed(2)} s, ${sayCount(report.rps)} good ones per second`,
    `  latency    ${latencyWords(latencyUs)}`,
    `  bytes      ${sayBytes(bytes.sent)} sent, ${sayBytes(bytes.received)} received`,
  ];
  if (target !== undefined) {
    const { cpuUsPerCall, cores, rssBytes } = target;
    lines.push(
      `  target     ${sayUs(cpuUsPerCall)} CPU per call, ${cores.toFixed(2)} cores, ${sayBytes(rssBytes)} memory`,
    );
  }
  lines.push(`  generator  ${generatorWords(report)}`);
  const kinds = Object.entries(errors);
  if (kinds.length === 0) lines.push('  errors     none');
  for (const [kind, count] of kinds) {
    const sample = samples[kind] === undefined ? '' : `  (${samples[kind]})`;
    lines.push(`  errors     ${kind}: ${sayCount(count)}${sample}`);
  }
  return [...lines, ...warnings(report).map((words) => `  note       ${words}`)];
}

function planWords({ rate, connections, sessions }: PlanSummary, report: Report): string {
  const era = report.era === 'legacy' ? `legacy, sessions: ${sessions}` : 'modern';
  const loop =
    rate === undefined
      ? `closed loop, ${sayCount(connections)} connections`
      : `${sayCount(rate)} calls/s, ${report.connectionsUsed} of ${sayCount(connections)} connections used`;
  return `${era}, ${loop}`;
}

export function stepWords({ tool, method, size, weight }: Step): string {
  const what = tool === undefined ? method : `tools/call ${tool}`;
  const padded = size === undefined ? '' : ` of ${sayBytes(size)}`;
  return `${what}${padded}${weight === undefined ? '' : ` x ${weight}`}`;
}

function latencyWords(latency: Report['latencyUs']): string {
  const { mean, p50, p90, p99, p999, max } = latency;
  const pairs: [string, number][] = [
    ['mean', mean],
    ['p50', p50],
    ['p90', p90],
    ['p99', p99],
    ['p99.9', p999],
    ['max', max],
  ];
  return pairs.map(([name, us]) => `${name} ${sayUs(us)}`).join('  ');
}

function generatorWords({ generator }: Report): string {
  const { processes, cpuUsPerCall, cores, lateUs } = generator;
  const own = `${sayUs(cpuUsPerCall)} CPU per call, ${cores.toFixed(2)} cores`;
  const each = processes === 1 ? '' : ` in each of ${processes} processes`;
  const late =
    lateUs === undefined ? '' : `, late by p50 ${sayUs(lateUs.p50)} p99 ${sayUs(lateUs.p99)}`;
  return `${own}${each}${late}`;
}

/** What makes the figures worth less than they look. */
function warnings({ generator, latencyUs, calls }: Report): string[] {
  const words: string[] = [];
  const { lateUs, cores } = generator;
  if (calls === 0) words.push('no call belongs to the measurement');
  if (lateUs === undefined && cores > MANY_CORES) {
    words.push('the generator was the limit: try --clients');
  }
  if (lateUs !== undefined && calls > 0 && lateUs.p99 > latencyUs.p99 / 2) {
    words.push('much of p99 is the generator itself being late: is the machine busy?');
  }
  return words;
}

export function kneeLines({ limit, rate, isOpen, steps }: Knee): string[] {
  const rows = steps.map(
    (step) =>
      `  ${sayCount(step.rate).padStart(10)}/s  ${step.ok ? 'holds ' : 'breaks'}  p50 ${sayUs(step.p50)}  p99 ${sayUs(step.p99)}  errors ${sayCount(step.errors)}`,
  );
  const found = rate === 0 ? 'no rate that was tried holds it' : `${sayCount(rate)} calls/s`;
  return [...rows, `${limit}: ${found}${isOpen ? ', and perhaps more' : ''}`];
}

export function differenceLines(differences: readonly Difference[]): string[] {
  if (differences.length === 0) return ['compare: a run is too short to compare (10 slices)'];
  return differences.map(({ metric, value, other, ratio, low, high }) => {
    const say = metric === 'rps' ? sayCount : sayUs;
    const shown = low <= 1 && high >= 1 ? 'no difference shown' : 'differs';
    return `compare ${metric}: ${say(value)} against ${say(other)}, ratio ${ratio.toFixed(3)} (95 %: ${low.toFixed(3)} to ${high.toFixed(3)}), ${shown}`;
  });
}
