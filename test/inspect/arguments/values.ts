/** Values of one parameter, in a tool that fits it: those that a rule must find, and those that none may. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { found } from './found.ts';

const TOOLS = {
  id: (id) => found('get_order', { id }),
  email: (email) => found('find_user', { email }),
  name: (name) => found('create_project', { name }),
  filename: (filename) => found('get_attachment', { filename }),
  path: (path) => found('read_file', { path }),
  host: (host) => found('ping', { host }),
  url: (url) => found('fetch', { url }),
  sql: (sql) => found('run_query', { sql }),
  pattern: (pattern) => found('run_tests', { pattern }),
} satisfies Record<string, (value: string) => string[]>;

type Parameter = keyof typeof TOOLS;

export function testAttacks(
  table: readonly (readonly [parameter: Parameter, rule: string, values: readonly string[]])[],
): void {
  for (const [parameter, rule, values] of table)
    test(`${rule} in the parameter ${parameter}`, () => {
      const judge = TOOLS[parameter];
      const missed = values.filter((value) => !judge(value).includes(rule));
      assert.deepEqual(missed, []);
    });
}

export function testHarmless(table: Readonly<Partial<Record<Parameter, readonly string[]>>>): void {
  for (const [parameter, values] of Object.entries(table))
    test(`what is harmless in the parameter ${parameter}`, () => {
      const judge = TOOLS[parameter as Parameter];
      const flagged = values.filter((value) => judge(value).length > 0);
      assert.deepEqual(
        flagged.map((value) => [value, ...judge(value)]),
        [],
      );
    });
}
