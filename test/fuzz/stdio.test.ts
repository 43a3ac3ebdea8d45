/**
 * Whatever lines a client writes to `sluice stdio`, the process lives, answers the next honest request, and answers
 * no request twice.
 *
 * Bounded: a fixed number of lines from a seeded generator (`FUZZ_SEED=… node --test …`).
 */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { generator } from '../support/random.ts';
import { compiled, temporaryFolder } from '../support/temp.ts';

const LINES = 1500;
const SEED = Number(process.env.FUZZ_SEED ?? 20_261_120);
const META =
  '"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}';

const HONEST = [
  `{"jsonrpc":"2.0","id":ID,"method":"tools/call","params":{"name":"echo","arguments":{"message":"m"},${META}}}`,
  `{"jsonrpc":"2.0","id":ID,"method":"tools/list","params":{${META}}}`,
  `{"jsonrpc":"2.0","id":ID,"method":"subscriptions/listen","params":{"notifications":{"toolsListChanged":true},${META}}}`,
  '{"jsonrpc":"2.0","id":ID,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{"roots":{}},"clientInfo":{"name":"f","version":"1"}}}',
  '{"jsonrpc":"2.0","id":ID,"method":"ping"}',
  '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":ID}}',
  '{"jsonrpc":"2.0","id":ID,"result":{"roots":[]}}',
];

function line(random: (below: number) => number, id: string): Buffer {
  const bytes = Buffer.from(HONEST[random(HONEST.length)]!.replaceAll('ID', id));
  const kind = random(4);
  if (kind === 0) return bytes;
  if (kind === 1) return Buffer.from(Array.from({ length: random(200) }, () => random(256)));
  if (kind === 2) return bytes.subarray(0, random(bytes.length));
  for (let i = random(4); i >= 0; i--) bytes[random(bytes.length)] = random(256);
  return bytes;
}

test('lives through lines put together at random, and answers none twice', {
  timeout: 180_000,
}, async () => {
  const file = join(temporaryFolder('fuzz'), 'sluice.yaml');
  const echo = compiled('test/support/fixtures/echo.js');
  const servers = { echo: { command: process.execPath, args: [echo] } };
  writeFileSync(file, JSON.stringify({ servers, telemetry: { log: 'silent' } }));
  const args = [compiled('src/main.js'), 'stdio', '-c', file];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'ignore'] });
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  try {
    let text = '';
    const wellAnswered = new Promise<void>((resolve, reject) => {
      child.stdout.on('data', (chunk) => {
        text += chunk;
        if (text.includes('"id":"well"')) resolve();
      });
      void exited.then((code) => reject(new Error(`it ended with ${code}`)));
    });
    const random = generator(SEED);
    for (let sent = 0; sent < LINES; sent++) {
      const isTaken = child.stdin.write(
        Buffer.concat([line(random, `"${randomUUID()}"`), Buffer.from('\n')]),
      );
      if (!isTaken) await new Promise((resolve) => child.stdin.once('drain', resolve));
    }
    child.stdin.write(`${HONEST[0]!.replace('ID', '"well"')}\n`);
    await wellAnswered;
    child.stdin.end();
    assert.equal(await exited, 0);
    const answers = text
      .split('\n')
      .filter((answer) => answer !== '')
      .map((answer) => JSON.parse(answer));
    const ids = answers
      .filter((answer) => !('method' in answer) && typeof answer.id === 'string')
      .map((answer) => answer.id);
    assert.ok(ids.length > LINES / 10, `only ${ids.length} answers`);
    // Ids are too far apart for a changed byte to turn one into another.
    assert.equal(new Set(ids).size, ids.length);
    const well = answers.filter((answer) => answer.id === 'well');
    assert.equal(well.length, 1);
    assert.equal(well[0].error, undefined);
  } finally {
    child.kill('SIGKILL');
  }
});
