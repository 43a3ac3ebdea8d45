/**
 * The command lines of the documents for operators, run as they stand there against a gateway at work, which is the real program. Only what they name is put in
 * place of what the documents name: a session, a call, a port.
 */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { after, before, describe, it } from 'node:test';
import { freePort } from '../../bench/free-port.ts';
import { makeKey } from '../../src/auth/auth.ts';
import { run } from '../../src/cli/cli.ts';
import { PATIENCE_MS, pause, recorder, until } from '../e2e/running-gateway.ts';
import { LegacyClient } from '../support/legacy-client.ts';
import { ModernClient } from '../support/modern-client.ts';
import { type StartedProcess, startProcess } from '../support/spawn.ts';
import { compiled, projectFolder, temporaryFolder } from '../support/temp.ts';

const folder = temporaryFolder('docs-commands');
const CI = makeKey();
const TOKEN = 'a-token-of-the-administrator-0123456789';
/** A command answers with 1 where it has found nothing, or something to be seen to. */
const MAY_FIND_NOTHING = /audit query|admin calls|config diff|access replay|audit export/;
/** Runs where it can: certificates and keys of its own (docs/admin.test.ts), until it is interrupted (audit/asking.test.ts). */
const ELSEWHERE = /^sluice (?:start|admin health --url https|audit tail -f)/;

let gateway: StartedProcess;

function textOf(name: string): string {
  return readFileSync(join(projectFolder(), 'docs', name), 'utf8');
}

