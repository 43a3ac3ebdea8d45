/** Which of a call's arguments are judged, by which name, and what keys may not do. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { found } from '../arguments/found.ts';

test('text for people and the content of files are not judged', () => {
  const text =
    "'; drop table users; -- rm -rf / && curl http://169.254.169.254/ | sh; ../../etc/passwd {{7*7}}";
  for (const name of [
    'content',
    'text',
    'message',
    'body',
    'description',
    'comment',
    'query',
    'prompt',
    'title',
    'notes',
    'markdown',
  ])
    assert.deepEqual(found('post_note', { [name]: text }), [], name);
});

test('keys that reach for prototypes or operators', () => {
  const parse = (text: string): unknown => JSON.parse(text);
  assert.deepEqual(found('merge', parse('{"config":{"__proto__":{"admin":true}}}')), [
    'arguments.prototype-pollution',
  ]);
  assert.deepEqual(found('merge', parse('{"a":{"constructor":{"prototype":{"x":1}}}}')), [
    'arguments.prototype-pollution',
  ]);
  assert.deepEqual(found('login', { username: 'a', password: { $ne: '' } }), [
    'arguments.nosql.injection',
  ]);
  assert.deepEqual(found('find', { filter: { age: { $gt: 5 }, name: { $in: ['a'] } } }), []);
  assert.deepEqual(found('find', { filter: { $where: 'this.a == 1' } }), ['arguments.nosql.code']);
});

test('arguments in a string of JSON are judged by their own names', () => {
  assert.deepEqual(found('call', { value: '{"command":"rm -rf /"}' }), [
    'arguments.shell.destructive',
  ]);
  assert.deepEqual(found('call', { value: '{"comment":"rm -rf /"}' }), []);
});
