import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  defaultInspection,
  inspectSchema,
  inspectWarnings,
  packSchema,
  packsFault,
} from '../../src/inspect/config.ts';
import { anchorsOf } from '../../src/inspect/operator-rules.ts';

describe('the anchor of an own rule', () => {
  const cases: [pattern: string, anchors: string[] | undefined][] = [
    ['ACME-[0-9]{6}', ['acme-']],
    ['(?i)secret: +(\\w+)', ['secret: ']],
    ['key_live|key_test_x', ['key_live', 'key_test_x']],
    ['abc?def', ['def']],
    ['abc*', undefined],
    ['abcd+e', ['abcd']],
    ['abc{0,2}def{2}', ['def']],
    ['\\.internal\\.example', ['.internal.example']],
    ['[abc]defg', ['defg']],
    ['[]abc]xyz', ['xyz']],
    ['[^]a|b]xyz', ['xyz']],
    ['(abc|def)ghi', ['ghi']],
    ['(abc)', undefined],
    ['\\d\\d\\d', undefined],
    ['\\x41\\x42cde', ['cde']],
    ['\\p{Lu}xyz', ['xyz']],
    ['long enough|ab', undefined],
    ['^abc$', ['abc']],
    ['[[:alpha:]]xyz', ['xyz']],
  ];
  for (const [pattern, anchors] of cases) {
    it(`of ${pattern} is ${anchors?.join(' or ') ?? 'not to be had'}`, () => {
      assert.deepEqual(anchorsOf(pattern), anchors);
    });
  }
});

describe('the inspect part of the file', () => {
  const faults = (given: unknown) => {
    const { error } = inspectSchema.safeParse(given);
    return error?.issues.map(({ path }) => path.join('.')) ?? [];
  };

  it('protects where it says nothing', () => {
    const { secrets, injection, poisoning, arguments: args, mode } = defaultInspection();
    assert.deepEqual(
      [mode, secrets, injection, poisoning, args],
      [
        'on',
        { request: 'block', response: 'redact' },
        { request: 'off', response: 'block' },
        { tools: 'block', sharedNames: 'off' },
        { request: 'block' },
      ],
    );
    assert.deepEqual(inspectWarnings(defaultInspection(), Date.now()), []);
  });

  it('is refused where a rule cannot be used', () => {
    const rule = (pattern: string, more = {}) => ({ rules: [{ id: 'a', pattern, ...more }] });
    assert.deepEqual(faults(rule('(?=abc)')), ['rules.0.pattern']);
    assert.deepEqual(faults(rule('(a+)+')), ['rules.0.pattern']);
    // Read as if they were, and yet no expressions: at the first message it would be too late to say so.
    for (const end of ['\\Z', '**', '[z-a]', '{2000}', '\\8', '\\p{None}', '(?<!a)b'])
      assert.deepEqual(faults(rule(`needle${end}`)), ['rules.0.pattern'], end);
    assert.deepEqual(faults(rule('[ab]+', { anchors: ['AB-'] })), ['rules.0.anchors']);
    assert.deepEqual(faults(rule('[ab]+', { anchors: ['ab-'] })), []);
    assert.deepEqual(faults(rule('abc', { id: 'Not So' })), ['rules.0.id']);
  });

  it('takes a suppression only with a reason and an end', () => {
    const suppress = (more: object) => ({ suppress: [{ rule: 'x', ...more }] });
    assert.deepEqual(faults(suppress({ reason: 'y' })), ['suppress.0.until']);
    assert.deepEqual(faults(suppress({ until: '2030-01-01' })), ['suppress.0.reason']);
    assert.deepEqual(faults(suppress({ reason: 'y', until: 'soon' })), ['suppress.0.until']);
    assert.deepEqual(faults(suppress({ reason: 'y', until: '2030-01-01T10:00Z' })), []);
  });

  it('says what is weaker than usual, and what has ended', () => {
    const warned = (given: unknown, now = Date.now()) =>
      inspectWarnings(inspectSchema.parse(given), now).map(({ path }) => path.join('.'));
    assert.deepEqual(warned('off'), ['inspect']);
    assert.deepEqual(warned({ secrets: { request: 'flag' }, injection: { response: 'off' } }), [
      'inspect.secrets.request',
      'inspect.injection.response',
    ]);
    assert.deepEqual(warned({ oversize: 'pass' }), ['inspect.oversize']);
    const suppress = [{ rule: 'x', reason: 'y', until: '2026-03-01' }];
    assert.deepEqual(warned({ suppress }, Date.UTC(2026, 2, 1, 23)), []);
    assert.deepEqual(warned({ suppress }, Date.UTC(2026, 2, 2, 1)), ['inspect.suppress.0']);
  });
});

describe('a rule pack', () => {
  const pack = { name: 'acme', version: '1.4.0' };
  const fault = (given: unknown) =>
    packSchema.safeParse(given).error?.issues.map(({ path }) => path.join('.'));

  it('has a name of its own and a version', () => {
    assert.equal(fault(pack), undefined);
    assert.deepEqual(fault({ name: 'acme' }), ['version']);
    assert.deepEqual(fault({ ...pack, version: 'new' }), ['version']);
    for (const name of ['own', 'secret', 'A', 'a.b', '']) {
      assert.deepEqual(fault({ ...pack, name }), ['name']);
    }
  });

  it('is the only one of its name, and no more than can be run', () => {
    const at = { file: 'f', sha256: '', ...packSchema.parse(pack) };
    assert.equal(packsFault([at]), undefined);
    assert.match(String(packsFault([at, at])), /two packs/);
    const rule = packSchema.parse({ ...pack, rules: [{ id: 'x', pattern: 'abc' }] }).rules[0]!;
    const large = { ...at, rules: new Array(2001).fill(rule) };
    assert.match(String(packsFault([large])), /at most/);
  });
});
