/** `sluice canary`: a canary of each tenant, found by a gateway with the same key. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { placeOf, run, write } from './sluice.ts';

const CONFIG = `
servers: {}
inspect: { canaryKey: "\${file:./key}" }
`;

describe('sluice canary', () => {
  it('makes a key, and the same canary for the same tenant, which a scan then finds', async (t) => {
    const place = placeOf(t);
    const key = await run(place, 'canary', '--new-key');
    assert.equal(key.code, 0);
    write(place, key.stdout.trim(), 'key');
    const asJson = await run(place, 'canary', '--new-key', '--json');
    const { key: other } = JSON.parse(asJson.stdout) as { key: string };
    assert.equal(other.length, key.stdout.trim().length);
    write(place, CONFIG);
    const made = await run(place, 'canary', '--tenant', 'acme', 'other', '--json');
    assert.equal(made.code, 0, made.stderr);
    const [acme, second] = JSON.parse(made.stdout) as { tenant: string; canary: string }[];
    assert.notEqual(acme?.canary, second?.canary);
    const again = await run(place, 'canary', '--tenant', 'acme');
    assert.equal(again.stdout.trim(), acme?.canary);
    const row = { id: 'a', direction: 'response', text: `a note: ${acme?.canary}` };
    const file = write(place, `${JSON.stringify(row)}\n`, 'rows.jsonl');
    const scan = await run(place, 'scan', '--jsonl', file);
    assert.match(scan.stdout, /secret\.canary/);
    assert.ok(!key.stderr.includes(key.stdout.trim()));
  });

  it('without a tenant or a key says what is missing', async (t) => {
    const place = placeOf(t);
    write(place, 'servers: {}\n');
    assert.equal((await run(place, 'canary')).code, 64);
    assert.equal((await run(place, 'canary', '--tenant', 'acme')).code, 64);
    assert.equal((await run(place, 'canary', '--tenant', 'x'.repeat(65))).code, 64);
  });
});
