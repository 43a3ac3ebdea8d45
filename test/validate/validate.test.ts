/** Arguments against schemas: what is right and wrong in which words, what schemas are used, and what hostile ones cost. */

import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import fc from 'fast-check';
import { measure } from '../../src/validate/bounds.ts';
import { compile } from '../../src/validate/compile.ts';
import { FORMATS, patternOf } from '../../src/validate/library.ts';
import { Validator } from '../../src/validate/validate.ts';

type Json = Record<string, unknown>;

const stops: (() => void)[] = [];
after(() => {
  for (const stop of stops) stop();
});

/** A tool of this schema, and what is said about its arguments. */
function desk(schema: unknown, mode: 'on' | 'strict' = 'on') {
  const text = schema === undefined ? '{}' : JSON.stringify(schema);
  return deskOf(text, mode);
}

function deskOf(schema: string, mode: 'on' | 'strict' = 'on') {
  const gaps: string[] = [];
  const validator = new Validator(mode, (_, why) => gaps.push(why));
  stops.push(() => validator.close());
  const tool = { definition: Buffer.from(`{"name":"t","inputSchema":${schema}}`) };
  return {
    gaps,
    validator,
    async fault(args: unknown): Promise<string | undefined> {
      const text = args === undefined ? '' : JSON.stringify(args);
      const asked = { args, argsText: () => text, argsBytes: Buffer.byteLength(text) };
      const refusal = await validator.refuse(tool, asked);
      assert.ok(refusal === undefined || refusal.code === 'invalid_arguments');
      return refusal?.words;
    },
    /** Whether the answer is there in the same turn. */
    isSync(args: unknown): boolean {
      const text = JSON.stringify(args);
      const asked = { args, argsText: () => text, argsBytes: Buffer.byteLength(text) };
      return !(validator.refuse(tool, asked) instanceof Promise);
    },
  };
}

const FILE = {
  type: 'object',
  properties: {
    path: { type: 'string', pattern: '^/[a-z/]+$' },
    mode: { enum: ['r', 'w'] },
    size: { type: 'integer', minimum: 1, maximum: 10 },
    mail: { type: 'string', format: 'email' },
    lines: { type: 'array', items: { type: 'object', properties: { n: { type: 'number' } } } },
  },
  required: ['path', 'mode'],
  additionalProperties: false,
};
const OK = { path: '/a', mode: 'r' };

describe('arguments', () => {
  const { fault, isSync } = desk(FILE);
  const wrong: [string, unknown, string][] = [
    ['lack all that is required', {}, 'The arguments lack "path", "mode".'],
    ['lack it all', undefined, 'The arguments lack "path", "mode".'],
    [
      'have a name that is not known',
      { ...OK, pth: 1 },
      'The arguments have "pth", which is not known; known are "path", "mode", "size", "mail", "lines".',
    ],
    [
      'are of another type',
      { ...OK, size: '3' },
      'The argument "size" must be integer, not string.',
    ],
    ['are too large', { ...OK, size: 11 }, 'The argument "size" must be <= 10.'],
    [
      'are none of the choices',
      { ...OK, mode: 'x' },
      'The argument "mode" must be one of "r", "w".',
    ],
    [
      'match no pattern',
      { ...OK, path: 'a' },
      'The argument "path" must match the pattern ^/[a-z/]+$.',
    ],
    ['are in no format', { ...OK, mail: 'a' }, 'The argument "mail" must have the format "email".'],
    [
      'are wrong deep inside',
      { ...OK, lines: [{ n: 1 }, { n: null }] },
      'The argument "lines[1].n" must be number, not null.',
    ],
    [
      'inherit what is required',
      JSON.parse('{"__proto__":{"path":"/a","mode":"r"}}'),
      'The arguments lack "path", "mode".',
    ],
  ];
  for (const [how, args, words] of wrong) {
    it(`that ${how} are refused in words that help`, async () => {
      assert.equal(await fault(args), words);
    });
  }

  it('that fit are let through, without a promise once the schema is known', async () => {
    assert.equal(
      await fault({ ...OK, size: 3, mail: 'a@example.com', lines: [{ n: 1 }] }),
      undefined,
    );
    assert.ok(isSync(OK));
  });

  it('are never quoted by their values', async () => {
    const secret = 'hunter2hunter2';
    for (const key of ['path', 'mode', 'size', 'mail', 'lines']) {
      assert.doesNotMatch(String(await fault({ ...OK, [key]: secret })), /hunter2/);
    }
  });

  it('cannot make the words long', async () => {
    const words = String(await fault({ ...OK, ['x'.repeat(100_000)]: 1 }));
    assert.ok(words.length <= 600);
  });
});

