import assert from 'node:assert/strict';
import { test } from 'node:test';
import { namedArgument } from '../../src/lib/named-argument.ts';

test('an argument is cut into what calls the value something, and the value', () => {
  const cases: [string, string, string, string, string][] = [
    ['', '--token=abc', '--token=', '--token', 'abc'],
    ['--token', 'abc', '', '--token', 'abc'],
    ['--token', 'abc==', '', '--token', 'abc=='],
    ['--token', 'abc=def', '', '--token', 'abc=def'],
    ['-e', 'A_TOKEN=a=b', 'A_TOKEN=', 'A_TOKEN', 'a=b'],
    ['-e', 'a_token=abc', 'a_token=', 'a_token', 'abc'],
    ['run', 'A_TOKEN=abc', 'A_TOKEN=', 'A_TOKEN', 'abc'],
    ['', '--env=A_TOKEN=abc', '--env=A_TOKEN=', 'A_TOKEN', 'abc'],
    ['--header', 'X-Key: abc', 'X-Key: ', 'X-Key', 'abc'],
    ['-H', 'Authorization:Bearer abc', 'Authorization:Bearer ', 'Authorization', 'abc'],
    ['', '--header=X-Key: abc', '--header=X-Key: ', 'X-Key', 'abc'],
    ['--header', 'https://example.com', '', '--header', 'https://example.com'],
    ['image', 'abc', '', '', 'abc'],
    ['--token', '--verbose', '', '', '--verbose'],
    ['', '', '', '', ''],
  ];
  for (const [before, arg, lead, name, value] of cases) {
    assert.deepEqual(namedArgument(arg, before), { lead, name, value }, `${before} ${arg}`);
  }
});
