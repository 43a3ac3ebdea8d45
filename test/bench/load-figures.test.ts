import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { encodeIntoCompressedBase64 } from 'hdr-histogram-js';
import { compare } from '../../bench/load/compare.ts';
import { judgeGate, parseGate } from '../../bench/load/gate.ts';
import { findKnee } from '../../bench/load/knee.ts';
import { pageOf } from '../../bench/load/page.ts';
import { pickTool } from '../../bench/load/pick.ts';
import { hgrmOf, type Report, type Slice } from '../../bench/load/report.ts';
import { readReport } from '../../bench/load/report-file.ts';
import { readScenario } from '../../bench/load/scenario.ts';
import { newHistogram } from '../../bench/load/tally.ts';
import { linesOf } from '../../bench/load/text.ts';
import { parseBytes, parseMs, parseRate, sayBytes, sayUs } from '../../bench/load/units.ts';
import { temporaryFolder } from '../support/temp.ts';
import { LoadServer } from './load-server.ts';

const folder = temporaryFolder('load');

function report(rest: Partial<Report> = {}): Report {
  const histogram = newHistogram();
  for (let ms = 1; ms <= 1000; ms++) histogram.recordValue(ms * 1e6);
  return {
    plan: {
      url: 'http://127.0.0.1:1/mcp?a=<script>alert(1)</script>',
      era: 'auto',
      connections: 4,
      warmupMs: 0,
      durationMs: 2000,
      mix: [{ tool: 'echo' }],
      sessions: 'shared',
      tokens: 0,
      headers: [],
    },
    startedAt: '2026-11-20T00:00:00.000Z',
    era: 'modern',
    measuredMs: 2000,
    calls: 1000,
    warmupCalls: 0,
    errors: { 'rpc -32602': 2 },
    samples: { 'rpc -32602': '<img src=x>' },
    rps: 499,
    latencyUs: { mean: 500_500, p50: 500_000, p90: 900_000, p99: 990_000, p999: 999_000, max: 1e6 },
    histogram: encodeIntoCompressedBase64(histogram),
    sliceMs: 100,
    timeline: slices(20, (at) => 50 + (at % 3)),
    bytes: { sent: 1, received: 1 },
    connectionsUsed: 4,
    generator: { processes: 1, cpuUsPerCall: 10, cores: 0.1 },
    ...rest,
  };
}

function slices(count: number, callsAt: (at: number) => number): Slice[] {
  return Array.from({ length: count }, (_, at) => ({
    t: at * 100,
    calls: callsAt(at),
    p50: 1000 + at,
    p99: 2000 + at,
  }));
}

describe('quantities', () => {
  it('are read with their units and refused without sense', () => {
    assert.equal(parseBytes('2k'), 2048);
    assert.equal(parseBytes('1.5m'), 1_572_864);
    assert.equal(parseBytes('300'), 300);
    assert.equal(parseMs('1.5s'), 1500);
    assert.equal(parseMs('250us'), 0.25);
    assert.equal(parseMs('5'), undefined);
    assert.equal(parseRate('5000/s'), 5000);
    assert.equal(parseRate('5k'), 5000);
    for (const text of ['', 'k', '-1s', '1x', '1e3', 'constructor']) {
      assert.equal(parseBytes(text), undefined, text);
      assert.equal(parseMs(text), undefined, text);
    }
    assert.equal(sayUs(1234), '1.23 ms');
    assert.equal(sayBytes(2048), '2.00 KB');
  });
});