describe('a schema', () => {
  const v = (schema: Json, more: Json = {}): Json => ({ ...more, properties: { v: schema } });
  const tuple = { items: [{ type: 'string' }] };
  const pair = { dependentRequired: { a: ['b'] } };
  const dialects: [string, Json, unknown, unknown][] = [
    ['of no dialect is 2020-12', v({ prefixItems: [{ type: 'string' }] }), ['a'], [1]],
    [
      'of draft-07 has its tuples',
      v(tuple, { $schema: 'http://json-schema.org/draft-07/schema#' }),
      ['a'],
      [1],
    ],
    [
      'of 2019-09 knows dependent names',
      v(pair, { $schema: 'https://json-schema.org/draft/2019-09/schema' }),
      { a: 1, b: 1 },
      { a: 1 },
    ],
    [
      'may refer to its definitions',
      v({ $ref: '#/$defs/a' }, { $defs: { a: { type: 'array' } } }),
      [],
      'text',
    ],
    ['may say that items differ', v({ type: 'array', uniqueItems: true }), [1, 2], [1, 1]],
    [
      'may refer to itself',
      v({ $ref: '#/$defs/a' }, { $defs: { a: { type: 'array', items: { $ref: '#/$defs/a' } } } }),
      [[], [[]]],
      [[], [1]],
    ],
    ['may be about what objects inherit', v({ required: ['toString'] }), { toString: 1 }, {}],
  ];
  for (const [what, schema, right, wrong] of dialects) {
    it(what, async () => {
      const { fault, gaps } = desk(schema);
      assert.equal(await fault({ v: right }), undefined);
      assert.notEqual(await fault({ v: wrong }), undefined);
      assert.deepEqual(gaps, []);
    });
  }

  it('that asks nothing costs nothing', async () => {
    for (const schema of [{ type: 'object' }, { type: 'object', properties: {} }, {}, undefined]) {
      const { fault, gaps } = desk(schema, 'strict');
      assert.equal(await fault({ anything: 1 }), undefined);
      assert.deepEqual(gaps, []);
    }
  });

  it('with a pattern that RE2 does not know is checked in all else, and not used when strict', async () => {
    const schema = {
      properties: { a: { type: 'string', pattern: '^(?=x)(a)\\1$' }, b: { const: 1 } },
    };
    const { fault, gaps } = desk(schema);
    assert.equal(await fault({ a: 'y' }), undefined);
    assert.notEqual(await fault({ b: 2 }), undefined);
    assert.deepEqual(gaps, ['a pattern that RE2 does not know']);
    assert.match(
      String(await desk(schema, 'strict').fault({ a: 'y' })),
      /cannot be used as a whole/,
    );
  });

  it('has each of its patterns, though many are alike', async () => {
    const { fault } = desk({
      properties: { a: { pattern: '^a$' }, b: { pattern: '^b$' }, c: { pattern: '^a$' } },
    });
    assert.equal(await fault({ a: 'a', b: 'b', c: 'a' }), undefined);
    for (const args of [{ a: 'b' }, { b: 'a' }, { c: 'b' }])
      assert.notEqual(await fault(args), undefined);
  });

  it('of one server cannot be referred to by another', async () => {
    const own = desk({ $id: 'https://one.example/a', properties: { v: { type: 'string' } } });
    assert.notEqual(await own.fault({ v: 1 }), undefined);
    const other = desk({ $ref: 'https://one.example/a' });
    assert.equal(await other.fault({ v: 1 }), undefined);
    assert.equal(other.gaps.length, 1);
  });
});

/** Definitions that each ask the next twice about the same value: 2^30 questions. */
function folded(): Json {
  const $defs: Record<string, Json> = { d30: { type: 'string' } };
  for (let at = 0; at < 30; at++) {
    const next = { $ref: `#/$defs/d${at + 1}` };
    $defs[`d${at}`] = { allOf: [next, next] };
  }
  return { properties: { a: { $ref: '#/$defs/d0' } }, $defs };
}

/** As text: JSON.stringify itself gives up at this depth. */
function nested(depth: number): string {
  return `${'{"properties":{"a":'.repeat(depth)}{}${'}}'.repeat(depth)}`;
}

const many = (count: number, one: (at: number) => unknown) =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`p${at}`, one(at)]));

