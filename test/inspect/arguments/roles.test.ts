import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Role, Roles } from '../../../src/inspect/arguments/roles.ts';
import { found } from './found.ts';

test('a name says what a parameter is for, with its tool where it does not', () => {
  const cases: readonly (readonly [tool: string, path: string, role: Role])[] = [
    ['read_file', '/path', 'path'],
    ['excel_describe', '/fileAbsolutePath', 'path'],
    ['get_files', '/files/0/file_path', 'path'],
    ['copy', '/source_dir', 'path'],
    ['fetch', '/url', 'url'],
    ['create_webhook', '/config/url', 'url'],
    ['fetch', '/baseUrl', 'url'],
    ['ping', '/host', 'host'],
    ['run_command', '/command', 'shell'],
    ['exec', '/args/3', 'shell'],
    ['search', '/query', 'free'],
    ['run_query', '/query', 'sql'],
    ['search_database_docs', '/query', 'free'],
    ['sqlite', '/sql', 'sql'],
    ['run_python', '/code', 'code'],
    ['get_country', '/code', 'identifier'],
    ['write_file', '/content', 'free'],
    ['send_message', '/text', 'free'],
    ['edit', '/edits/0/newText', 'free'],
    ['create_branch', '/name', 'identifier'],
    ['get', '/orderId', 'identifier'],
    ['grep', '/pattern', 'pattern'],
    ['jira', '/jql', 'pattern'],
    ['process_item', '/value', 'unknown'],
    ['x', '/', 'unknown'],
  ];
  const wrong = cases.filter(([tool, path, role]) => Roles.for(tool, undefined).of(path) !== role);
  assert.deepEqual(
    wrong.map(([tool, path]) => [tool, path, Roles.for(tool, undefined).of(path)]),
    [],
  );
});

test('a schema says it where there is one', () => {
  const schema = {
    properties: {
      target: { type: 'string', format: 'uri' },
      text: { enum: ['a', 'b'] },
      zork: { type: 'string', description: 'The shell command to execute on the machine.' },
      quux: { type: 'string', description: 'Path to the file.' },
      blurb: { type: 'string', description: 'A SQL statement.' },
      list: { items: { properties: { thing: { format: 'hostname' } } } },
    },
  };
  const roles = Roles.for('tool', schema);
  assert.equal(roles.of('/target'), 'url');
  assert.equal(roles.of('/text'), 'identifier');
  assert.equal(roles.of('/zork'), 'shell');
  assert.equal(roles.of('/quux'), 'path');
  assert.equal(roles.of('/blurb'), 'sql');
  assert.equal(roles.of('/list/0/thing'), 'host');
  assert.deepEqual(found('tool', { zork: 'rm -rf /' }, schema), ['arguments.shell.destructive']);
});

test('hostile schemas and names are no trouble', () => {
  const loop: { properties: Record<string, unknown> } = { properties: {} };
  loop.properties.a = loop;
  assert.equal(Roles.for('t', loop).of('/a/a/a/id'), 'identifier');
  for (const schema of [
    null,
    1,
    'x',
    [],
    { properties: null },
    { properties: { id: null } },
    { items: 1 },
  ])
    assert.equal(Roles.for('t', schema).of('/id'), 'identifier');
  assert.equal(Roles.for('t', { properties: {} }).of('/__proto__/constructor'), 'unknown');
});

test('what a tool is for decides whether a write is welcome', () => {
  const insert = 'INSERT INTO t VALUES (1)';
  assert.deepEqual(found('read_query', { query: insert }), ['arguments.sql.write']);
  assert.deepEqual(found('write_query', { query: insert }), []);
  assert.deepEqual(found('execute_sql', { sql: insert }), []);
  assert.deepEqual(found('execute_sql', { sql: 'DROP TABLE t' }), ['arguments.sql.destructive']);
});

test('what is too long to be judged does not pass, unless nothing in it could be hostile', () => {
  const long = 'a;b '.repeat(60_000);
  assert.deepEqual(found('get', { id: long }), ['arguments.not-judged']);
  assert.deepEqual(
    found('get', { id: `${'x '.repeat(40_000)}; rm -rf /` }).includes('arguments.shell.injection'),
    true,
  );
  assert.deepEqual(
    found('show', { image: `data:image/png;base64,${'iVBORw0K'.repeat(60_000)}` }),
    [],
  );
  assert.deepEqual(found('write_file', { path: 'a.txt', content: long }), []);
});
