import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { placeOf, run, tiny, tinyModule, write } from './sluice.ts';

interface Report {
  ok: boolean;
  faults: unknown[];
  servers: { name: string; status: string; tools: number; era?: string; fault?: string }[];
}

describe('sluice check', { timeout: 180_000 }, () => {
  it('starts every server once and exits 0 when all are well', async (t) => {
    const place = placeOf(t);
    write(place, `servers: { one: ${tiny()}, off: { command: none, disabled: true } }`);
    const { code, stdout } = await run(place, 'check');
    assert.equal(code, 0);
    assert.match(stdout, /^SERVER +STATUS +ERA/);
    assert.match(stdout, /^one +ready +legacy +2025-11-25 +5 /m);
    assert.match(stdout, /^off +disabled/m);
    assert.ok(!stdout.includes('\u001b'));
  });

  it('exits 1 when a server does not start, and says which and why', async (t) => {
    const place = placeOf(t);
    write(place, `servers: { one: ${tiny()}, none: { command: no-such-program } }`);
    const { code, stdout } = await run(place, 'check', '--json');
    assert.equal(code, 1);
    const report = JSON.parse(stdout) as Report;
    assert.equal(report.ok, false);
    const byName = Object.fromEntries(report.servers.map((server) => [server.name, server]));
    assert.equal(byName.one?.status, 'ready');
    assert.equal(byName.one?.tools, 5);
    assert.equal(byName.none?.status, 'down');
    assert.ok(byName.none?.fault);
  });

  it('exits 64 with the faults as JSON where a script asks for it', async (t) => {
    const place = placeOf(t);
    write(place, 'servers: { one: { comand: x } }');
    const { code, stdout } = await run(place, 'check', '--json');
    assert.equal(code, 64);
    const report = JSON.parse(stdout) as Report;
    assert.equal(report.ok, false);
    assert.equal(report.faults.length, 1);
  });

  it('runs a server in the folder of the file, wherever it is started', async (t) => {
    const place = placeOf(t);
    write(place, tinyModule(), 'server.mjs');
    write(place, 'servers: { one: { command: node, args: [server.mjs] } }');
    const { code } = await run({ folder: '/' }, 'check', '-c', `${place.folder}/sluice.yaml`);
    assert.equal(code, 0);
  });

  it('shows what a server that does not start has said, without the secrets of its entry', async (t) => {
    const place = placeOf(t);
    const secret = 'a-secret-of-this-server';
    const other = 'another-in-its-arguments';
    const script =
      "console.error('TOKEN ' + process.env.TOKEN + ' is too old, ' + process.argv.at(-1));process.exit(3)";
    write(
      place,
      `servers:
  one: ${tiny()}
  dies: { command: node, args: [-e, ${JSON.stringify(script)}, --, "DB_PASSWORD=${other}"], env: { TOKEN: ${secret} } }
  lost: { command: node, cwd: no-such-folder }
  line: { command: "npx -y something" }
`,
    );
    const { code, stdout, stderr } = await run(place, 'check');
    assert.equal(code, 1);
    assert.match(stdout, /^dies +down .*exited with code 3/m);
    assert.match(stdout, /^output +dies +TOKEN \[secret\] is too old, DB_PASSWORD=\[secret\]$/m);
    assert.match(stdout, /^lost +down .*its cwd does not exist/m);
    assert.match(stdout, /^line +down .*its program was not found/m);
    assert.match(stderr, /servers\.line\.command: .*"args"/);
    for (const one of [secret, other]) assert.ok(!(stdout + stderr).includes(one));
    const { servers } = JSON.parse((await run(place, 'check', '--json')).stdout) as {
      servers: { name: string; output?: string[] }[];
    };
    assert.deepEqual(
      servers.flatMap(({ name, output }) => (output === undefined ? [] : [[name, output]])),
      [['dies', ['TOKEN [secret] is too old, DB_PASSWORD=[secret]']]],
    );
  });
});