describe('a gate', () => {
  it('holds or breaks by its comparison and unit', () => {
    const target = { cpuUsPerCall: 20, cores: 1, rssBytes: 100 * 1024 * 1024 };
    const table: [string, boolean][] = [
      ['p99<1s', true],
      ['p99<990ms', false],
      ['p99<=990ms', true],
      ['p99.9 < 999001us', true],
      ['p999<999001us', true],
      ['errors=0', false],
      ['errors==2', true],
      ['errors<0.3%', true],
      ['errors<0.2%', false],
      ['rps>498', true],
      ['rps>=500/s', false],
      ['cpu<21us', true],
      ['rss<=100m', true],
      ['mean<500ms', false],
      ['calls=1000', true],
    ];
    for (const [text, expected] of table) {
      const gate = parseGate(text);
      assert.ok(gate, text);
      assert.equal(judgeGate(gate, report({ target })).ok, expected, text);
    }
  });

  it('that cannot be understood is none', () => {
    const bad = [
      'p99<2',
      'p98<2ms',
      'p99',
      'p99<',
      '<2ms',
      'p99!2ms',
      'errors=0ms',
      'rps>5k',
      'x<1',
      'p99<5%',
    ];
    for (const text of bad) assert.equal(parseGate(text), undefined, text);
  });

  it('on what is not known breaks', () => {
    const nothing = report({
      calls: 0,
      latencyUs: { mean: 0, p50: 0, p90: 0, p99: 0, p999: 0, max: 0 },
    });
    for (const text of ['p99<1s', 'cpu<1s', 'rss<1g', 'errors<1%']) {
      assert.equal(judgeGate(parseGate(text)!, nothing).ok, false, text);
    }
  });

  it('may be measured against a kept report', () => {
    const gate = parseGate('p99<1.2x:a/b.json')!;
    assert.equal(gate.baseline, 'a/b.json');
    assert.equal(judgeGate(gate, report(), report()).ok, true);
    const faster = { ...report().latencyUs, p99: 800_000 };
    assert.equal(judgeGate(gate, report(), report({ latencyUs: faster })).ok, false);
    assert.equal(judgeGate(gate, report()).ok, false);
  });
});

describe('the knee', () => {
  const gate = parseGate('p99<100ms')!;
  const at = (limit: number) => (rate: number) => {
    const p99 = rate <= limit ? 1000 : 1e6;
    const { plan, latencyUs } = report();
    const errors = {};
    return Promise.resolve(
      report({ plan: { ...plan, rate }, latencyUs: { ...latencyUs, p99 }, errors }),
    );
  };

  it('is the highest rate that held', async () => {
    const { knee, report: best } = await findKnee(gate, 100, at(1500), () => false);
    assert.ok(knee.rate > 1400 && knee.rate <= 1500, `${knee.rate}`);
    assert.equal(best.plan.rate, knee.rate);
    assert.equal(knee.isOpen, false);
    assert.ok(knee.steps.length < 12);
  });

  it('is open where nothing breaks the limit, and 0 where the first rate does', async () => {
    const open = await findKnee(gate, undefined, at(Number.POSITIVE_INFINITY), () => false);
    assert.equal(open.knee.isOpen, true);
    assert.ok(open.knee.steps.length <= 20);
    const none = await findKnee(gate, 1, at(0), () => false);
    assert.equal(none.knee.rate, 0);
  });

  it('does not lie where calls go wrong fast', async () => {
    const broken = () => Promise.resolve(report({ errors: { 'http 503': 500 } }));
    const { knee } = await findKnee(parseGate('p99<10s')!, 100, broken, () => false);
    assert.equal(knee.rate, 0);
  });
});

describe('a comparison', () => {
  it('of a run with itself shows no difference', () => {
    for (const { ratio, low, high } of compare(report(), report())) {
      assert.equal(ratio, 1);
      assert.ok(low <= 1 && high >= 1);
    }
  });

  it('shows a difference with an interval that leaves 1 out, the same every time', () => {
    const twice = report({ timeline: slices(20, (at) => 100 + (at % 3)) });
    const [rps] = compare(twice, report());
    assert.equal(rps!.metric, 'rps');
    assert.ok(rps!.ratio > 1.9 && rps!.low > 1.8 && rps!.high < 2.2);
    assert.deepEqual(compare(twice, report())[0], rps);
  });

  it('of runs with fewer than ten slices is none', () => {
    assert.deepEqual(compare(report(), report({ timeline: slices(9, () => 1) })), []);
  });
});

