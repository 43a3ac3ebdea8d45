/** Personal data: what has check digits must pass them, what has none needs a word beside it. */

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { leavesOf } from '../../../src/inspect/inspect.ts';
import { isLuhn, mod } from '../../../src/inspect/rules/checksums.ts';
import { PII } from '../../../src/inspect/rules/pii.ts';
import { isMod1110, isVerhoeff } from '../../../src/inspect/rules/pii-checks.ts';
import { isIban, NATIONAL_IDS } from '../../../src/inspect/rules/pii-numbers.ts';
import { viewsOf } from '../../../src/inspect/views.ts';

function found(text: string): string[] {
  const leaves = leavesOf(text);
  const subject = { direction: 'response', leaves, tool: '' } as const;
  const views = leaves.map((leaf) => ({ leaf, views: viewsOf(leaf.text).slice(0, 1) }));
  return PII.examine({ subject, views }, []).map(
    ({ rule, span }) => `${rule} ${span === null ? '' : text.slice(...span)}`,
  );
}

/** The body with the last digit that the check accepts. */
function completed(body: string, isValid: (id: string) => boolean): string {
  for (const last of '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ')
    if (isValid(body + last)) return body + last;
  throw new Error(`Nothing completes ${body}`);
}
const national = (name: string) => NATIONAL_IDS.find((one) => one.name === name)!;
const id = (name: string, body: string) =>
  completed(body, (text) => national(name).shape.test(text) && national(name).isValid(text));
function iban(country: string, account: string): string {
  for (let check = 2; check < 99; check++) {
    const text = country + String(check).padStart(2, '0') + account;
    if (isIban(text)) return text;
  }
  throw new Error('no IBAN');
}

suite('personal data', () => {
  const card = completed('411111222222333', isLuhn);
  const account = iban('DE', '370400440532013000');
  const cases: readonly [string, string][] = [
    ['write to jane.doe+x@mail.acme.co.uk today', 'pii.email jane.doe+x@mail.acme.co.uk'],
    [`card ${card}.`, `pii.card ${card}`],
    [
      `card ${card.replace(/(.{4})(?=.)/g, '$1 ')}, thanks`,
      `pii.card ${card.replace(/(.{4})(?=.)/g, '$1 ')}`,
    ],
    [`pay ${account} now`, `pii.iban ${account}`],
    [
      `IBAN: ${account.replace(/(.{4})(?=.)/g, '$1 ')}`,
      `pii.iban ${account.replace(/(.{4})(?=.)/g, '$1 ')}`,
    ],
    ['call +49 30 901820 or not', 'pii.phone +49 30 901820'],
    ['(212) 736-5000 is theirs', 'pii.phone (212) 736-5000'],
    ['SSN 536-90-4399', 'pii.us-ssn 536-90-4399'],
    ['his number is AB 12 34 56 C', 'pii.uk-nino AB 12 34 56 C'],
    [`dni ${id('es-dni', '12345678')}`, `pii.es-dni ${id('es-dni', '12345678')}`],
    [
      `cf ${id('it-codice-fiscale', 'RSSMRA85T10A562')}`,
      `pii.it-codice-fiscale ${id('it-codice-fiscale', 'RSSMRA85T10A562')}`,
    ],
    [`PESEL ${id('pl-pesel', '4405140135')}`, `pii.pl-pesel ${id('pl-pesel', '4405140135')}`],
    [`BSN: ${id('nl-bsn', '11122233')}`, `pii.nl-bsn ${id('nl-bsn', '11122233')}`],
    [
      `Aadhaar ${id('in-aadhaar', '23412341234')}`,
      `pii.in-aadhaar ${id('in-aadhaar', '23412341234')}`,
    ],
    [
      `Steuer-ID ${id('de-steuer-id', '8609574271')}`,
      `pii.de-steuer-id ${id('de-steuer-id', '8609574271')}`,
    ],
    [`AHV ${id('ch-ahv', '756123456789')}`, `pii.ch-ahv ${id('ch-ahv', '756123456789')}`],
    ['passport no. C01X00T47', 'pii.passport C01X00T47'],
  ];
  for (const [text, expected] of cases)
    test(expected, () => assert.ok(found(text).includes(expected), JSON.stringify(found(text))));

  const harmless = [
    'git@github.com:acme/x.git and icon@2x.png',
    'someone@example.com',
    'order 1234567890123456 of 2026-11-20',
    `card ${card.replace(/.$/, (last) => String((Number(last) + 1) % 10))}`,
    'DE00370400440532013000',
    'version 1.22.333-4444',
    'id 536904399 in the table',
    'c55dabe5-f0a3-4e04-9491-33bcf1491ce2',
    'sha1 da39a3ee5e6b4b0d3255bfef95601890afd80709',
    '1970-01-01T00:00:00Z 192.168.100.200',
    'C01X00T47',
  ];
  for (const text of harmless) test(`${text} is none`, () => assert.deepEqual(found(text), []));
});

suite('check digits', () => {
  const digits = fc.stringMatching(/^[0-9]{8,20}$/);
  const schemes: readonly [string, (text: string) => boolean][] = [
    ['Luhn', isLuhn],
    ['Verhoeff', isVerhoeff],
    ['mod 11,10', isMod1110],
  ];
  for (const [name, isValid] of schemes)
    test(`${name} accepts one last digit, and no other single digit changed`, () => {
      fc.assert(
        fc.property(digits, fc.nat(), fc.integer({ min: 1, max: 9 }), (body, place, by) => {
          const valid = [...'0123456789'].filter((last) => isValid(body + last));
          assert.equal(valid.length, 1);
          const text = body + valid[0];
          const at = place % text.length;
          const changed = (Number(text[at]) + by) % 10;
          assert.equal(isValid(text.slice(0, at) + changed + text.slice(at + 1)), false);
        }),
      );
    });

  test('a remainder is that of the whole number', () => {
    fc.assert(
      fc.property(digits, fc.integer({ min: 2, max: 97 }), (text, by) => {
        assert.equal(mod(text, by), Number(BigInt(text) % BigInt(by)));
      }),
    );
  });

  test('every national number can be made, and most numbers are none', () => {
    for (const { name, shape, isValid, near } of NATIONAL_IDS) {
      const samples = fc.sample(fc.stringMatching(shape), { numRuns: 400, seed: 3 });
      const valid = samples.filter((text) => isValid(text)).length;
      assert.ok(valid < 400 || near !== undefined, `${name} accepts everything`);
    }
  });
});
