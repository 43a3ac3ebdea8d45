// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the references of the configuration file.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { faultLine, loadConfig } from '../../src/config/config.ts';

const folder = mkdtempSync(join(tmpdir(), 'sluice-interpolate-'));
after(() => rmSync(folder, { recursive: true }));

function load(text: string, env: Record<string, string> = {}) {
  const path = join(folder, 'sluice.yaml');
  writeFileSync(path, text);
  return loadConfig(path, env);
}

/** The variable A of a server whose file says `value` for it. */
function filled(value: string, env: Record<string, string> = {}): string | undefined {
  const loaded = load(`servers: { a: { command: x, env: { A: ${JSON.stringify(value)} } } }`, env);
  assert.ok(loaded.ok, loaded.ok ? '' : loaded.faults.map(faultLine).join('\n'));
  const server = loaded.config.servers.a;
  assert.ok(server?.kind === 'stdio');
  return server.commands[0]?.env.A;
}

function fault(value: string, env: Record<string, string> = {}): string {
  const loaded = load(`servers: { a: { command: x, env: { A: ${JSON.stringify(value)} } } }`, env);
  assert.ok(!loaded.ok);
  assert.equal(loaded.faults.length, 1);
  assert.equal(loaded.faults[0]?.path, 'servers.a.env.A');
  assert.equal(loaded.faults[0]?.line, 1);
  return loaded.faults[0]?.words ?? '';
}

describe('a reference to a variable', () => {
  it('becomes its text, in the middle of others', () => {
    assert.equal(filled('a ${env:X} b ${env:Y}', { X: '1', Y: '2' }), 'a 1 b 2');
  });

  it('is a fault where the variable is not set, and names it', () => {
    assert.match(fault('${env:NOPE}'), /NOPE/);
    assert.match(fault('${env:constructor}'), /constructor/);
  });

  it('may have a default for what is not set or empty', () => {
    assert.equal(filled('${env:X:-d e}'), 'd e');
    assert.equal(filled('${env:X:-d}', { X: '' }), 'd');
    assert.equal(filled('${env:X:-}', {}), '');
    assert.equal(filled('${env:X}', { X: '' }), '');
  });

  it('is itself when written with two dollars', () => {
    assert.equal(filled('$${env:X}'), '${env:X}');
  });

  it('leaves what only looks like one alone, with a warning', () => {
    assert.equal(filled('${HOME} $X ${x:-1}'), '${HOME} $X ${x:-1}');
    const loaded = load('servers: { a: { command: x, env: { A: "${HOME}" } } }');
    assert.ok(loaded.ok && loaded.warnings.length === 1);
  });

  it('is a fault when its kind is not known', () => {
    assert.match(fault('${input:token}'), /\$\{env:NAME\}/);
  });

  it('cannot change structure, keys or further references', () => {
    const hostile = 'x", "B": "${env:SECRET}\n}, b: { command: evil } #';
    assert.equal(filled('${env:X}', { X: hostile, SECRET: 's' }), hostile);
    const loaded = load('servers: { "${env:X}": { command: x } }', { X: 'a' });
    assert.ok(!loaded.ok);
  });

  it('becomes a number or a boolean where only that can stand', () => {
    const text =
      'listen: { port: "${env:PORT}" }\nservers: { a: { command: x, disabled: "${env:OFF}" } }';
    const loaded = load(text, { PORT: '8080', OFF: 'true' });
    assert.ok(loaded.ok);
    assert.equal(loaded.config.listen.port, 8080);
    assert.equal(loaded.config.servers.a?.disabled, true);
    assert.ok(!load(text, { PORT: '80x', OFF: 'true' }).ok);
    assert.ok(!load(text, { PORT: '99999', OFF: 'true' }).ok);
    assert.equal(filled('${env:X}', { X: '007' }), '007');
  });
});

describe('a reference to a file', () => {
  it('becomes its content without the last line end, relative to the folder of the configuration', () => {
    writeFileSync(join(folder, 'token'), 'abc\ndef\r\n');
    assert.equal(filled('Bearer ${file:token}'), 'Bearer abc\ndef');
    assert.equal(filled(`\${file:${join(folder, 'token')}}`), 'abc\ndef');
  });

  it('is told to whoever watches, also when it cannot be read', () => {
    const loaded = load('servers: { a: { command: x, env: { A: "${file:gone}" } } }');
    assert.ok(!loaded.ok);
    assert.deepEqual(loaded.files, [join(folder, 'gone')]);
  });

  it('is a fault when the file is missing, too large, not text or not a file', () => {
    writeFileSync(join(folder, 'large'), 'x'.repeat(64 * 1024 + 1));
    writeFileSync(join(folder, 'binary'), Buffer.from([0xff, 0x00]));
    execFileSync('mkfifo', [join(folder, 'fifo')]);
    assert.match(fault('${file:gone}'), /does not exist/);
    assert.match(fault('${file:large}'), /larger/);
    assert.match(fault('${file:binary}'), /UTF-8/);
    assert.match(fault('${file:fifo}'), /regular/);
    assert.match(fault('${file:.}'), /regular/);
  });
});
