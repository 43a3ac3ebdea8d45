/**
 * What conditions may cost, counted in steps and never in time: the dearest shapes there are, with arguments as large as any
 * may be, are refused when they are loaded or not evaluated.
 */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { RE2JS } from 're2js';
import { ANONYMOUS } from '../../src/model.ts';
import { judgeable, sizeOf } from '../../src/policy/arguments.ts';
import { isSmall } from '../../src/policy/automaton.ts';
import { accessSchema } from '../../src/policy/config.ts';
import { STEPS_MAX } from '../../src/policy/cost.ts';
import { compile, compilePattern, type Facts } from '../../src/policy/expression.ts';
import { Policy } from '../../src/policy/policy.ts';

type Args = Record<string, unknown>;

const numbers = (count: number, from = 0) => Array.from({ length: count }, (_, at) => from + at);
const groups = (count: number, from = 0) => numbers(count, from).map((k) => ({ k }));
const texts = (count: number, length: number, from = 0) =>
  numbers(count, from).map((at) => String(at).padStart(length, 'x'));
const LONG = 'a'.repeat(60_000);
const times = (count: number, text: string) =>
  Array.from({ length: count }, () => text).join(' && ');

function factsOf(args: Args, roles: readonly string[] = []): Facts {
  return {
    caller: { ...ANONYMOUS, roles },
    tool: {
      ...{ kind: 'tool', server: 's', name: 't', readOnly: false, destructive: true },
      ...{ idempotent: false, openWorld: true },
    },
    args,
    session: { route: '', era: 'modern' },
    time: new Date(0),
    ip: '',
    bytes: 0,
  };
}

function costOf(text: string, args: Args, roles?: readonly string[]): number {
  const made = compile(text);
  assert.ok(typeof made !== 'string', `${text}: ${String(made)}`);
  return made.cost(factsOf(args, roles), sizeOf(args));
}

function decisionOf(rules: readonly string[], args: Args, mode = 'enforce') {
  const access = accessSchema.parse({
    rules: rules.map((when, at) => ({ id: `r${at}`, when, mode })),
  });
  const policy = new Policy({ ...access, default: 'allow' }, new Map(), new Map());
  const hints = { readOnly: false, destructive: true, idempotent: false, openWorld: true };
  const subject = { kind: 'tool' as const, server: 's', original: 't', hints };
  const moment = { now: 0, address: '', route: '', era: 'modern' as const };
  return policy.sight(ANONYMOUS).decide(subject, moment, judgeable(args));
}

const SEARCH = 'args.a.exists(x, x in args.b)';

