/**
 * What inspection costs: engines beside each other, a message clean and dirty, the hop to another thread, hostile input.
 *
 *   node dist/bench/micro/inspect.js [--re2 FOLDER]     FOLDER holds an installed `re2` package, for its rows of the tables
 *
 * Text comes from the project's own documents, so that the figures can be had anywhere.
 */

import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Piscina } from 'piscina';
import { RE2JS } from 're2js';
import { Automaton, compile } from '../../src/inspect/automaton.ts';
import { OWN_DETECTORS, OWN_RULES, ownRules } from '../../src/inspect/catalog.ts';
import { Linear } from '../../src/inspect/linear.ts';
import { poolOf } from '../../src/inspect/pool.ts';
import { Rehearsal } from '../../src/inspect/rehearsal.ts';
import { ALL_DIRECTIONS, RuleSet } from '../../src/inspect/rule-set.ts';
import { findingsIn, type Task } from '../../src/inspect/task.ts';
import { print, time } from '../stopwatch.ts';

interface Expression {
  test(text: string | Buffer): boolean;
}
interface Native {
  new (pattern: string, flags?: string): Expression;
  Set: new (patterns: readonly string[], flags?: string) => { match(text: Buffer): number[] };
}

const { values } = parseArgs({ options: { re2: { type: 'string' } } });
const native: Native | undefined =
  values.re2 === undefined ? undefined : createRequire(import.meta.url)(values.re2);

const docs = join(import.meta.dirname, '../../../docs');
const prose = readdirSync(docs)
  .filter((name) => name.endsWith('.md'))
  .map((name) => readFileSync(join(docs, name), 'latin1'))
  .join('\n')
  .replace(/[^\x20-\x7e\n]/g, ' ');
/** Flat and of one byte a character, as decoded messages are. */
const text = (size: number, of = prose) =>
  Buffer.from(of.repeat(Math.ceil(size / of.length)).slice(0, size)).latin1Slice();
const base64 = (size: number) => randomBytes(size).toString('base64').slice(0, size);
const literals = [...new Set(OWN_RULES.flatMap(({ anchors }) => anchors))].filter((anchor) =>
  /^[\x20-\x7e]+$/.test(anchor),
);
const glued = (size: number) => text(size, literals.join(''));

const subjects: [string, string][] = [
  ['clean 300 B', text(300)],
  ['clean 2 KB', text(2048)],
  ['clean 64 KB', text(65_536)],
  ['random base64 64 KB', base64(65_536)],
  ['glued literals 64 KB', glued(65_536)],
];

/** Rules of an earlier product's size: its expressions are run one by one, which with all of ours takes minutes. */
const some = OWN_RULES.filter(({ forms }) => forms.includes('exact')).slice(0, 80);
const patterns = some.map(({ pattern }) => pattern);

function compiled<T>(make: (pattern: string) => T): [made: T[], ms: number] {
  const start = performance.now();
  const made = patterns.map(make);
  return [made, performance.now() - start];
}

