import assert from 'node:assert/strict';
import { renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Authority } from '../support/certificates.ts';
import { gateway, Program, placeOf, run, tiny, tinyModule, write } from './sluice.ts';

const CONFIG = `listen: { port: 0 }\nservers: { tiny: ${tiny()} }\n`;

describe('sluice start', { timeout: 180_000 }, () => {
  it('prints one line on stdout when a client can connect, and serves', async (t) => {
    const place = placeOf(t);
    const { program, url } = await gateway(t, place, CONFIG);
    const { code, stdout } = await run(place, 'call', 'echo', 'text=hello', '--url', url);
    assert.equal(code, 0);
    assert.equal(stdout, 'hello\n');
    assert.equal(program.stdout, `listening on ${url}\n`);
  });

  it('says with --hints how to connect, and one call to paste, however long its server takes to start', async (t) => {
    const place = placeOf(t);
    const late = `await new Promise((resolve) => setTimeout(resolve, 4000));\n${tinyModule()}`;
    const args = JSON.stringify([write(place, late, 'late.mjs')]);
    const config = `listen: { port: 0 }\nservers: { tiny: { command: "${process.execPath}", args: ${args} } }\n`;
    const { program, url } = await gateway(t, place, config, '--hints');
    const [, command] = await program.shows('stderr', /One call:\n(curl -s .*?\}')\n/s);
    assert.ok(program.stderr.includes(JSON.stringify({ type: 'http', url })));
    assert.match(command!, /"name":"echo","arguments":\{"text":"hello"\}/);
  });

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`ends in order on ${signal}, with its servers`, async (t) => {
      const { program, url } = await gateway(t, placeOf(t), CONFIG);
      await program.shows('stderr', /server connected/);
      program.child.kill(signal);
      const { code, stderr } = await program.ended;
      assert.equal(code, 0, stderr);
      await assert.rejects(fetch(url));
    });
  }

  it('ends at once on a second signal, whatever is in flight', async (t) => {
    const place = placeOf(t);
    const config = `listen: { port: 0, drainMs: 3600000 }\nservers: { tiny: ${tiny()} }\n`;
    const { program, url } = await gateway(t, place, config);
    const call = new Program(place, ['call', 'hang', '--url', url]);
    t.after(() => call.child.kill());
    await program.shows('stderr', /hanging/);
    program.child.kill('SIGTERM');
    await program.shows('stderr', /calls in flight may finish/);
    program.child.kill('SIGTERM');
    assert.equal((await program.ended).code, 143);
    assert.equal((await call.ended).code, 69);
  });

  it('exits 69 when the port is taken', async (t) => {
    const place = placeOf(t);
    const server = createServer().listen(0, '127.0.0.1');
    t.after(() => server.close());
    await new Promise((resolve) => server.once('listening', resolve));
    const address = server.address();
    assert.ok(typeof address === 'object' && address !== null);
    write(place, `listen: { port: ${address.port}, front: node }\nservers: { tiny: ${tiny()} }`);
    const { code, stdout, stderr } = await run(place, 'start');
    assert.equal(code, 69, stderr);
    assert.equal(stdout, '');
  });

  for (const front of ['auto', 'node']) {
    it(`does not share its port with a second gateway (front: ${front}), and says why it cannot listen`, async (t) => {
      const place = placeOf(t);
      const { program, url } = await gateway(t, place, CONFIG);
      const port = new URL(url).port;
      const second = `listen: { port: ${port}, front: ${front} }\nservers: { tiny: ${tiny()} }`;
      write(place, second, 'second.yaml');
      const { code, stdout, stderr } = await run(place, 'start', '-c', 'second.yaml');
      assert.deepEqual([code, stdout], [69, ''], stderr);
      assert.ok(stderr.includes(`127.0.0.1:${port}: another program listens there`), stderr);
      // The next one has it at once, whatever connections the system still remembers.
      assert.equal((await run(place, 'call', 'echo', 'text=x', '--url', url)).code, 0);
      program.child.kill('SIGTERM');
      await program.ended;
      const next = new Program(place, ['start', '-c', 'second.yaml']);
      t.after(() => next.child.kill('SIGKILL'));
      await next.shows('stdout', new RegExp(`:${port}/mcp`));
    });
  }

  it('says which file of its TLS cannot be used, and so do check and doctor', async (t) => {
    const place = placeOf(t);
    const authority = new Authority();
    const [one, other] = [authority.issue('one'), authority.issue('other')];
    const junk = write(place, 'junk', 'junk.pem');
    const cases: [string, string, string][] = [
      ['cert', '/nowhere/cert.pem', one.key],
      ['cert', junk, one.key],
      ['key', one.cert, junk],
      ['key', one.cert, other.key],
    ];
    for (const [at, cert, key] of cases) {
      const listen = `{ port: 0, tls: { cert: ${cert}, key: ${key} } }`;
      write(place, `listen: ${listen}\nservers: { off: { command: x, disabled: true } }`);
      const file = at === 'cert' ? cert : key;
      const words = new RegExp(`listen\\.tls\\.${at}: ${file} `);
      for (const [command, exit] of [
        ['start', 69],
        ['check', 1],
        ['doctor', 1],
      ] as const) {
        const { code, stdout, stderr } = await run(place, command);
        assert.equal(code, exit, command);
        assert.match(stdout + stderr, words, command);
      }
    }
  });

  it('takes a changed file while it runs, in place or by rename', async (t) => {
    const place = placeOf(t);
    const { program, url, file } = await gateway(t, place, CONFIG);
    const said = async () => (await run(place, 'call', 'echo', 'text=x', '--url', url)).stdout;
    assert.equal(await said(), 'x\n');
    writeFileSync(file, CONFIG.replace('""', '"one-"'));
    await program.shows('stderr', /configuration loaded/);
    assert.equal(await said(), 'one-x\n');
    const seen = program.stderr.length;
    writeFileSync(join(place.folder, 'new'), CONFIG.replace('""', '"two-"'));
    renameSync(join(place.folder, 'new'), file);
    await program.shows('stderr', new RegExp(`^[\\s\\S]{${seen},}configuration loaded`));
    assert.equal(await said(), 'two-x\n');
  });

  it('loads the file again on SIGHUP, also when it does not watch it', async (t) => {
    const place = placeOf(t);
    const { program, url, file } = await gateway(t, place, CONFIG, '--no-watch');
    writeFileSync(file, CONFIG.replace('""', '"hup-"'));
    program.child.kill('SIGHUP');
    await program.shows('stderr', /configuration loaded/);
    const { stdout } = await run(place, 'call', 'echo', 'text=x', '--url', url);
    assert.equal(stdout, 'hup-x\n');
  });

  it('keeps the old configuration when the new one cannot be used, and says why', async (t) => {
    const place = placeOf(t);
    const { program, url, file } = await gateway(t, place, CONFIG);
    writeFileSync(file, CONFIG.replace('command', 'comand'));
    await program.shows('stderr', /the old one serves on/);
    assert.match(program.stderr, /sluice\.yaml:2:/);
    const { stdout } = await run(place, 'call', 'echo', 'text=still', '--url', url);
    assert.equal(stdout, 'still\n');
  });

  it('never logs what a variable or a header holds', async (t) => {
    const secret = 's3cr3t-v4lue';
    const place = { ...placeOf(t), env: { SECRET: secret } };
    const reference = `\${env:SECRET}`;
    const remote = `{ url: "http://127.0.0.1:9/mcp", headers: { authorization: "Bearer ${reference}" } }`;
    const entry = tiny('', `, env: { API_KEY: "${reference}" }`);
    // Without inspection, which would redact it in the answer.
    const text = `listen: { port: 0 }\ninspect: off\ntelemetry: { log: trace }\nservers: { tiny: ${entry}, remote: ${remote} }\n`;
    const { program, url, file } = await gateway(t, place, text);
    const { stdout } = await run(place, 'call', 'tiny__environment', 'name=API_KEY', '--url', url);
    assert.equal(stdout, `${secret}\n`);
    writeFileSync(file, `${text}nonsense: 1\n`);
    await program.shows('stderr', /the old one serves on/);
    program.child.kill('SIGTERM');
    const { stderr } = await program.ended;
    assert.ok(!stderr.includes(secret));
  });
});
