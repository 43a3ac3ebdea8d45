import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { placeOf, run, write } from './sluice.ts';

interface Report {
  ok: boolean;
  findings: { about: string; state: string; words: string }[];
}

describe('sluice doctor', { timeout: 60_000 }, () => {
  it('says the web server and why, the limits, and what is weakened', async (t) => {
    const place = placeOf(t);
    write(
      place,
      'servers: {}\nlisten: { host: 0.0.0.0, front: node }\nauth: { anonymous: true }\n',
    );
    const { code, stdout } = await run(place, 'doctor', '--json');
    assert.equal(code, 0);
    const { ok, findings } = JSON.parse(stdout) as Report;
    assert.equal(ok, true);
    const words = (about: string) => findings.find((one) => one.about === about)?.words ?? '';
    assert.match(words('front'), /^node: /);
    assert.match(words('node'), /^v\d+/);
    assert.ok(findings.some((one) => one.about === 'limit'));
    assert.ok(findings.some((one) => one.state === 'weak' && /auth\.anonymous/.test(one.words)));
  });

  it('says whose results answer everybody, and what is called however often it fails', async (t) => {
    const place = placeOf(t);
    const tools = { 'get_*': { cache: { ttlMs: 1000, scope: 'public' } } };
    write(
      place,
      JSON.stringify({ servers: { a: { command: 'x', breaker: { enabled: false }, tools } } }),
    );
    const { stdout } = await run(place, 'doctor', '--json');
    const { findings } = JSON.parse(stdout) as Report;
    const words = (about: string) => findings.find((one) => one.about === about)?.words ?? '';
    assert.match(words('cache'), /get_\* of "a"/);
    assert.match(words('breaker'), /"a" has no circuit breaker/);
  });

  it('exits 1 when the configuration has faults, and shows them', async (t) => {
    const place = placeOf(t);
    write(place, 'servers: { a: { comand: x } }');
    const { code, stdout } = await run(place, 'doctor');
    assert.equal(code, 1);
    assert.match(stdout, /fault +config +sluice\.yaml:1:/);
  });
});
