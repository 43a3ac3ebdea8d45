import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { placeOf, run, write } from './sluice.ts';

interface Report {
  ok: boolean;
  findings: { about: string; state: string; words: string }[];
}

describe('sluice doctor', { timeout: 180_000 }, () => {
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

  it('says which rules are in force, and what of the file counts no more', async (t) => {
    const place = placeOf(t);
    writeFileSync(
      join(place.folder, 'acme.yaml'),
      'name: acme\nversion: "1.4.0"\nrules: [{ id: ticket, pattern: "TICKET-[0-9]+" }]\n',
    );
    const suppress = [{ rule: 'acme.*', reason: 'known', until: '2020-01-31' }];
    write(place, JSON.stringify({ servers: {}, inspect: { packs: ['acme.yaml'], suppress } }));
    const { stdout } = await run(place, 'doctor', '--json');
    const { findings } = JSON.parse(stdout) as Report;
    const rules = findings.filter(({ about }) => about === 'rules').map(({ words }) => words);
    assert.match(rules[0] ?? '', /^built in \d+\.\d+\.\d+, \d+ rules, sha256 [0-9a-f]{12}$/);
    assert.match(rules[1] ?? '', /^acme 1\.4\.0, 1 rule, sha256 [0-9a-f]{12}, acme\.yaml$/);
    const weak = findings.filter(({ state }) => state === 'weak').map(({ words }) => words);
    assert.ok(
      weak.some((words) => /this suppression ended with 2020-01-31/.test(words)),
      stdout,
    );
  });

  it('exits 1 when the configuration has faults, and shows them', async (t) => {
    const place = placeOf(t);
    write(place, 'servers: { a: { comand: x } }');
    const { code, stdout } = await run(place, 'doctor');
    assert.equal(code, 1);
    assert.match(stdout, /fault +config +sluice\.yaml:1:/);
  });
});