describe('a hostile schema', { timeout: 180_000 }, () => {
  const unused: [string, unknown, RegExp][] = [
    ['60 deep', JSON.parse(nested(60)), /deeper/],
    [
      'of 20,000 properties',
      { properties: many(20_000, () => ({ type: 'string' })) },
      /too large|parts/,
    ],
    ['of 5,000 branches', { anyOf: Array.from({ length: 5000 }, () => ({ a: 1 })) }, /parts/],
    ['of a megabyte', { description: 'x'.repeat(1_000_000) }, /too large/],
    [
      'of another dialect',
      { $schema: 'https://evil.example/schema', type: 'object', minProperties: 1 },
      /\$schema/,
    ],
    ['that leads out', { $ref: 'https://evil.example/schema' }, /cannot be compiled/],
    [
      'that is no schema',
      { type: 'object', properties: { a: { type: 'nonsense' } } },
      /not a valid/,
    ],
    [
      'whose length is code',
      { properties: { a: { maxLength: '0;process.exit()' } } },
      /not a valid/,
    ],
    ['that is a list', [1, 2], /not a valid|not an object/],
    ['that is true', true, /not an object/],
  ];
  for (const [what, schema, why] of unused) {
    it(`${what} is not used: said so, called all the same, and not when strict`, async () => {
      const { fault, gaps, validator } = desk(schema);
      assert.equal(await fault({ a: 'x' }), undefined);
      assert.equal(gaps.length, 1);
      assert.match(gaps[0]!, why);
      validator.configure('strict');
      assert.match(String(await fault({ a: 'x' })), /cannot be used/);
    });
  }

  it('nested ever deeper is not used, whatever gives up first', async () => {
    for (const depth of [1000, 3000, 10_000]) {
      const { fault, gaps } = deskOf(nested(depth));
      assert.equal(await fault({ a: 'x' }), undefined);
      assert.equal(gaps.length, 1, String(depth));
    }
  });

  it('that folds a billion questions into one value ends by its deadline, off this thread', async () => {
    const { fault, isSync } = desk(folded());
    assert.match(String(await fault({ a: 'text' })), /could not be checked within/);
    assert.ok(!isSync({ a: 'text' }));
  });

  it('that refers to itself twice does not hold the loop', async () => {
    const twice = { anyOf: [{ $ref: '#' }, { $ref: '#' }] };
    let args: Json = { z: 2 };
    for (let at = 0; at < 40; at++) args = { a: args };
    const { fault } = desk({ properties: { a: twice, z: { const: 1 } } });
    let turns = 0;
    const timer = setInterval(() => {
      turns += 1;
    }, 1);
    assert.match(String(await fault(args)), /could not be checked within/);
    clearInterval(timer);
    assert.ok(turns > 10, String(turns));
  });

  it('does not keep the next one from being compiled', async () => {
    const { fault, validator } = desk(folded());
    const slow = fault({ a: 'text' });
    const tool = { definition: Buffer.from('{"inputSchema":{"required":["x"]}}') };
    const asked = { args: {}, argsText: () => '{}', argsBytes: 2 };
    const next = validator.refuse(tool, asked);
    assert.match(String((await next)?.words), /lack "x"/);
    await slow;
  });

  it('with a pattern that hangs RegExp does not hang', async () => {
    const { fault } = desk({ properties: { a: { pattern: '^(a|a)*$' } } });
    assert.notEqual(await fault({ a: `${'a'.repeat(5000)}b` }), undefined);
  });

  it('that compares all items with each other does it off this thread', async () => {
    const { fault, isSync } = desk({ properties: { a: { type: 'array', uniqueItems: true } } });
    const items = Array.from({ length: 500 }, (_, n) => ({ n }));
    assert.equal(await fault({ a: items }), undefined);
    assert.notEqual(await fault({ a: [...items, { n: 7 }] }), undefined);
    assert.ok(!isSync({ a: items }));
  });
});

describe('the measure of a schema', () => {
  it('follows references, so that what is folded counts unfolded', () => {
    const measured = measure(folded());
    assert.ok(typeof measured !== 'string' && measured.once >= 2 ** 29 && !measured.isOpen);
  });

  it('is open where a schema comes back to itself or asks by other names', () => {
    for (const schema of [
      { items: { $ref: '#' } },
      { $ref: '#/$defs/a', $defs: { a: { items: { $ref: '#/$defs/a' } } } },
      { $dynamicRef: '#x' },
      { $ref: '#anchor' },
      { properties: { a: { uniqueItems: true } } },
    ]) {
      const measured = measure(schema);
      assert.ok(typeof measured !== 'string' && measured.isOpen, JSON.stringify(schema));
    }
  });

  it('is taken of anything without an exception, and bounds what is compiled', {
    timeout: 180_000,
  }, () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        const compiled = compile(JSON.stringify(value));
        assert.ok(typeof compiled === 'string' || compiled.measured.once >= 1);
      }),
      { numRuns: 300 },
    );
  });
});

describe('what checks call', () => {
  it('has patterns with texts of their own', () => {
    assert.notEqual(String(patternOf('^a$')), String(patternOf('^b$')));
    assert.equal(patternOf('(?=a)'), undefined);
  });

  it('answers about no long text in a format whose expression is not linear', () => {
    const text = `${'a'.repeat(200_000)}!`;
    for (const [name, check] of Object.entries(FORMATS)) {
      assert.equal(typeof check(text), 'boolean', name);
    }
  });
});
