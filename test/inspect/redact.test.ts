import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Names, redact } from '../../src/inspect/redact.ts';
import type { Finding } from '../../src/inspect/rule.ts';

/** Every place where `value` stands in the strings of the JSON, as findings of one rule. */
function findingsOf(value: unknown, secret: string, rule = 'secret.token', path = ''): Finding[] {
  if (typeof value === 'string') return inText(value, secret, rule, path, false);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => {
    const at = `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    const inKey = Array.isArray(value) ? [] : inText(key, secret, rule, at, true);
    return [...inKey, ...findingsOf(member, secret, rule, at)];
  });
}

function inText(
  text: string,
  secret: string,
  rule: string,
  path: string,
  isKey: boolean,
): Finding[] {
  const at = text.indexOf(secret);
  if (at < 0) return [];
  return [
    {
      rule,
      class: 'secret',
      confidence: 'high',
      path,
      steps: [],
      span: [at, at + secret.length],
      leaf: { text, path, start: -1, end: -1, isKey },
    },
  ];
}

const shown = (json: string, findings: Finding[]) => {
  const bytes = Buffer.from(json);
  return redact(bytes, 0, bytes.length, findings, new Names())?.toString();
};

describe('redaction', () => {
  it('changes the strings concerned and no other byte', () => {
    const json = '{ "n": 1.0e2,  "a/b~": ["x tok-abcdefgh y", "é"],"z":18446744073709551615 }';
    const findings = findingsOf(JSON.parse(json), 'tok-abcdefgh');
    assert.equal(
      shown(json, findings),
      '{ "n": 1.0e2,  "a/b~": ["x <redacted:token:1> y", "é"],"z":18446744073709551615 }',
    );
  });

  it('gives one value one number, and two values two', () => {
    const json = JSON.stringify({ a: 'one-secret!', b: 'two-secret!', c: 'one-secret!' });
    const value = JSON.parse(json);
    const findings = [...findingsOf(value, 'one-secret!'), ...findingsOf(value, 'two-secret!')];
    assert.deepEqual(JSON.parse(shown(json, findings)!), {
      a: '<redacted:token:1>',
      b: '<redacted:token:2>',
      c: '<redacted:token:1>',
    });
  });

  it('takes the same value out where no rule found it, also as JSON within a text', () => {
    const secret = 'line "one"\nline two';
    const inner = JSON.stringify({ key: secret });
    const json = JSON.stringify({ content: [{ text: inner }], structuredContent: { key: secret } });
    const findings = findingsOf(JSON.parse(json), secret).filter(({ path }) =>
      path.startsWith('/structuredContent'),
    );
    const result = JSON.parse(shown(json, findings)!);
    assert.equal(result.structuredContent.key, '<redacted:token:1>');
    assert.deepEqual(JSON.parse(result.content[0].text), { key: '<redacted:token:1>' });
  });

  it('reaches names of members, and escaped ones', () => {
    const json = '{"tok-\\u0061bcdefg":{"tok-abcdefg":"x"}}';
    const findings = findingsOf(JSON.parse(json), 'tok-abcdefg');
    assert.equal(shown(json, findings), '{"<redacted:token:1>":{"<redacted:token:1>":"x"}}');
  });

  it('joins spans that overlap', () => {
    const json = '["abcdefghijkl"]';
    const text = 'abcdefghijkl';
    const one = inText(text, 'bcdefghi', 'secret.a', '/0', false);
    const two = inText(text, 'fghijk', 'secret.b', '/0', false);
    assert.equal(shown(json, [...two, ...one]), '["a<redacted:a:1>l"]');
  });

  it('is not made where a finding has no place, or a place is not there', () => {
    const [finding] = findingsOf(['tok-abc'], 'tok-abc');
    assert.equal(shown('["tok-abc"]', [{ ...finding!, span: null }]), undefined);
    assert.equal(shown('["tok-abc"]', [{ ...finding!, path: '/1' }]), undefined);
  });
});
