import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { loaded, placeOf, run, write } from './sluice.ts';

/** Those that read a configuration, and show by an example how. */
const COMMANDS = ['start', 'check', 'init', 'tools', 'call', 'stdio', 'doctor', 'scan'];

describe('the command line', { timeout: 180_000 }, () => {
  it('lists each command with the words that its own help begins with, and exits 0', async (t) => {
    const place = placeOf(t);
    const help = (await run(place, '--help')).stdout;
    assert.match(help, /Exit codes: 0 ok/);
    assert.match((await run(place, '--version')).stdout, /^\d+\.\d+\.\d+\n$/);
    const flat = (text: string) => text.replaceAll(/\s+/g, ' ');
    const [, list = ''] = help.split('Commands:\n');
    const names = [...list.matchAll(/^ {2}(\w+) /gm)].map(([, name]) => name!);
    for (const name of COMMANDS) assert.ok(names.includes(name), name);
    for (const name of names.filter((one) => one !== 'help')) {
      const { code, stdout } = await run(place, name, '--help');
      assert.equal(code, 0, name);
      const [, words = ''] = stdout.split('\n\n');
      assert.notEqual(words, '', name);
      assert.ok(flat(list).includes(`${name} ${flat(words)}`), name);
      if (!COMMANDS.includes(name)) continue;
      assert.match(stdout, /Example/, name);
      assert.match(stdout, /-c, --config/, name);
    }
  });

  it('loads no command to list them, and one alone to explain it', async (t) => {
    const place = placeOf(t);
    for (const args of [['--version'], ['--help'], ['chekc']]) {
      const files = await loaded(place, ...args);
      const own = files.filter((file) => file.includes('/src/'));
      assert.deepEqual(
        own.map((file) => file.slice(file.lastIndexOf('/src/') + 5)).sort(),
        [
          ...['cli/cli.js', 'cli/exit.js', 'cli/terminal.js', 'lib/visible-json.js'],
          ...['main.js', 'protocol/identity.js'],
        ],
        args.join(' '),
      );
    }
    for (const args of [
      ['help', 'stop'],
      ['--help', 'stop'],
      ['stop', '--help'],
    ]) {
      const files = await loaded(place, ...args);
      assert.ok(
        files.some((file) => file.endsWith('/cli/stop.js')),
        args.join(' '),
      );
      assert.ok(!files.some((file) => file.endsWith('/cli/admin.js')), args.join(' '));
    }
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
      // What only looks for a running gateway has no business with the servers.
      const isServers = /sluice\.yaml:2:17: servers\.a\.comand/.test(stderr);
      assert.equal(isServers, command !== 'tools', command);
    }
    const missing = await run(place, 'start', '-c', 'none.yaml');
    assert.equal(missing.code, 64);
    assert.match(missing.stderr, /this file does not exist\n[\s\S]*`sluice init` writes one/);
  });
});
