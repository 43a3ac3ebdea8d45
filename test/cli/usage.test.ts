import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { placeOf, run, write } from './sluice.ts';

const COMMANDS = ['start', 'check', 'init', 'tools', 'call', 'stdio', 'doctor', 'scan'];

describe('the command line', { timeout: 180_000 }, () => {
  it('explains each command with an example, and exits 0', async (t) => {
    const place = placeOf(t);
    for (const command of COMMANDS) {
      const { code, stdout } = await run(place, command, '--help');
      assert.equal(code, 0, command);
      assert.match(stdout, /Example/, command);
      assert.match(stdout, /-c, --config/, command);
    }
    assert.match((await run(place, '--help')).stdout, /Exit codes: 0 ok/);
    assert.match((await run(place, '--version')).stdout, /^\d+\.\d+\.\d+\n$/);
  });

  it('exits 64 on a command, an option or an argument that it does not know', async (t) => {
    const place = placeOf(t);
    for (const args of [[], ['chekc'], ['start', '--frobnicate'], ['call'], ['tools', 'a', 'b']]) {
      const { code, stdout } = await run(place, ...args);
      assert.equal(code, 64, args.join(' '));
      assert.equal(stdout, '');
    }
  });

  it('exits 64 with every fault of the configuration, and writes nothing else on stdout', async (t) => {
    const place = placeOf(t);
    write(place, 'listen: { prot: 1 }\nservers: { a: { comand: x } }');
    for (const command of ['start', 'check', 'stdio', 'tools']) {
      const { code, stdout, stderr } = await run(place, command);
      assert.equal(code, 64, command);
      assert.equal(stdout, '');
      assert.match(stderr, /sluice\.yaml:1:11: listen\.prot/, command);
      assert.match(stderr, /sluice\.yaml:2:15: servers\.a/, command);
    }
    const missing = await run(place, 'start', '-c', 'none.yaml');
    assert.equal(missing.code, 64);
    assert.match(missing.stderr, /this file does not exist\n[\s\S]*`sluice init` writes one/);
  });
});
