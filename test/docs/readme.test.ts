/**
 * What the documents tell people to type works, and what they say of the program is so.
 */

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { EXIT } from '../../src/cli/exit.ts';
import { loadConfig } from '../../src/config/config.ts';
import { runProcess, type StartedProcess, startProcess } from '../support/spawn.ts';
import { compiled, projectFolder, temporaryFolder } from '../support/temp.ts';

const root = projectFolder();
const MAIN = compiled('src/main.js');
const readme = read('README.md');

function read(name: string): string {
  return readFileSync(join(root, name), 'utf8');
}

function blocks(text: string, language: string): string[] {
  const fence = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm');
  return [...text.matchAll(fence)].map((match) => match[1]!);
}

/** The rows of the table below a heading row, cut into cells. */
function table(text: string, head: string): string[][] {
  const lines = text.slice(text.indexOf(head)).split('\n').slice(2);
  const end = lines.findIndex((line) => !line.startsWith('|'));
  return lines.slice(0, end).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replace(/^`|`$/g, '')),
  );
}

function sluice(args: readonly string[]) {
  return runProcess(process.execPath, [MAIN, ...args], { cwd: root });
}

describe('the quick start', () => {
  let gateway: StartedProcess;

  before(async () => {
    // As `npm start` does, but on a free port, and so with a copy of the file.
    const file = join(temporaryFolder('quickstart'), 'sluice.yaml');
    const text = read('examples/quickstart/sluice.yaml').replaceAll(
      'cwd: ../..',
      `cwd: ${JSON.stringify(root)}`,
    );
    writeFileSync(file, `${text}\nlisten: { port: 0 }\n`);
    gateway = await startProcess(process.execPath, [MAIN, 'start', '-c', file], {
      readyLine: /^listening on (\S+)$/,
    });
  });
  after(() => gateway?.stop());

  it('starts what npm start starts', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    assert.match(
      scripts.start ?? '',
      /^node dist\/src\/main\.js start .*-c examples\/quickstart\/sluice\.yaml$/,
    );
    assert.equal(scripts.prestart, 'npm run build');
  });

  it('answers the call with curl', async (t) => {
    const command = blocks(readme, 'sh').find((block) => block.startsWith('curl '));
    assert(command);
    assert(command.includes('http://127.0.0.1:7332/mcp'));
    if ((await runProcess('curl', ['--version'])).status !== 0) return t.skip('there is no curl');
    const here = command.replace('http://127.0.0.1:7332/mcp', gateway.ready);
    const { status, stdout } = await runProcess('sh', ['-c', here]);
    assert.equal(status, 0);
    const { result } = JSON.parse(stdout) as { result: { content: { text: string }[] } };
    assert.equal(result.content[0]?.text, read('examples/quickstart/files/notes.txt'));
  });

  it('answers the call from the command line', async () => {
    const command = blocks(readme, 'sh').find((block) => block.includes('main.js call'));
    const args = command?.trim().split(' ').slice(2) ?? [];
    assert.equal(args[0], 'call');
    const { status, stdout } = await sluice([...args, '--url', gateway.ready]);
    assert.equal(status, EXIT.ok);
    assert(stdout.includes(read('examples/quickstart/files/notes.txt').trim()));
  });
});

describe('the snippets', () => {
  it('for clients are JSON with an mcpServers entry', () => {
    const snippets = blocks(readme, 'json');
    assert.equal(snippets.length, 2);
    for (const snippet of snippets) {
      const { mcpServers } = JSON.parse(snippet) as { mcpServers: Record<string, object> };
      assert.deepEqual(Object.keys(mcpServers), ['sluice']);
    }
  });

  for (const name of ['README.md', 'docs/operations.md', 'docs/admin.md', 'docs/approvals.md']) {
    for (const [at, yaml] of blocks(read(name), 'yaml').entries()) {
      it(`of a configuration load: ${name}, ${at + 1}`, () => {
        const file = join(temporaryFolder('snippet'), 'sluice.yaml');
        writeFileSync(file, yaml);
        const loaded = loadConfig(file, {
          SEARCH_TOKEN: 'x',
          SLUICE_ADMIN_TOKEN: '0'.repeat(48),
        });
        assert(loaded.ok, JSON.stringify(loaded.ok ? '' : loaded.faults));
      });
    }
  }
});

describe('the README', () => {
  it('names every command, and no other', async () => {
    const { stdout } = await sluice(['--help']);
    const commands = stdout.slice(stdout.indexOf('Commands:')).matchAll(/^ {2}([a-z]+) /gm);
    const real = [...commands].map((match) => match[1]!).filter((name) => name !== 'help');
    const told = table(readme, '| command | does |').map(([name]) => name!);
    assert.deepEqual(told.sort(), real.sort());
  });

  it('names every exit code, and no other', () => {
    const told = table(readme, '| exit code | means |').map(([code]) => Number(code));
    assert.deepEqual(told, Object.values(EXIT));
  });

  it('names the limits that a file without any has', () => {
    const file = join(temporaryFolder('limits'), 'sluice.yaml');
    writeFileSync(file, 'servers: { NAME: { command: x } }');
    const loaded = loadConfig(file, {});
    assert(loaded.ok);
    for (const [key = '', value = ''] of table(readme, '| key | default | bounds |')) {
      const real: unknown = key
        .split('.')
        .reduce<unknown>((node, part) => (node as Record<string, unknown>)[part], loaded.config);
      assert.equal(real, quantity(value), key);
    }
  });
});

const UNITS: Readonly<Record<string, number>> = { KiB: 1024, MiB: 1_048_576, s: 1000, min: 60_000 };

/** "4 MiB" is 4194304, "10 s" is 10000, "64" is 64; other text stays. */
function quantity(text: string): number | string {
  const [, digits, unit] = /^(\d+)(?: (\w+))?$/.exec(text) ?? [];
  if (digits === undefined) return text;
  const factor = unit === undefined ? 1 : UNITS[unit];
  assert(factor !== undefined, `"${unit}" is a unit that this test does not know`);
  return Number(digits) * factor;
}
