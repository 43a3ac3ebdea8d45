/** Tokens by their formats: every rule finds what its format makes, and not what manuals write in its place. */

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { makeKey } from '../../../src/auth/auth.ts';
import { examine, leavesOf } from '../../../src/inspect/inspect.ts';
import { Linear } from '../../../src/inspect/linear.ts';
import { BIP39_WORDS } from '../../../src/inspect/rules/bip39-words.ts';
import { base62, crc32 } from '../../../src/inspect/rules/checksums.ts';
import { SECRET_RULES } from '../../../src/inspect/rules/secrets.ts';
import { NAMED_RULES } from '../../../src/inspect/rules/secrets-named.ts';
import {
  ALNUM,
  BASE64,
  base58Check,
  CAPITALS,
  DIGITS,
  LETTERS,
  LOWER_HEX,
  madeUp,
  URL64,
} from '../../support/made-up.ts';
import { secretsIn } from './acting.ts';

const withChecksum = (prefix: string, seed: string) => {
  const body = madeUp(ALNUM, 30, seed);
  return `${prefix}_${body}${base62(crc32(body))}`;
};
const jwt = (header: object, claims: object) =>
  [header, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .concat(madeUp(URL64, 43))
    .join('.');
const pem = (kind: string, gap: string) =>
  [`-----BEGIN ${kind}`, '-----'].join('') +
  gap +
  (madeUp(BASE64, 256).match(/.{64}/g) ?? []).join(gap) +
  gap +
  [`-----END ${kind}`, '-----'].join('');
const wif = base58Check(
  Buffer.concat([Buffer.of(0x80), createHash('sha256').update('wif').digest(), Buffer.of(1)]),
);
const discord = [Buffer.from('123456789012345678'), madeUp(URL64, 6), madeUp(URL64, 38)]
  .map((part) => (typeof part === 'string' ? part : part.toString('base64')))
  .join('.');

suite('tokens by their formats', () => {
  const cases: readonly [rule: string, value: string][] = [
    ['github-token', withChecksum('ghp', 'a')],
    ['github-token', withChecksum('ghs', 'b')],
    ['github-fine-grained', `github_pat_${madeUp(ALNUM, 22)}_${madeUp(ALNUM, 59)}`],
    ['gitlab-personal', `glpat-${madeUp(URL64, 20)}`],
    ['npm', withChecksum('npm', 'c')],
    ['pypi', `pypi-AgEIcHlwaS5vcmc${madeUp(URL64, 120)}`],
    ['aws-access-key-id', `AKIA${madeUp('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', 16)}`],
    ['google-api-key', `AIza${madeUp(URL64, 35)}`],
    ['azure-client-secret', `${madeUp(ALNUM, 3)}8Q~${madeUp(ALNUM, 34)}`],
    ['azure-storage-key', `AccountKey=${madeUp(BASE64, 86)}==`],
    ['anthropic', `sk-ant-api03-${madeUp(URL64, 95)}`],
    ['openai', `sk-proj-${madeUp(URL64, 60)}T3BlbkFJ${madeUp(URL64, 60)}`],
    ['huggingface', `hf_${madeUp(LETTERS, 34)}`],
    ['stripe', `sk_live_${madeUp(ALNUM, 40)}`],
    ['stripe-webhook', `whsec_${madeUp(ALNUM, 32)}`],
    ['slack-token', `xoxb-${madeUp(DIGITS, 12)}-${madeUp(DIGITS, 12)}-${madeUp(ALNUM, 24)}`],
    [
      'slack-webhook',
      `https://hooks.slack.com/services/T${madeUp(CAPITALS, 9)}/B${madeUp(CAPITALS, 9)}/${madeUp(ALNUM, 24)}`,
    ],
    ['sendgrid', `SG.${madeUp(URL64, 22)}.${madeUp(URL64, 43)}`],
    ['mailgun', `key-${madeUp(LOWER_HEX, 32)}`],
    ['mailchimp', `${madeUp(LOWER_HEX, 32)}-us21`],
    ['telegram-bot', `${madeUp('123456789', 10)}:AA${madeUp(URL64, 33)}`],
    ['terraform-cloud', `${madeUp(ALNUM, 14)}.atlasv1.${madeUp(ALNUM, 64)}`],
    ['sluice-key', makeKey().key],
    ['vault', `hvs.${madeUp(ALNUM, 90)}`],
    ['databricks', `dapi${madeUp(LOWER_HEX, 32)}`],
    ['discord-bot', discord],
    ['twilio', `SK${madeUp(LOWER_HEX, 32)}`],
    ['bitcoin-key', wif],
    ['truenas', `7-${madeUp(ALNUM, 64)}`],
    ['jwt', jwt({ alg: 'HS256', typ: 'JWT' }, { sub: 'a', scope: 'all' })],
    ['private-key', pem('RSA PRIVATE KEY', '\n')],
    ['private-key', pem('OPENSSH PRIVATE KEY', '\\n')],
    ['private-key', pem('PRIVATE KEY', ' ')],
    ['bcrypt-hash', `$2b$12$${madeUp(`${ALNUM}./`, 53)}`],
  ];
  for (const [rule, value] of cases) {
    test(`${rule} is found in prose, in an assignment and behind an escaped line break`, () => {
      for (const text of [
        `it is ${value} now`,
        `X=${value}\n`,
        `"a\\n${value}"`,
        `${value},${value}`,
      ])
        assert.ok(secretsIn(text).includes(`secret.${rule}`), `${rule} in ${JSON.stringify(text)}`);
    });
  }

  test('a token of which the checksum is wrong is found with less confidence', () => {
    const value = withChecksum('ghp', 'a').replace(/.$/, (last) => (last === 'a' ? 'b' : 'a'));
    assert.deepEqual(secretsIn(value), ['secret.github-token-shape']);
  });

  test('of what is found the value alone is the span', () => {
    const value = withChecksum('ghp', 'span');
    const text = `token "${value}" ends`;
    const subject = { direction: 'response', leaves: leavesOf({ text }), tool: '' } as const;
    const spans = examine(subject).flatMap(({ rule, span }) =>
      rule === 'secret.github-token' && span !== null ? [text.slice(...span)] : [],
    );
    assert.deepEqual([...new Set(spans)], [value]);
  });
});

suite('what is written where a token should stand', () => {
  const digest = createHash('sha256').update('x').digest('hex');
  const harmless = [
    ['AKIA', 'IOSFODNN7', 'EXAMPLE'].join(''),
    'ghp_your_token_here',
    `ghp_${'x'.repeat(36)}`,
    `sk_test_${'x'.repeat(24)}`,
    'sk_live_abcdefghijklmnopqrstuvwxyz',
    'glpat-xxxxxxxxxxxxxxxxxxxx',
    'xoxb-...',
    'AIza...',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is what a configuration says.
    'hvs.${VAULT_TOKEN}',
    `a desk-ant-${'colony'.repeat(8)}`,
    '-----BEGIN RSA PRIVATE KEY-----\n...\n-----END RSA PRIVATE KEY-----',
    `-----BEGIN PUBLIC KEY-----\n${madeUp(BASE64, 200)}\n-----END PUBLIC KEY-----`,
    digest,
    digest.slice(0, 40),
    `sha256:${digest}`,
    `sha512-${createHash('sha512').update('x').digest('base64')}`,
    'c55dabe5-f0a3-4e04-9491-33bcf1491ce2',
    `data:image/png;base64,${madeUp(BASE64, 4000)}`,
    `a.${madeUp(LETTERS, 22)}.b`,
    `eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.${madeUp(URL64, 10)}`,
    wif.replace(/.$/, (last) => (last === 'K' ? 'L' : 'K')),
  ];
  for (const text of harmless)
    test(`${text.slice(0, 40)} is nothing`, () => assert.deepEqual(secretsIn(text), []));
});

suite('every rule', () => {
  /** The value's expression as JavaScript reads it. */
  const shapeOf = (pattern: string): RegExp | undefined => {
    const value = /\(\?P<value>(.*)\)/s.exec(pattern)?.[1];
    // RE2's blanks are those of ASCII.
    return value === undefined ? undefined : new RegExp(`^(?:${value.replaceAll('\\s', ' ')})$`);
  };
  const own = SECRET_RULES.filter((rule) => !NAMED_RULES.includes(rule));

  test('is within its reach of one of its anchors, whatever its format makes', () => {
    const wrong: string[] = [];
    for (const rule of own) {
      const shape = shapeOf(rule.pattern.replace('(?:[^A-Za-z0-9]|$)', ''));
      if (shape === undefined) continue;
      const expression = new Linear(rule.pattern);
      for (const sample of fc.sample(fc.stringMatching(shape), { numRuns: 3, seed: 11 })) {
        const lower = sample.toLowerCase();
        const anchor = rule.anchors.find((one) => lower.includes(one));
        const isNear = anchor !== undefined && lower.indexOf(anchor) < rule.reach[0];
        const isMatched = [...expression.matches(`: ${sample} `)].length > 0;
        if (!isNear || !isMatched) wrong.push(`${rule.id} ${isNear} ${isMatched}: ${sample}`);
      }
    }
    assert.deepEqual(wrong, []);
  });

  test('has anchors of three letters or more, in lower case, and a name of its own form', () => {
    for (const { id, anchors, reach } of SECRET_RULES) {
      assert.match(id, /^secret\.[a-z0-9]+(?:-[a-z0-9]+)*$/);
      assert.ok(anchors.length > 0 && reach[0] > 0 && reach[1] > 0, id);
      for (const anchor of anchors) {
        assert.ok(anchor.length >= 3, `${id}: ${anchor}`);
        assert.equal(anchor, anchor.toLowerCase(), id);
      }
    }
  });

  test('there are rules for several hundred formats', () => {
    assert.ok(new Set(SECRET_RULES.map(({ id }) => id)).size > 400);
  });
});

suite('recovery phrases', () => {
  /** A phrase of so many words, made from the hash of a seed as the standard says. */
  function phrase(words: number, seed: string): string[] {
    const entropy = createHash('sha256')
      .update(seed)
      .digest()
      .subarray(0, (words / 3) * 4);
    const sum = createHash('sha256').update(entropy).digest();
    const bits = [...entropy, sum[0]!].map((byte) => byte.toString(2).padStart(8, '0')).join('');
    const numbers = bits.slice(0, words * 11).match(/.{11}/g) ?? [];
    return numbers.map((number) => BIP39_WORDS[Number.parseInt(number, 2)]!);
  }

  test('the list is the one of the standard', () => {
    const text = `${BIP39_WORDS.join('\n')}\n`;
    const known = '2f5eed53a4727b4bf8880d8f3f199efc90e58503646d9ff8eff3a2ed3b24dbda';
    assert.equal(createHash('sha256').update(text).digest('hex'), known);
  });

  for (const words of [12, 15, 18, 21, 24]) {
    test(`${words} words are found, in any notation`, () => {
      const list = phrase(words, `seed ${words}`);
      for (const text of [
        `my wallet: ${list.join(' ')} keep it`,
        list.map((word, index) => `${index + 1}. ${word}`).join('\n'),
        JSON.stringify(list),
        list.join(' ').toUpperCase(),
      ])
        assert.ok(secretsIn(text).includes('secret.recovery-phrase'), text);
    });
  }

  test('a phrase is found wherever it stands among other words', () => {
    const list = phrase(12, 'a place').join(' ');
    const prose = 'An oak of a dozen internationally known species, and - at 40 m - a tall one; ';
    const listed = BIP39_WORDS.slice(500, 530).join(' ');
    for (const around of [prose.repeat(3), `${listed} zz `, ' '.repeat(99), 'x'.repeat(99)])
      for (let at = 0; at < 99; at++)
        assert.ok(
          secretsIn(`${around.slice(-at - 1)} ${list}, ${around}`).includes(
            'secret.recovery-phrase',
          ),
          around.slice(-at - 1),
        );
  });

  test('words of the list without the checksum are nothing, and cost little', () => {
    const list = phrase(12, 'other');
    const wrong = BIP39_WORDS.map((word) => [...list.slice(0, 11), word].join(' ')).filter(
      (text) => !secretsIn(text).includes('secret.recovery-phrase'),
    );
    // One in sixteen last words fits eleven others.
    assert.equal(wrong.length, 2048 - 128);
    assert.deepEqual(secretsIn(BIP39_WORDS.slice(0, 40).join(' zz ')), []);
  });
});