describe('the dearest conditions', () => {
  const dearest: readonly [string, string, Args][] = [
    ['numbers against numbers', SEARCH, { a: numbers(490), b: numbers(490, 1000) }],
    ['texts against texts', SEARCH, { a: texts(490, 60), b: texts(490, 60, 1000) }],
    ['groups against groups', SEARCH, { a: groups(240), b: groups(240, 1000) }],
    ['a list against itself', 'args.a.all(x, x in args.a)', { a: numbers(990) }],
    [
      'elements by a computed name',
      'args.a.all(x, x in args[args.n])',
      { a: numbers(900), n: 'a' },
    ],
    ['a body of many parts', `args.a.all(x, ${times(40, 'x != 7')})`, { a: numbers(990, 10) }],
    ['a long text, counted', times(40, 'size(args.t) > 1'), { t: LONG }],
    ['a long text, converted', times(40, 'args.t.lowerAscii() != "b"'), { t: LONG }],
    ['a long text, searched', `args.t.contains("${'a'.repeat(500)}b")`, { t: LONG }],
    ['a long text, matched', times(10, '!args.t.re2("(a|b)*c$")'), { t: LONG }],
    ['many texts, matched', times(3, 'args.a.all(x, x.re2("^x+$"))'), { a: texts(900, 60) }],
    [
      'large groups, compared',
      times(35, 'args.a == args.b'),
      { a: { a: groups(200) }, b: { a: groups(200) } },
    ],
    ['a clock elsewhere', 'args.a.all(x, time.getHours("Europe/Vienna") < 9)', { a: numbers(900) }],
  ];
  for (const [name, when, args] of dearest) {
    it(`are not evaluated: ${name}`, () => {
      assert.ok(costOf(when, args) > STEPS_MAX);
      const { verdict, by } = decisionOf([when], args);
      assert.deepEqual({ verdict, by }, { verdict: 'forbidden', by: 'arguments too large' });
    });
  }

  it('are counted together: many cheap ones are as dear as one', () => {
    const args = { a: numbers(100), b: numbers(100, 1000) };
    assert.ok(costOf(SEARCH, args) < STEPS_MAX);
    assert.equal(decisionOf([SEARCH], args).verdict, 'allowed');
    const many = Array.from({ length: 10 }, () => SEARCH);
    assert.equal(decisionOf(many, args).verdict, 'forbidden');
  });

  it('are not evaluated on trial either, and change nothing then', () => {
    const args = { a: numbers(490), b: numbers(490) };
    const { verdict, observed } = decisionOf([SEARCH], args, 'observe');
    assert.deepEqual({ verdict, observed }, { verdict: 'allowed', observed: [] });
    assert.deepEqual(decisionOf([SEARCH], { a: [1], b: [1] }, 'observe').observed, ['rules.r0']);
  });

  it('deny where they look at what a caller has too much of', () => {
    const when = 'caller.roles.exists(r, r.re2("^team-"))';
    assert.ok(costOf(when, {}, ['team-a', 'b']) < STEPS_MAX);
    assert.ok(costOf(when, {}, texts(256, 250)) > STEPS_MAX);
    const access = accessSchema.parse({ rules: [{ id: 'r', when }] });
    const policy = new Policy({ ...access, default: 'allow' }, new Map(), new Map());
    const hints = { readOnly: false, destructive: true, idempotent: false, openWorld: true };
    const subject = { kind: 'tool' as const, server: 's', original: 't', hints };
    const moment = { now: 0, address: '', route: '', era: 'modern' as const };
    const of = (roles: string[]) =>
      policy.sight({ ...ANONYMOUS, roles }).decide(subject, moment, {});
    assert.equal(of(['b']).verdict, 'allowed');
    assert.equal(of(texts(256, 250)).by, 'rules.r (error)');
  });

  it('are those alone: what is usual is evaluated', () => {
    const sql = 'select * from orders where id = 7 '.repeat(150);
    const when = 'args.sql.re2("(?i)\\\\b(drop|truncate|alter)\\\\b") || size(args.sql) > 10000';
    assert.equal(decisionOf([when], { sql, content: LONG.slice(0, 50_000) }).verdict, 'allowed');
    const tags = 'args.tags.all(t, t in ["a", "b", "c"]) && args.path.startsWith("/srv/")';
    const args = { tags: ['a', 'b'], path: '/srv/x', content: LONG.slice(0, 50_000) };
    assert.equal(decisionOf([`!(${tags})`], args).verdict, 'allowed');
  });

  it('cost at least a step for each pair that they compare', () => {
    fc.assert(
      fc.property(fc.nat(60), fc.nat(60), fc.boolean(), (a, b, isNested) => {
        const list = isNested ? groups : numbers;
        const args = { a: list(a), b: list(b, 1000) };
        return costOf(SEARCH, args) >= a * b * (isNested && a * b > 0 ? 100 : 1);
      }),
    );
  });
});

describe('a pattern', () => {
  const small = [
    '^prod',
    '(?i)\\b(select|insert|drop)\\b',
    '^/srv/[a-z0-9_/.-]+$',
    '^[A-Z]{2,5}-\\d{1,6}$',
    '^https://([a-z0-9-]+\\.)*example\\.com/',
    '\\b\\w+@\\w+\\.com\\b',
    '^[0-9a-f]{64}$',
    '[^\\x00-\\x7f]',
  ];
  for (const text of small) {
    it(`of few states is taken: ${text}`, () => {
      assert.equal(typeof compilePattern(text), 'object');
      assert.equal(typeof compilePattern(text, 'whole'), 'object');
    });
  }
  const large = [
    '[ab]*a[ab]{15}c$',
    '[ab]*a[ab][ab][ab][ab][ab][ab][ab][ab][ab]',
    '(?:[ab]{1,30}a){20}xc',
    // Many states only because of what stood before each of fifteen characters.
    '[\\w\\W]*\\b[ab\\W]{15}c',
    '(?m)[\\w\\W]*^[\\w\\W]{15}c',
    '^.{1,300}$',
  ];
  for (const text of large) {
    it(`of many states is refused when it is loaded: ${text}`, () => {
      assert.equal(isSmall(RE2JS.compile(text)), false);
      assert.equal(typeof compilePattern(text), 'string');
    });
  }

  it('of a parameter must match the whole text, whatever its parts are', () => {
    const whole = compilePattern('a|ab', 'whole');
    assert.ok(typeof whole === 'object');
    assert.deepEqual(
      ['a', 'ab', 'abc', 'xa', 'a\n'].map((text) => whole.test(text)),
      [...[true, true, false, false, false]],
    );
    assert.equal(typeof compilePattern('a)|(b', 'whole'), 'string');
  });
});
