/** `sluice scan`: one verdict for each row, under the configuration given. */

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { type Place, Program, placeOf, run, write } from './sluice.ts';

const CONFIG = `
servers: {}
inspect:
  secrets: { request: block, response: redact }
  pii: { response: flag }
  rules:
    - { id: ticket, pattern: 'ACME-[0-9]{6}' }
    - { id: birthday, class: pii, pattern: 'born on [0-9-]+' }
  suppress:
    - { rule: own.ticket, tool: export, path: /note, reason: told so, until: 2199-01-01 }
`;
const call = (name: string, args: object) => JSON.stringify({ name, arguments: args });
const ROWS = [
  { id: 'clean', direction: 'response', text: 'nothing to see' },
  { id: 'result', direction: 'response', text: 'see ACME-123456' },
  { id: 'flag', direction: 'response', text: 'born on 1970-01-01' },
  { id: 'call', direction: 'request', text: call('send', { note: 'ACME-123456' }) },
  { id: 'known', direction: 'request', text: call('export', { note: 'ACME-123456' }) },
  { id: 'tool', direction: 'tool_definition', tool: { name: 'x', description: 'as ACME-123456' } },
];
const TEXT = ROWS.map((row) => `${JSON.stringify(row)}\n`).join('');
const EXPECTED = [
  ['clean', false, 'pass', null, []],
  ['result', true, 'redact', 'secret', ['own.ticket']],
  ['flag', false, 'flag', 'pii', ['own.birthday']],
  ['call', true, 'block', 'secret', ['own.ticket']],
  ['known', false, 'pass', null, []],
  ['tool', true, 'redact', 'secret', ['own.ticket']],
];

function verdicts(stdout: string): unknown[] {
  const rows = stdout.split('\n').filter(Boolean);
  return rows.map((line) => {
    const { id, flag, action, class: kind, rules, us } = JSON.parse(line);
    assert.ok(typeof us === 'number' && us >= 0);
    return [id, flag, action, kind, rules];
  });
}

async function fed(place: Place, text: string, ...args: string[]) {
  const program = new Program(place, args);
  program.child.stdin.end(text);
  return await program.ended;
}

describe('sluice scan --jsonl', { timeout: 60_000 }, () => {
  it('gives one verdict for each row of stdin, in order, and exits 1 where one is flagged', async (t) => {
    const place = placeOf(t);
    write(place, CONFIG);
    const { code, stdout } = await fed(place, TEXT, 'scan', '--jsonl');
    assert.deepEqual([code, verdicts(stdout)], [1, EXPECTED]);
  });

  it('reads files, packed ones too, and exits 0 where none is flagged', async (t) => {
    const place = placeOf(t);
    const file = write(place, CONFIG, 'other.yaml');
    write(place, TEXT, 'rows.jsonl');
    writeFileSync(join(place.folder, 'rows.jsonl.gz'), gzipSync(TEXT));
    const twice = await run(place, 'scan', '--jsonl', '-c', file, 'rows.jsonl', 'rows.jsonl.gz');
    assert.deepEqual([twice.code, verdicts(twice.stdout)], [1, [...EXPECTED, ...EXPECTED]]);
    // Without a file of configuration nobody knows of tickets.
    const bare = await run(place, 'scan', '--jsonl', 'rows.jsonl');
    assert.equal(bare.code, 0);
    assert.ok(verdicts(bare.stdout).every((row) => (row as unknown[])[2] === 'pass'));
  });

  it('says of what is no row that it is none, and exits 64', async (t) => {
    const place = placeOf(t);
    const text = '{"id":1}\nnot json\n{"id":2,"direction":"request","text":"x"}\n';
    const { code, stdout } = await fed(place, text, 'scan', '--jsonl');
    assert.equal(code, 64);
    assert.equal(stdout.match(/"error"/g)?.length, 3);
    assert.equal((await run(place, 'scan', '--jsonl', 'nowhere')).code, 69);
  });
});
