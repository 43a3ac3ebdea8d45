import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { exposedName, NAME_MAX, wantsPrefix } from '../../src/backends/naming.ts';
import { matchesTemplate } from '../../src/backends/uri-template.ts';
import { matches } from '../../src/lib/glob.ts';

const VALID = /^[A-Za-z0-9_-]{1,64}$/;
const server = fc.stringMatching(/^[A-Za-z0-9_-]{1,32}$/);
const original = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 130 }),
  fc.stringMatching(/^[a-z_.]{0,12}$/),
  fc.constantFrom('__proto__', 'constructor', 'a'.repeat(64), 'a'.repeat(65), ''),
);

/** Names as a route gives them, in order; tools whose name is taken altogether are left out. */
function namesOf(
  tools: readonly (readonly [string, string])[],
  prefix: boolean,
): Map<string, string> {
  const taken = new Map<string, string>();
  for (const [at, name] of tools) {
    const exposed = exposedName(at, name, prefix, '__', taken);
    if (!taken.has(exposed)) taken.set(exposed, `${at}\n${name}`);
  }
  return taken;
}

describe('a name on a route', () => {
  it('is always valid for every client', () => {
    fc.assert(
      fc.property(server, original, fc.boolean(), (at, name, prefix) => {
        const exposed = exposedName(at, name, prefix, '__', new Map());
        assert.match(exposed, VALID);
        assert.ok(exposed.length <= NAME_MAX);
      }),
    );
  });

  it('is the same on every start, and no two tools share one', () => {
    const tools = fc.uniqueArray(fc.tuple(server, original), {
      maxLength: 24,
      selector: ([at, name]) => `${at}\n${name}`,
    });
    fc.assert(
      fc.property(tools, fc.boolean(), (list, prefix) => {
        const names = namesOf(list, prefix);
        assert.equal(names.size, list.length);
        assert.deepEqual(namesOf(list, prefix), names);
      }),
    );
  });

  it('is the original, or the server and the original, wherever that is valid and free', () => {
    const good = fc.stringMatching(/^[A-Za-z0-9_-]{1,20}$/);
    fc.assert(
      fc.property(server, good, (at, name) => {
        assert.equal(exposedName(at, name, false, '__', new Map()), name);
        assert.equal(exposedName(at, name, true, '__', new Map()), `${at}__${name}`);
      }),
    );
  });

  it('of a second server with the same tool carries its server, also without prefixes', () => {
    const taken = new Map([['search', '']]);
    assert.equal(exposedName('b', 'search', false, '__', taken), 'b__search');
    taken.set('b__search', '');
    assert.match(exposedName('b', 'search', false, '__', taken), /^search_[0-9a-f]{8}$/);
  });

  it('does not depend on the other servers being up under `always`', () => {
    for (const count of [1, 2]) {
      const naming = { prefix: 'always', separator: '__' } as const;
      assert.equal(wantsPrefix(naming, count), true);
    }
    assert.equal(wantsPrefix({ prefix: 'auto', separator: '__' }, 1), false);
    assert.equal(wantsPrefix({ prefix: 'auto', separator: '__' }, 2), true);
    assert.equal(wantsPrefix({ prefix: 'never', separator: '__' }, 9), false);
  });
});

describe('a pattern', () => {
  const small = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*'), maxLength: 8 });
  const subject = fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 8 });

  it('matches what a regular expression of the same meaning matches', () => {
    fc.assert(
      fc.property(small, subject, (pattern, text) => {
        const escaped = pattern.split('*').map((part) => part.replaceAll('.', '\\.'));
        const oracle = new RegExp(`^${escaped.join('.*')}$`, 's');
        assert.equal(matches(pattern, text), oracle.test(text), `${pattern} on ${text}`);
      }),
      { numRuns: 2000 },
    );
  });

  it('takes no more steps than length times length, however many stars it has', () => {
    const pattern = `${'a*'.repeat(2000)}b`;
    // Backtracking would not end in the life of the machine.
    assert.equal(matches(pattern, 'a'.repeat(20_000)), false);
    assert.equal(matches(`${pattern}*`, `${'a'.repeat(20_000)}b`), true);
  });
});

describe('a URI template', () => {
  for (const [template, uri, expected] of [
    ['test://{id}/data', 'test://7/data', true],
    ['test://{id}/data', 'test://7/8/data', false],
    ['test://{id}/data', 'test://7/data/more', false],
    ['test://{id}', 'test://', true],
    ['file:///{+path}', 'file:///a/b/c', true],
    ['file:///{+path}', 'http:///a', false],
    ['db://{table}/{row}', 'db://t/1', true],
    ['db://{table}/{row}', 'db://t', false],
    ['x://a{?q,r}', 'x://a?q=1&r=2', true],
    ['x://a', 'x://a', true],
    ['x://a', 'x://ab', false],
    ['{+all}', 'anything://at/all', true],
  ] as const) {
    it(`${template} ${expected ? 'may have made' : 'cannot have made'} ${uri}`, () => {
      assert.equal(matchesTemplate(template, uri), expected);
    });
  }

  it('is never wrong about a URI that was made from it', () => {
    const part = fc.stringMatching(/^[a-z0-9]{0,6}$/);
    const literal = fc.stringMatching(/^[/:.a-z]{1,4}$/);
    fc.assert(
      fc.property(fc.array(fc.tuple(literal, part), { maxLength: 6 }), (pieces) => {
        const template = pieces.map(([text], at) => `${text}{v${at}}`).join('');
        const uri = pieces.map(([text, value]) => text + value).join('');
        // A literal that also occurs in a value may be found too early; such a server is still found by its scheme.
        const isClear = pieces.every(([, value], at) => {
          const next = pieces[at + 1]?.[0];
          return next === undefined || !value.concat(next).slice(0, -1).includes(next.charAt(0));
        });
        fc.pre(isClear);
        assert.ok(matchesTemplate(template, uri), `${template} made ${uri}`);
      }),
    );
  });

  it('is matched in linear time', () => {
    const template = `x://${'{a}b'.repeat(500)}`;
    assert.equal(matchesTemplate(template, `x://${'b'.repeat(499)}`), false);
    assert.equal(matchesTemplate(`x://${'{'.repeat(10_000)}`, 'x://y'), false);
  });
});