describe('a report', () => {
  it('is read back from JSON, and other JSON is not taken for one', () => {
    const text = JSON.stringify(report());
    assert.deepEqual(readReport(text), JSON.parse(text));
    for (const other of [
      '',
      '{}',
      '[]',
      '{"calls":1}',
      text.replace('"calls":1000', '"calls":"x"'),
    ]) {
      assert.equal(readReport(other), undefined);
    }
  });

  it('becomes text with every figure', () => {
    const text = linesOf(report()).join('\n');
    for (const part of ['1,000', 'p99 990 ms', 'max 1.00 s', 'rpc -32602: 2', 'generator']) {
      assert.ok(text.includes(part), part);
    }
  });

  it('becomes a distribution that HdrHistogram plotters read', () => {
    const rows = hgrmOf(report())
      .split('\n')
      .filter((line) => /^\s+\d/.test(line))
      .map((line) => line.trim().split(/\s+/).map(Number));
    assert.ok(rows.length > 10);
    assert.equal(rows.at(-1)![2], 1000);
    for (let at = 1; at < rows.length; at++) assert.ok(rows[at]![0]! >= rows[at - 1]![0]!);
    assert.ok(Math.abs(rows.at(-1)![0]! - 1000) < 2);
  });

  it('becomes a page that loads nothing and runs nothing', () => {
    const gates = [judgeGate(parseGate('p99<1s')!, report())];
    const page = pageOf(report(), gates);
    for (const part of ['p99 990 ms', 'held: p99&#60;1s', '<svg', '<polyline']) {
      assert.ok(page.includes(part), part);
    }
    assert.ok(page.includes("default-src 'none'"));
    const tags = page.match(/<[^>]+>/g)!.join('');
    assert.doesNotMatch(tags, /<script|<img|<link|<iframe|\ssrc=|\shref=|\son[a-z]+=/i);
    assert.doesNotMatch(page, /url\(|@import|NaN|Infinity/);
  });

  it('of a run without calls can be shown too', () => {
    const empty = report({
      calls: 0,
      timeline: [],
      histogram: encodeIntoCompressedBase64(newHistogram()),
      errors: {},
      samples: {},
    });
    assert.doesNotMatch(pageOf(empty, []), /NaN|Infinity/);
    assert.ok(linesOf(empty).length > 4);
  });
});

describe('a scenario file', () => {
  const read = (text: string) => {
    const file = join(folder, 'scenario');
    writeFileSync(file, text);
    return readScenario(file);
  };

  it('is YAML or JSON, a list or an object with a mix', () => {
    const mix = [
      { tool: 'echo', args: { message: '' }, size: 2048, weight: 9 },
      { method: 'resources/read', params: { uri: 'test://a' } },
    ];
    const yaml = `
- { tool: echo, args: { message: "" }, size: 2k, weight: 9 }
- { method: resources/read, uri: "test://a" }
`;
    assert.deepEqual(read(yaml), { ok: true, mix });
    assert.deepEqual(read(JSON.stringify({ mix })), { ok: true, mix });
  });

  it('with a fault is refused in words', () => {
    const bad = [
      '',
      '[]',
      '- { tool: a, method: b }',
      '- {}',
      '- { tool: a, wait: 1 }',
      '- { tool: a, weight: 0 }',
    ];
    for (const text of [...bad, '- { tool: a, size: big }', '{', '- { tool: a, expect: luck }']) {
      assert.equal(read(text).ok, false, text);
    }
    assert.equal(readScenario(join(folder, 'absent')).ok, false);
  });
});

describe('the tool that nobody named', () => {
  const text = { type: 'string' };
  const tool = (name: string, annotations: object, properties: object = {}) => ({
    name,
    annotations,
    inputSchema: { type: 'object', properties, required: Object.keys(properties) },
  });
  const destructive = tool('wipe', { destructiveHint: true });
  const silent = tool('unsaid', {}, { a: text });
  const harmless = tool('look', { readOnlyHint: true }, { a: text });
  const bare = tool('list_places', { readOnlyHint: true });
  const numbers = tool('add', { readOnlyHint: true }, { a: { type: 'number' } });
  const choice = tool('choose', { readOnlyHint: true }, { a: { ...text, enum: ['x'] } });
  const echo = tool('files__echo', {}, { message: text });
  const badEcho = tool('echo', { destructiveHint: true }, { message: text });

  it('is an echo, else one that is annotated as harmless and wants nothing, else one that wants text', async (t) => {
    const table: [object[], string][] = [
      [[destructive, silent, harmless, echo], 'files__echo'],
      [[badEcho, numbers, choice, silent, harmless, bare], 'list_places'],
      [[badEcho, numbers, choice, silent, harmless], 'look'],
    ];
    for (const [tools, expected] of table) {
      const server = await LoadServer.start(t, { tools });
      const { step } = await pickTool({ url: server.url, era: 'auto' });
      assert.equal(step.tool, expected);
      assert.equal(server.calls.length, 0);
    }
  });

  it('is none where none says that it is harmless', async (t) => {
    for (const tools of [[], [destructive, silent, badEcho, numbers, choice]]) {
      const server = await LoadServer.start(t, { tools });
      await assert.rejects(pickTool({ url: server.url, era: 'auto' }), { fault: 'plan' });
      assert.equal(server.calls.length, 0);
    }
  });
});