/** Lines of shell blocks that begin with the program, without the remarks behind them. */
function blockCommands(name: string): string[] {
  const blocks = [...textOf(name).matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block]) => block!);
  return blocks
    .flatMap((block) => block.split('\n'))
    .map((line) => line.replace(/\s+#.*$/, '').trim())
    .filter((line) => line.startsWith('sluice ') && !ELSEWHERE.test(line));
}

/** What a document tells one to run in its sentences and tables. */
function namedCommands(name: string): string[] {
  const named = [...textOf(name).matchAll(/`(sluice [^`]+)`/g)].map(([, command]) => command!);
  return [...new Set(named)].filter((command) =>
    /^sluice (?:admin|audit|stop|revoke) ./.test(command),
  );
}

const OPTIONS = () => ({ headers: { authorization: `Bearer ${CI.key}` } });
const client = () => new ModernClient(gateway.ready, OPTIONS());

/** As a shell would run it, and within this process: hundreds of milliseconds less for each. */
async function sh(line: string): Promise<{ status: number; stdout: string; stderr: string }> {
  const all = { status: 0, stdout: '', stderr: '' };
  for (const command of line.split(' && ')) {
    const [text = '', file] = command.split(' > ');
    const written = { stdout: '', stderr: '' };
    const status = await run({
      argv: wordsOf(text).slice(1),
      env: { SLUICE_ADMIN_TOKEN: TOKEN },
      cwd: folder,
      stdin: Readable.from([]),
      stdout: collector((piece) => (written.stdout += piece)),
      stderr: collector((piece) => (written.stderr += piece)),
      self: ['sluice'],
      onSignal: () => {},
      optimise: () => {},
      exit: () => assert.fail(`${text} ended the process`),
    });
    if (file === undefined) all.stdout += written.stdout;
    else writeFileSync(join(folder, file), written.stdout);
    Object.assign(all, { status, stderr: all.stderr + written.stderr });
    if (status !== 0) break;
  }
  return all;
}

function collector(take: (piece: string) => void): Writable {
  return new Writable({
    write(piece: Buffer, _, next) {
      take(piece.toString());
      next();
    },
  });
}

/** Words, with quotes taken off. */
function wordsOf(text: string): string[] {
  return [...text.matchAll(/(?:'[^']*'|[^\s'])+/g)].map(([word]) => word.replaceAll("'", ''));
}

async function done(command: string, codes = [0]): Promise<string> {
  const { status, stdout, stderr } = await sh(command);
  assert.ok(codes.includes(status), `${command}: ${status}\n${stdout}${stderr}`);
  return stdout;
}

/** The handle of a session that is open. */
async function handle(): Promise<string> {
  await LegacyClient.open(gateway.ready, OPTIONS());
  const { sessions } = JSON.parse(await done('sluice admin sessions --json')) as {
    sessions: { handle: string }[];
  };
  return sessions.at(-1)!.handle;
}

/** A call that waits for an operator, and what becomes of it. */
async function waiting(): Promise<{ id: string; answer: Promise<unknown> }> {
  const answer = client().call('files__erase', {});
  for (;;) {
    const { approvals } = JSON.parse(await done('sluice admin approvals --json')) as {
      approvals: { id: string }[];
    };
    if (approvals.length > 0) return { id: approvals[0]!.id, answer };
    await pause();
  }
}

/** The id of a call whose record is sealed. */
async function sealedCall(): Promise<string> {
  await client().call('files__write_file', { path: '/data/x' });
  const newest = async () =>
    JSON.parse(
      await done('sluice audit query original=write_file -n 1 --json', [0, 1]).then(
        (text) => text || '{}',
      ),
    ) as {
      id?: string;
    };
  await until(async () => (await newest()).id !== undefined);
  const { id } = await newest();
  await until(async () => (await sh(`sluice audit receipt ${id}`)).status === 0);
  return id!;
}

const seen = new Set<string>();

/** Once, with names that are there, and what has to be done before it and after. */
async function tried(command: string): Promise<void> {
  if (seen.has(command)) return;
  seen.add(command);
  let line = command
    .replace('revoke --key ID', 'revoke --key other')
    .replace('KIND NAME', 'caller ci')
    .replace(/\bNAME\b/, 'files')
    .replace('TOOL', 'write_file')
    .replace("'server.tool*'", "'files.write*'")
    .replace(/\bID\b/, 'ci');
  if (line.includes('3f0c5f0a7c1d9e42')) line = line.replace('3f0c5f0a7c1d9e42', await handle());
  if (line.includes('c74562cc4d-3')) line = line.replace('c74562cc4d-3', await sealedCall());
  if (/callers (?:end|limits)/.test(line)) await handle();
  const pending = line.includes('5f0c1e9a7b3d2468') ? await waiting() : undefined;
  if (pending !== undefined) line = line.replace('5f0c1e9a7b3d2468', pending.id);
  await done(line, MAY_FIND_NOTHING.test(line) ? [0, 1] : [0]);
  await pending?.answer;
  if (/servers (?:drain|disable)/.test(line)) await done('sluice admin servers enable files');
  const stopped = /^sluice (?:admin )?stop (all|\w+ \S+)/.exec(line)?.[1];
  if (stopped !== undefined) await done(`sluice resume ${stopped}`);
}

describe('the commands of the documents', { timeout: 4 * PATIENCE_MS }, () => {
  before(async () => {
    const keys = [
      { id: 'ci', sha256: CI.sha256, roles: ['reader'], tenant: 'acme' },
      { id: 'other', sha256: makeKey().sha256, roles: ['reader'] },
    ];
    const config = {
      listen: { port: 0 },
      servers: {
        files: recorder(join(folder, 'received'), 'write_file', 'erase'),
        db: recorder(join(folder, 'received'), 'query'),
      },
      auth: { apiKeys: keys, revocations: 'revoked.txt' },
      access: { roles: { reader: { allow: ['files.*'] } } },
      limits: [{ id: 'each', key: ['caller'], rate: '1000/s' }],
      approvals: { tools: ['files.erase'], by: 'operator' },
      inspect: { lock: { file: 'sluice.lock.yaml' } },
      audit: { dir: 'audit', signKey: `\${file:audit.pem}`, rotateMs: 1000, flushMs: 5 },
      admin: { port: await freePort(), token: `\${env:SLUICE_ADMIN_TOKEN}` },
    };
    const text = JSON.stringify(config);
    for (const name of ['sluice.yaml', 'next.yaml']) writeFileSync(join(folder, name), text);
    const expected = [
      { as: 'ci', roles: ['reader'], tool: 'files.write_file', verdict: 'allowed' },
    ];
    writeFileSync(join(folder, 'expectations.yaml'), JSON.stringify(expected));
    await done('sluice audit keygen audit.pem');
    gateway = await startProcess(process.execPath, [compiled('src/main.js'), 'start'], {
      readyLine: /^listening on (\S+)$/,
      cwd: folder,
      env: { SLUICE_ADMIN_TOKEN: TOKEN },
    });
    await until(async () => (await sh('sluice admin health')).status === 0);
    await client().call('files__write_file', { path: '/data/x' });
  });
  after(() => gateway?.stop());

  for (const name of ['admin.md', 'approvals.md', 'audit.md', 'access.md']) {
    it(`docs/${name}: blocks`, async () => {
      const commands = blockCommands(name);
      assert.ok(commands.length >= 2, commands.join('\n'));
      for (const command of commands) await tried(command);
    });
  }

  it('docs/operations.md: what to run when something is wrong', async () => {
    const commands = namedCommands('operations.md');
    assert.ok(commands.length > 15, commands.join('\n'));
    for (const command of commands) await tried(command);
  });

  it('docs/operations.md: a backup of a gateway at work is whole, and another one goes on with it', async () => {
    const block = /```sh\n(tar [^\n]*-czf[\s\S]*?)```/.exec(textOf('operations.md'))![1]!;
    const [copy, restore, verifying] = block.trim().split('\n');
    const calling = new AbortController();
    const calls = (async () => {
      while (!calling.signal.aborted) await client().call('files__write_file', { path: '/data/x' });
    })();
    try {
      // It may say that a file has changed, or was removed when it was compressed: then it is made again, as it is written there.
      await until(async () => {
        rmSync(join(folder, 'restored'), { recursive: true, force: true });
        spawnSync('sh', ['-c', `${copy}; ${restore}`], { cwd: folder });
        return (await sh(verifying!)).status === 0;
      });
    } finally {
      calling.abort();
      await calls;
    }
    const restored = join(folder, 'restored');
    writeFileSync(join(restored, 'audit.pem'), readFileSync(join(folder, 'audit.pem')));
    // On another machine it would have its port.
    const file = join(restored, 'sluice.yaml');
    writeFileSync(
      file,
      readFileSync(file, 'utf8').replace(/"admin":{"port":\d+/, '"admin":{"port":0'),
    );
    const records = async () =>
      (JSON.parse(await done(`${verifying} --json`)) as { records: number }).records;
    const before = await records();
    const next = await startProcess(process.execPath, [compiled('src/main.js'), 'start'], {
      readyLine: /^listening on (\S+)$/,
      cwd: restored,
      env: { SLUICE_ADMIN_TOKEN: TOKEN },
    });
    assert.equal(await next.stop(), 0);
    assert.ok((await records()) > before);
  });

  it('docs/access.md and audit.md: replaying calls by the rules of another file', async () => {
    for (const name of ['access.md', 'audit.md']) {
      const [replay] = namedReplays(name);
      await tried(replay!);
    }
  });
});

function namedReplays(name: string): string[] {
  return [...textOf(name).matchAll(/`(sluice access replay [^`]+)`/g)].map(([, line]) => line!);
}
