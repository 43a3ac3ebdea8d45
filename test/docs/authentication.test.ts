/**
 * The examples of docs/authentication.md are configurations, and its commands are commands.
 */

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { faultLine, loadConfig } from '../../src/config/config.ts';
import { runProcess } from '../support/spawn.ts';
import { compiled, projectFolder, temporaryFolder } from '../support/temp.ts';

const page = readFileSync(join(projectFolder(), 'docs/authentication.md'), 'utf8');
const blocks = (kind: string) =>
  [...page.matchAll(new RegExp(`\`\`\`${kind}\\n([^]*?)\`\`\``, 'g'))].map(([, text = '']) => text);

describe('docs/authentication.md', { timeout: 180_000 }, () => {
  for (const [at, text] of blocks('yaml').entries()) {
    it(`example ${at + 1} is a configuration`, () => {
      const file = join(temporaryFolder('docs-auth'), 'sluice.yaml');
      writeFileSync(file, `servers: { a: { command: x } }\n${text}`);
      const loaded = loadConfig(file, { OP_SECRET: 'a-secret' });
      assert.ok(loaded.ok, loaded.ok ? '' : loaded.faults.map(faultLine).join('\n'));
    });
  }

  it('its commands are taken', async () => {
    const folder = temporaryFolder('docs-auth');
    const config = 'servers: { a: { command: x } }\nauth: { revocations: revoked.jsonl }\n';
    writeFileSync(join(folder, 'sluice.yaml'), config);
    const commands = blocks('console')
      .flatMap((text) => [...text.matchAll(/^\$ sluice ([^#\n]+)/gm)])
      .map(([, words = '']) => words.trim().split(/\s+/));
    assert.ok(commands.length >= 4);
    for (const args of commands) {
      const main = compiled('src/main.js');
      const { status, stderr } = await runProcess(process.execPath, [main, ...args], {
        cwd: folder,
      });
      assert.equal(status, 0, `${args.join(' ')}: ${stderr}`);
    }
  });
});
