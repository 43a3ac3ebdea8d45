/** The gateway's own secrets are found in every reading, in the middle of base64 too, and never shown. */

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { inspectSchema } from '../../src/inspect/config.ts';
import { Inspection, leavesOf } from '../../src/inspect/inspect.ts';
import { base64Middle, environmentSecrets, knownValues } from '../../src/inspect/known-values.ts';
import type { Detector } from '../../src/inspect/rule.ts';
import { viewsOf } from '../../src/inspect/views.ts';
import { ALNUM, madeUp } from '../support/made-up.ts';

function findings(detector: Detector, value: unknown) {
  const leaves = leavesOf(value);
  const subject = { direction: 'response', leaves, tool: '' } as const;
  const views = leaves.map((leaf) => ({ leaf, views: viewsOf(leaf.text) }));
  return detector.examine({ subject, views }, []);
}

const value = `${madeUp(ALNUM, 9)}-${madeUp(ALNUM, 12)}`;
const detector = knownValues([value, 'short', 'aaaaaaaaaaaaaaaaaaaa'])!;

suite('known values', () => {
  test('are found as they are, with their place', () => {
    const text = `before ${value} after`;
    const [first] = findings(detector, { text });
    assert.equal(first?.rule, 'secret.known-value');
    assert.equal(text.slice(...first!.span!), value);
  });

  test('are found in base64 wherever they begin in it', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 30 }), fc.uint8Array({ maxLength: 30 }), (a, b) => {
        const whole = Buffer.concat([a, Buffer.from(value), b]);
        for (const encoding of ['base64', 'base64url'] as const)
          assert.notDeepEqual(findings(detector, whole.toString(encoding)), []);
      }),
    );
  });

  test('the middle of base64 does not depend on what stands around', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array({ minLength: 3 }), fc.uint8Array(), (a, b, c) => {
        const middle = base64Middle(Buffer.from(b), a.length % 3);
        assert.ok(Buffer.concat([a, b, c]).toString('base64').includes(middle));
      }),
    );
  });

  test('what is short or regular is not looked for', () => {
    assert.equal(knownValues(['short', 'aaaaaaaaaaaaaaaaaaaa', '']), undefined);
    assert.deepEqual(findings(detector, 'short aaaaaaaaaaaaaaaaaaaa'), []);
  });

  test('a value of several lines is found by each of its lines', () => {
    const lines = [madeUp(ALNUM, 64, 'one'), madeUp(ALNUM, 64, 'two')];
    const file = knownValues([
      `-----BEGIN THING-----\n${lines.join('\n')}\n-----END THING-----\n`,
    ])!;
    for (const line of lines) assert.equal(findings(file, `x${line}x`).length > 0, true);
    assert.deepEqual(findings(file, '-----BEGIN THING-----'), []);
  });

  test('no finding holds a part of the value but its leaf', () => {
    for (const { leaf: _, ...said } of findings(detector, { k: value }))
      assert.ok(!JSON.stringify(said).includes(value.slice(0, 6)));
  });

  test('agree with a plain search for any values and texts', () => {
    const word = fc.string({
      unit: fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz01234'),
      minLength: 14,
      maxLength: 20,
    });
    fc.assert(
      fc.property(
        fc.array(word, { minLength: 1, maxLength: 5 }),
        fc.string(),
        fc.nat(),
        (words, junk, pick) => {
          const searching = knownValues(words);
          if (searching === undefined) return;
          const worth = words.filter((one) => knownValues([one]) !== undefined);
          const chosen = worth[pick % worth.length]!;
          assert.ok(findings(searching, `${junk}${chosen}${junk}`).length > 0);
        },
      ),
    );
  });
});

suite('secrets of an environment', () => {
  test('are what is named so, and what a machine made', () => {
    const secrets = environmentSecrets({
      API_TOKEN: value,
      SOMETHING: madeUp(ALNUM, 40),
      PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin',
      npm_package_name: 'a-rather-long-package-name',
      APP_TITLE: 'an ordinary title of ours',
      DATA_DIR: '/var/lib/sluice/data/tenants',
      SERVICE_URL: 'https://api.acme.test/v1/things',
      MISSING: undefined,
    });
    assert.deepEqual(secrets, [value, madeUp(ALNUM, 40)]);
  });
});

const bytes = (text: string) => [...Buffer.from(text)];
const each = (text: string, write: (code: number) => string) => bytes(text).map(write).join('');
const hex = (code: number, length = 2) => code.toString(16).padStart(length, '0');
const ENCODINGS: Readonly<Record<string, (text: string) => string>> = {
  'as it is': (text) => text,
  base64: (text) => Buffer.from(text).toString('base64'),
  base64url: (text) => Buffer.from(text).toString('base64url'),
  'base64 twice': (text) => Buffer.from(Buffer.from(text).toString('base64')).toString('base64'),
  'base64 over lines': (text) =>
    Buffer.from(text)
      .toString('base64')
      .replace(/(.{12})/g, '$1\n'),
  'base64 turned round': (text) => [...Buffer.from(text).toString('base64')].reverse().join(''),
  'gzip in base64': (text) => gzipSync(text).toString('base64'),
  hex: (text) => each(text, (code) => hex(code)),
  'hex with colons': (text) => each(text, (code) => `${hex(code)}:`),
  'large hex': (text) => each(text, (code) => hex(code)).toUpperCase(),
  percent: (text) => each(text, (code) => `%${hex(code)}`),
  entities: (text) => each(text, (code) => `&#${code};`),
  escapes: (text) => each(text, (code) => `\\u${hex(code, 4)}`),
  'quoted-printable': (text) => each(text, (code) => `=${hex(code).toUpperCase()}`),
  'decimal codes': (text) => bytes(text).join(' '),
  'turned round': (text) => [...text].reverse().join(''),
  'small letters': (text) => text.toLowerCase(),
  'large letters': (text) => text.toUpperCase(),
  'letters apart': (text) => [...text].join(' '),
  'full width': (text) => each(text, (code) => String.fromCodePoint(code + 0xfee0)),
};

suite("the gateway's own secret is found", () => {
  for (const own of ['Correct-Horse.Battery+Staple!9', madeUp(ALNUM, 24, 'own')]) {
    const inspection = new Inspection({ ...inspectSchema.parse({}), knownValues: [own] });
    for (const [name, encode] of Object.entries(ENCODINGS)) {
      test(`in ${name}: ${own.length} characters`, async () => {
        const json = Buffer.from(JSON.stringify({ text: `it is ${encode(own)} and no more` }));
        const about = { direction: 'response', server: 's', tool: '', definition: null } as const;
        const outcome = await inspection.inspect(json, 0, json.length, about);
        const rules = outcome?.verdict?.findings.map(({ rule }) => rule) ?? [];
        assert.ok(rules.includes('secret.known-value'), rules.join());
        const shown = outcome?.kind === 'rewritten' ? outcome.bytes.toString() : '';
        assert.ok(!shown.includes(encode(own)));
      });
    }
  }
});
