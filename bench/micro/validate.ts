/**
 * What holding arguments against a schema costs a call, and what the worst costs that is still checked on this thread.
 *
 * In us: parsing the arguments, which a call with a schema pays once for all who ask, and the check itself.
 */

import { measure } from '../../src/validate/bounds.ts';
import { type Asked, bytesHere, Validator } from '../../src/validate/validate.ts';
import { print, time } from '../stopwatch.ts';

const usual = {
  type: 'object',
  properties: {
    path: { type: 'string', pattern: '^/[a-z/.]+$' },
    mode: { enum: ['r', 'w', 'a'] },
    size: { type: 'integer', minimum: 1, maximum: 1000 },
    tags: { type: 'array', items: { type: 'string' }, maxItems: 20 },
    owner: { $ref: '#/$defs/owner' },
    text: { type: 'string' },
  },
  required: ['path', 'mode'],
  additionalProperties: false,
  $defs: { owner: { type: 'object', properties: { name: { type: 'string' } } } },
};
const args = {
  path: '/data/report.txt',
  mode: 'r',
  size: 12,
  tags: ['a', 'b', 'c'],
  owner: { name: 'ada' },
  text: 'x'.repeat(1800),
};

function asked(value: unknown): Asked {
  const text = JSON.stringify(value);
  return { args: value, argsText: () => text, argsBytes: text.length };
}

async function known(schema: unknown): Promise<[Validator, { definition: Buffer }]> {
  const validator = new Validator('on', (_, why) => console.log(`not checked: ${why}`));
  const tool = { definition: Buffer.from(JSON.stringify({ name: 't', inputSchema: schema })) };
  await validator.refuse(tool, asked({}));
  return [validator, tool];
}

const [checks, tool] = await known(usual);
const right = asked(args);
const wrong = asked({ ...args, mode: 'x' });
const bytes = Buffer.from(JSON.stringify(args));
const [none, bare] = await known({ type: 'object' });
print(
  ['us', 'each'],
  [
    ['no schema to speak of', time(() => none.refuse(bare, right))],
    [`parse ${bytes.length} bytes`, time(() => JSON.parse(bytes.utf8Slice()))],
    ['check, right', time(() => checks.refuse(tool, right))],
    ['check, wrong, in words', time(() => checks.refuse(tool, wrong))],
  ],
);
checks.close();
none.close();

/** Each makes arguments as large as are still checked here, of values that are asked everything. */
const worst: [string, object, (bytes: number) => unknown][] = [
  [
    '200 patterns for each item',
    {
      properties: {
        a: {
          items: {
            anyOf: Array.from({ length: 200 }, (_, n) => ({ pattern: `^[a-y]*!${n}$` })),
          },
        },
      },
    },
    (size) => ({ a: Array.from({ length: size / 20 }, () => 'a'.repeat(16)) }),
  ],
  [
    '500 types for each item',
    {
      properties: {
        a: {
          items: { anyOf: Array.from({ length: 500 }, () => ({ type: 'string', minLength: 9 })) },
        },
      },
    },
    (size) => ({ a: Array.from({ length: size / 4 }, () => 'a') }),
  ],
  [
    'mails for each item',
    { properties: { a: { items: { format: 'email' } } } },
    (size) => ({ a: Array.from({ length: size / 1000 }, () => `a@${'a'.repeat(990)}`) }),
  ],
];
const rows: [string, number][] = [];
for (const [name, schema, make] of worst) {
  const measured = measure(schema);
  if (typeof measured === 'string') throw new Error(measured);
  const [validator, odd] = await known({ type: 'object', ...schema });
  const heavy = asked(make(Math.max(8, bytesHere(measured) - 20)));
  const there = validator.refuse(odd, heavy) instanceof Promise;
  rows.push([`${name}${there ? ' (not here)' : ''}`, time(() => validator.refuse(odd, heavy))]);
  validator.close();
}
print(['us, the worst', 'each'], rows);
