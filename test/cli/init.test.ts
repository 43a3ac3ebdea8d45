// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the references of the configuration file.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { loadConfig } from '../../src/config/config.ts';
import { type Place, placeOf, run, write } from './sluice.ts';

function put(place: Place, path: string, value: unknown): string {
  const file = join(place.folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, typeof value === 'string' ? value : JSON.stringify(value));
  return file;
}

function written(place: Place, env: Record<string, string> = {}) {
  const loaded = loadConfig(join(place.folder, 'sluice.yaml'), env);
  assert.ok(loaded.ok, JSON.stringify(loaded));
  return loaded.config.servers;
}

describe('sluice init', { timeout: 180_000 }, () => {
  it('writes a valid file for its owner alone, and never over another without --force', async (t) => {
    const place = placeOf(t);
    assert.equal((await run(place, 'init')).code, 0);
    assert.deepEqual(written(place), {});
    assert.equal(statSync(join(place.folder, 'sluice.yaml')).mode & 0o777, 0o600);
    write(place, 'mine');
    assert.equal((await run(place, 'init')).code, 64);
    assert.equal(readFileSync(join(place.folder, 'sluice.yaml'), 'utf8'), 'mine');
    assert.equal((await run(place, 'init', '--force')).code, 0);
    assert.deepEqual(written(place), {});
  });

  it('finds the servers of Claude Desktop, Claude Code, Cursor and VS Code', async (t) => {
    const place = placeOf(t);
    const one = (command: string) => ({ mcpServers: { [command]: { command } } });
    put(place, '.config/Claude/claude_desktop_config.json', one('desktop'));
    put(place, '.claude.json', {
      ...one('code'),
      projects: { '/some/project': one('project'), '/other': {} },
    });
    put(place, '.mcp.json', one('here'));
    put(place, '.cursor/mcp.json', one('cursor'));
    put(
      place,
      '.vscode/mcp.json',
      '{ // comment\n "inputs": [], "servers": { "vscode": { "type": "stdio", "command": "vscode", "args": ["${workspaceFolder}/a"], }, }, }',
    );
    assert.equal((await run(place, 'init')).code, 0);
    const servers = written(place);
    assert.deepEqual(Object.keys(servers).sort(), [
      'code',
      'cursor',
      'desktop',
      'here',
      'project',
      'vscode',
    ]);
    const { project, vscode } = servers;
    assert.ok(project?.kind === 'stdio' && project.commands[0]?.cwd === '/some/project');
    assert.ok(vscode?.kind === 'stdio' && vscode.commands[0]?.args[0] === join(place.folder, 'a'));
  });

  it('leaves secrets behind, and says which variables take their place', async (t) => {
    const place = placeOf(t);
    const secret = 'ghp_0123456789abcdefghij';
    const from = put(place, 'client.json', {
      mcpServers: {
        hub: {
          command: 'npx',
          args: ['-y', 'hub', '--api-key', secret, `--token=${secret}`, secret],
          env: { GITHUB_TOKEN: secret, LEVEL: 'debug', KEPT: '${GITHUB}' },
        },
        remote: {
          url: `https://example.com/mcp?api_key=${secret}&a=b`,
          headers: { Authorization: `Bearer ${secret}`, 'X-Asked': '${input:my-key}' },
        },
        boxed: {
          command: 'docker',
          args: ['run', '-e', `GITHUB_TOKEN=${secret}`, `--env=API_KEY=${secret}`, 'image'],
        },
        bridged: {
          command: 'npx',
          args: [
            ...['mcp-remote', `https://example.com/sse?api_key=${secret}`],
            ...['--header', `Authorization: Bearer ${secret}`, '--debug'],
          ],
        },
        inside: { url: `https://user:${secret}@example.com/mcp` },
      },
    });
    const { code, stdout, stderr } = await run(place, 'init', '--from', from);
    assert.equal(code, 0, stderr);
    const text = readFileSync(join(place.folder, 'sluice.yaml'), 'utf8');
    for (const said of [text, stdout, stderr]) assert.ok(!said.includes(secret));
    assert.match(stderr, /GITHUB_TOKEN/);

    const env = {
      GITHUB_TOKEN: '1',
      GITHUB: '2',
      HUB_API_KEY: '3',
      HUB_TOKEN: '4',
      HUB_ARG_6: '5',
      REMOTE_API_KEY: '6',
      REMOTE_AUTHORIZATION: '7',
      MY_KEY: '8',
      BOXED_GITHUB_TOKEN: '9',
      BOXED_API_KEY: '10',
      BRIDGED_API_KEY: '11',
      BRIDGED_AUTHORIZATION: '12',
      INSIDE_URL: 'https://example.com/inside',
    };
    const { hub, remote, inside, boxed, bridged } = written(place, env);
    assert.ok(boxed?.kind === 'stdio' && bridged?.kind === 'stdio');
    const boxedArgs = ['run', '-e', 'GITHUB_TOKEN=9', '--env=API_KEY=10', 'image'];
    assert.deepEqual(boxed.commands[0]?.args, boxedArgs);
    assert.deepEqual(bridged.commands[0]?.args, [
      ...['mcp-remote', 'https://example.com/sse?api_key=11'],
      ...['--header', 'Authorization: Bearer 12', '--debug'],
    ]);
    assert.ok(hub?.kind === 'stdio' && remote?.kind === 'http' && inside?.kind === 'http');
    assert.deepEqual(hub.commands[0]?.args, ['-y', 'hub', '--api-key', '3', '--token=4', '5']);
    assert.deepEqual(hub.commands[0]?.env, { GITHUB_TOKEN: '1', LEVEL: 'debug', KEPT: '2' });
    assert.equal(remote.urls[0]?.url, 'https://example.com/mcp?api_key=6&a=b');
    assert.deepEqual(remote.headers, { Authorization: 'Bearer 7', 'X-Asked': '8' });
    assert.equal(inside.urls[0]?.url, 'https://example.com/inside');
  });

  it('makes names fit, keeps both of two that differ, and one of two that are the same', async (t) => {
    const place = placeOf(t);
    put(place, '.mcp.json', {
      mcpServers: { 'My Server!': { command: 'a' }, v: { command: 'b' }, same: { command: 'c' } },
    });
    put(place, '.cursor/mcp.json', {
      mcpServers: {
        same: { command: 'c' },
        'my server': { command: 'x' },
        'My/Server': { command: 'd' },
      },
    });
    assert.equal((await run(place, 'init')).code, 0);
    const names = Object.keys(written(place));
    assert.deepEqual(names, ['My-Server', 'server-v', 'same', 'my-server', 'My-Server-2']);
  });

  it('cannot be made to write configuration of its own by a hostile name or note', async (t) => {
    const place = placeOf(t);
    const from = put(place, 'client.json', {
      mcpServers: {
        'a\n  evil: { command: x }\n#': {
          command: 'ok\n  evil2: { command: x }',
          'odd\nkey: x': 1,
        },
        file: { command: 'x', args: ['${file:/etc/passwd}'] },
      },
    });
    assert.equal((await run(place, 'init', '--from', from)).code, 0);
    const servers = written(place);
    assert.equal(Object.keys(servers).length, 2);
    const { file } = servers;
    assert.ok(file?.kind === 'stdio' && file.commands[0]?.args[0] === '${file:/etc/passwd}');
  });

  it('exits 64 when the file to import has nothing to import', async (t) => {
    const place = placeOf(t);
    for (const value of ['{', '[]', {}, { mcpServers: {} }]) {
      const from = put(place, 'client.json', value);
      assert.equal((await run(place, 'init', '--from', from)).code, 64);
    }
    assert.equal((await run(place, 'init', '--from', 'none.json')).code, 64);
  });
});
