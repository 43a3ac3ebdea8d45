/**
 * A report as one HTML file that loads nothing: figures, the distribution and the time-line as drawings in it.
 *
 * A server's words and a URL come into it as text only; the page's own policy forbids scripts and everything remote.
 */

import type { Judged } from './gate.ts';
import type { Report } from './report.ts';
import { decode } from './tally.ts';
import { linesOf } from './text.ts';
import { sayCount, sayUs } from './units.ts';

const WIDTH = 760;
const HEIGHT = 280;
const LEFT = 80;
const BOTTOM = 30;
const TOP = 14;
const NINES_MAX = 6;

type Point = readonly [x: number, y: number];

interface Line {
  readonly name: string;
  readonly colour: string;
  readonly points: readonly Point[];
}

export function pageOf(report: Report, gates: readonly Judged[]): string {
  const passed = gates.map(
    ({ ok, words }) =>
      `<li class="${ok ? 'ok' : 'bad'}">${ok ? 'held' : 'broken'}: ${escaped(words)}</li>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Load of ${escaped(report.plan.url)}</title>
<style>
body { font: 15px/1.5 system-ui, sans-serif; margin: 2em auto; max-width: ${WIDTH}px; color: #222; background: #fff; }
pre { white-space: pre-wrap; background: #f4f4f4; padding: 1em; }
svg { width: 100%; height: auto; font-size: 12px; }
.ok { color: #17652f; } .bad { color: #a3151f; font-weight: bold; }
</style>
</head>
<body>
<h1>Load of ${escaped(report.plan.url)}</h1>
<p>Measured from ${escaped(report.startedAt)} on.</p>
<pre>${escaped(linesOf(report).join('\n'))}</pre>
${passed.length === 0 ? '' : `<h2>Gates</h2><ul>${passed.join('')}</ul>`}
<h2>Latency by percentile</h2>
${percentiles(report)}
<h2>Latency over time</h2>
${timeline(report)}
<h2>Calls per second over time</h2>
${throughput(report)}
</body>
</html>
`;
}

/** Each step to the right is a tenth of the calls that are left: 90 %, 99 %, 99.9 %. */
function percentiles(report: Report): string {
  const histogram = decode(report.histogram);
  const nines = Math.min(NINES_MAX, Math.max(1, Math.log10(Math.max(10, histogram.totalCount))));
  const points = Array.from({ length: 101 }, (_, at): Point => {
    const x = (at / 100) * nines;
    return [x, histogram.getValueAtPercentile(100 * (1 - 10 ** -x)) / 1000];
  });
  const ticks = Array.from({ length: Math.floor(nines) + 1 }, (_, at): [number, string] => [
    at,
    at === 0 ? '0 %' : `${(100 * (1 - 10 ** -at)).toFixed(Math.max(0, at - 2))} %`,
  ]);
  return chart([{ name: 'latency', colour: '#1f5fa8', points }], nines, ticks, sayUs);
}

function timeline(report: Report): string {
  const { timeline: slices } = report;
  const line = (name: 'p50' | 'p99', colour: string) => ({
    name,
    colour,
    points: slices.filter(({ calls }) => calls > 0).map((one): Point => [one.t, one[name]]),
  });
  const lines = [line('p50', '#1f5fa8'), line('p99', '#c0501a')];
  return chart(lines, slices.at(-1)?.t ?? 1, seconds(report), sayUs);
}

function throughput(report: Report): string {
  const points = report.timeline.map((one): Point => [one.t, (one.calls * 1000) / report.sliceMs]);
  const lines = [{ name: 'calls/s', colour: '#17652f', points }];
  return chart(lines, report.timeline.at(-1)?.t ?? 1, seconds(report), sayCount);
}

function seconds({ timeline: slices }: Report): [number, string][] {
  const end = slices.at(-1)?.t ?? 0;
  return [0, 0.25, 0.5, 0.75, 1].map((share) => [
    share * end,
    `${((share * end) / 1000).toFixed(2)} s`,
  ]);
}

function chart(
  lines: readonly Line[],
  xMax: number,
  ticks: readonly (readonly [number, string])[],
  say: (value: number) => string,
): string {
  const yMax = Math.max(1e-9, ...lines.flatMap(({ points }) => points.map(([, y]) => y)));
  const xOf = (x: number) => LEFT + ((WIDTH - LEFT - 20) * x) / (xMax || 1);
  const yOf = (y: number) => HEIGHT - BOTTOM - ((HEIGHT - BOTTOM - TOP) * y) / yMax;
  const at = (value: number) => value.toFixed(1);
  const grid = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const y = at(yOf(share * yMax));
    return `<path d="M${LEFT} ${y}H${WIDTH - 20}" stroke="#ddd"/><text x="${LEFT - 6}" y="${y}" text-anchor="end" dominant-baseline="middle">${escaped(say(share * yMax))}</text>`;
  });
  const labels = ticks.map(
    ([x, text]) =>
      `<text x="${at(xOf(x))}" y="${HEIGHT - 8}" text-anchor="middle">${escaped(text)}</text>`,
  );
  const paths = lines.map(({ name, colour, points }, index) => {
    const path = points.map(([x, y]) => `${at(xOf(x))},${at(yOf(y))}`).join(' ');
    return `<polyline fill="none" stroke="${colour}" stroke-width="1.5" points="${path}"/><text x="${LEFT + 10}" y="${TOP + 14 * (index + 1)}" fill="${colour}">${escaped(name)}</text>`;
  });
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img">${grid.join('')}${labels.join('')}${paths.join('')}</svg>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
