import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { faultLine, loadConfig } from '../../src/config/config.ts';
import { REFUSALS } from '../../src/protocol/refusal.ts';

/** Compiled, this file is at OUT/test/config. */
const root = fileURLToPath(new URL('../../../', import.meta.url));
const generator = fileURLToPath(new URL('../../src/docs.js', import.meta.url));

describe('the generated documents', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-docs-'));
  after(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'docs'));
  execFileSync(process.execPath, [generator], { cwd: folder });

  for (const name of [
    'configuration.md',
    'errors.md',
    'metrics.md',
    'admin-api.md',
    'sluice.schema.json',
  ]) {
    it(`docs/${name} is what \`npm run docs\` writes`, () => {
      const fresh = readFileSync(join(folder, 'docs', name), 'utf8');
      assert.equal(readFileSync(join(root, 'docs', name), 'utf8'), fresh);
    });
  }

  it('describe every key and every refusal', () => {
    const manual = readFileSync(join(folder, 'docs', 'configuration.md'), 'utf8');
    assert.doesNotMatch(manual, /\| {2}\|\n/);
    const errors = readFileSync(join(folder, 'docs', 'errors.md'), 'utf8');
    for (const code of Object.keys(REFUSALS)) assert.ok(errors.includes(`| \`${code}\` |`), code);
  });
});

describe('the examples', () => {
  for (const name of ['quickstart', 'virtual', 'remote']) {
    it(`examples/${name}/sluice.yaml is a valid configuration without warnings`, () => {
      const path = join(root, 'examples', name, 'sluice.yaml');
      const loaded = loadConfig(path, { REMOTE_TOKEN: 'a-token' });
      const said = loaded.ok ? loaded.warnings : loaded.faults;
      assert.deepEqual(said.map(faultLine), []);
    });
  }
});