function asRegExp(pattern: string): RegExp {
  const isFolded = pattern.startsWith('(?i)');
  const source = (isFolded ? pattern.slice(4) : pattern).replaceAll('(?P<', '(?<');
  return new RegExp(source.replace(/\(\?i\)|\(\?i:/g, '(?:'), isFolded ? 'i' : '');
}

function engines(): void {
  const rows: [string, number, ...number[]][] = [];
  const row = (name: string, ms: number, run: (subject: string) => unknown) =>
    rows.push([name, ms * 1000, ...subjects.map(([, subject]) => time(() => run(subject)))]);
  const [regExps, regExpMs] = compiled(asRegExp);
  row('RegExp one by one', regExpMs, (subject) => regExps.filter((one) => one.test(subject)));
  const [portable, portableMs] = compiled((pattern) => RE2JS.compile(pattern));
  row('re2js one by one', portableMs, (subject) => portable.filter((one) => one.test(subject)));
  if (native !== undefined) {
    const bytes = new Map(subjects.map(([, subject]) => [subject, Buffer.from(subject)]));
    const [natives, nativeMs] = compiled((pattern) => new native(pattern));
    row('re2 one by one, Buffer', nativeMs, (subject) =>
      natives.filter((one) => one.test(bytes.get(subject)!)),
    );
    const start = performance.now();
    const set = new native.Set(patterns);
    row('RE2.Set, Buffer', performance.now() - start, (subject) => set.match(bytes.get(subject)!));
  }
  const start = performance.now();
  const automaton = new Automaton(compile([...new Set(some.flatMap(({ anchors }) => anchors))]));
  row('own automaton, anchors only', performance.now() - start, (subject) =>
    passed(automaton, subject),
  );
  print(['us, 80 rules', 'compile', ...subjects.map(([name]) => name)], rows);
}

function passed(automaton: Automaton, subject: string): number {
  automaton.read(subject);
  let hits = 0;
  while (automaton.next() >= 0) hits++;
  return hits;
}

/** One window of 300 characters, as prose and secrets have them: most hold no match. */
function windows(): void {
  const rows: [string, ...number[]][] = [];
  for (const id of ['injection.steering-dismissed', 'secret.github-token', 'secret.private-key']) {
    const rule = OWN_RULES.find((one) => one.id === id);
    if (rule === undefined) continue;
    const window = `${text(140)} ${rule.anchors[0]} ${text(140)}`;
    const linear = new Linear(rule.pattern);
    const figures = [time(() => [...linear.matches(window)])];
    if (native !== undefined) {
      const one = new native(rule.pattern);
      figures.push(time(() => one.test(window)));
    }
    rows.push([id, ...figures]);
  }
  print(['us, a window without a match', 're2js', ...(native === undefined ? [] : ['re2'])], rows);
}

const about: Task = { direction: 'response', tool: '', definition: null };
const result = (of: string) =>
  Buffer.from(JSON.stringify({ content: [{ type: 'text', text: of }] }));
const rules = ownRules();
const look = (bytes: Buffer) => findingsIn(bytes, 0, bytes.length, about, rules);
const TEXT_AT = result('').indexOf('"}]}');
let made = 0;

/** With another word at the beginning of its text: one that comes again is not read again. */
function fresh(bytes: Buffer): Buffer {
  made += 1;
  for (let at = TEXT_AT, left = made; at < TEXT_AT + 6; at++, left = Math.floor(left / 26))
    bytes[at] = 0x61 + (left % 26);
  bytes[TEXT_AT + 6] = 0x20;
  return bytes;
}

const SECRET = ' ghp_16C7e42F292c6912E7710c838347Ae178B4a ';

function messages(): void {
  for (const at of rules.rules.keys()) rules.expression(at);
  const rehearsal = new Rehearsal(rules);
  while (rehearsal.left > 0) rehearsal.next(1000);
  const rows = [300, 2048, 16_384, 65_536, 1 << 20].map((size): [string, ...number[]] => {
    const [clean, dirty] = [result(text(size)), result(text(size / 2) + SECRET + text(size / 2))];
    return [
      `${size} B`,
      time(() => look(fresh(clean))),
      time(() => look(fresh(dirty))),
      time(() => look(clean)),
    ];
  });
  print(['us, a result', 'text', 'text, a secret', 'the same text again'], rows);
}

/** Once each: what counts is that none takes long. */
function hostile(): void {
  const size = 1 << 20;
  const cases: [string, Buffer][] = [
    ['glued literals', result(glued(size))],
    ['eyJeyJ…', result('eyJ'.repeat(size / 3))],
    ['random base64', result(base64(size))],
    ['one character', result('a'.repeat(size))],
    ['quotes', result('"'.repeat(size / 2))],
    ['percent signs', result('%25'.repeat(size / 3))],
    [
      'nested JSON',
      Buffer.from(`${'['.repeat(500)}${JSON.stringify(text(size))}${']'.repeat(500)}`),
    ],
    [
      'many strings',
      Buffer.from(JSON.stringify(Array.from({ length: size / 8 }, (_, n) => `w${n % 10_000}`))),
    ],
  ];
  for (const [, bytes] of cases) look(bytes.subarray(0, 0));
  print(
    ['ms, 1 MB once', ''],
    cases.map(([name, bytes]): [string, number] => {
      const start = performance.now();
      look(bytes);
      return [name, performance.now() - start];
    }),
  );
}

function start(): void {
  const before = process.memoryUsage().heapUsed;
  const began = performance.now();
  const fresh = new RuleSet(OWN_RULES, OWN_DETECTORS);
  void fresh.tables;
  const automatonMs = performance.now() - began;
  for (const direction of ALL_DIRECTIONS) fresh.scout(direction);
  const scoutMs = performance.now() - began - automatonMs;
  for (let rule = 0; rule < fresh.rules.length; rule++) fresh.expression(rule);
  const expressionsMs = performance.now() - began - automatonMs - scoutMs;
  const heapMb = (process.memoryUsage().heapUsed - before) / (1 << 20);
  print(
    [`start, ${fresh.rules.length} rules`, ''],
    [
      ['automata, ms', automatonMs],
      ['scout, ms', scoutMs],
      ['all expressions, ms', expressionsMs],
      ['heap, MB', heapMb],
    ],
  );
}

/** Round trips one after the other, the work being nothing. */
async function hop(): Promise<void> {
  const piscina = new Piscina({
    filename: new URL('../subjects/inspect-hop.js', import.meta.url).href,
    minThreads: 1,
    maxThreads: 1,
    recordTiming: false,
  });
  const rows: [string, number, number][] = [];
  const ways: [string, (bytes: Buffer) => Promise<unknown>][] = [
    ['copy', (bytes) => piscina.run(bytes)],
    [
      'transfer of a copy',
      (bytes) => {
        const own = new Uint8Array(bytes);
        return piscina.run(own, { transferList: [own.buffer] });
      },
    ],
    [
      'shared memory',
      (bytes) => {
        const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
        shared.set(bytes);
        return piscina.run(shared);
      },
    ],
    [
      'transfer of a copy, signal',
      (bytes) => {
        const own = new Uint8Array(bytes);
        return piscina.run(own, { transferList: [own.buffer], signal: AbortSignal.timeout(5000) });
      },
    ],
  ];
  for (const [name, way] of ways) {
    const figures: number[] = [];
    for (const size of [2048, 65_536]) {
      const bytes = Buffer.from(text(size));
      for (let n = 0; n < 500; n++) await way(bytes);
      const times: number[] = [];
      for (let n = 0; n < 2000; n++) {
        const began = performance.now();
        await way(bytes);
        times.push(performance.now() - began);
      }
      figures.push(times.sort((a, b) => a - b)[times.length >> 1]! * 1000);
    }
    rows.push([name, figures[0]!, figures[1]!]);
  }
  print(['us, there and back', '2 KB', '64 KB'], rows);
  await piscina.destroy();
}

/** The same message here and in the pool: where it pays to hand it over. */
async function crossover(): Promise<void> {
  const pool = poolOf(rules);
  const rows: [string, number, number][] = [];
  for (const size of [2048, 8192, 16_384, 65_536]) {
    const bytes = result(text(size));
    const here = time(() => look(fresh(bytes)));
    const times: number[] = [];
    for (let n = 0; n < 100; n++) await pool.look(fresh(bytes), 0, bytes.length, about, 60_000);
    for (let n = 0; n < 200; n++) {
      const began = performance.now();
      await pool.look(fresh(bytes), 0, bytes.length, about, 60_000);
      times.push(performance.now() - began);
    }
    rows.push([`${size} B`, here, times.sort((a, b) => a - b)[100]! * 1000]);
  }
  print(['us, a clean result', 'here', 'pool'], rows);
  await pool.close();
}

start();
engines();
windows();
messages();
hostile();
await hop();
await crossover();
