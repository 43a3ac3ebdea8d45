/** How the settings of a server, those of a tool, and the tool's annotations join. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { serverSchema } from '../../src/backends/config.ts';
import { type Definition, NO_HINTS } from '../../src/backends/inventory.ts';
import { RetryBudget } from '../../src/backends/retry-budget.ts';
import { CallPolicies } from '../../src/backends/tool-policy.ts';

type Json = Record<string, unknown>;

function policies(more: Json = {}): CallPolicies {
  return new CallPolicies('s', serverSchema.parse({ command: 'x', timeoutMs: 9000, ...more }));
}

function definition(key: string, hints: Partial<Definition['hints']> = {}): Definition {
  const bytes = Buffer.from(JSON.stringify({ name: key, ...hints }));
  const all = { ...NO_HINTS, ...hints };
  return { key, bytes, keyStart: 8, keyEnd: 8 + key.length + 2, mirrors: [], hints: all };
}

describe('the policy of a tool', () => {
  it('is that of the server where nothing is said', () => {
    const policy = policies().of(definition('a'));
    assert.deepEqual([policy.timeoutMs, policy.isSafe, policy.cache], [9000, false, null]);
    assert.notEqual(policy.gate, null);
  });

  it('takes each setting from the pattern with most letters that has it', () => {
    const tools = {
      read_users: { timeoutMs: 1 },
      '*': { timeoutMs: 3, progressResetsDeadline: true },
      'read_*': { timeoutMs: 2, retry: true },
      'read_users*': { timeoutMs: 4 },
    };
    const made = policies({ tools });
    const of = (name: string) => {
      const { timeoutMs, isSafe, progressResetsDeadline } = made.of(definition(name));
      return [timeoutMs, isSafe, progressResetsDeadline];
    };
    assert.deepEqual(of('read_users'), [1, true, true]);
    assert.deepEqual(of('read_users2'), [4, true, true]);
    assert.deepEqual(of('read_x'), [2, true, true]);
    assert.deepEqual(of('write'), [3, false, true]);
  });

  it('lets annotations say what may run twice, and the operator contradict them both ways', () => {
    const safe = (tools: Json, hints: Partial<Definition['hints']>) =>
      policies({ tools }).of(definition('a', hints)).isSafe;
    assert.equal(safe({}, { readOnly: true }), true);
    assert.equal(safe({}, { idempotent: true }), true);
    assert.equal(safe({ a: { readOnly: false } }, { readOnly: true }), false);
    assert.equal(safe({ a: { retry: false } }, { readOnly: true, idempotent: true }), false);
    assert.equal(safe({ a: { retry: true } }, {}), true);
    assert.equal(safe({ a: { readOnly: true } }, {}), true);
  });

  it('keeps results only where it is told to, and old ones only of tools that are read-only', () => {
    const cache = { ttlMs: 5 };
    const stale = { maxAgeMs: 100 };
    const of = (own: Json, hints: Partial<Definition['hints']> = {}) =>
      policies({ tools: { '*': own } }).of(definition('a', hints)).cache;
    assert.equal(of({}), null);
    assert.equal(of({ cache: { ...cache, ifReadOnly: true } }), null);
    assert.equal(of({ cache: { ...cache, ifReadOnly: true } }, { readOnly: true })?.ttlMs, 5);
    assert.equal(of({ cache })?.isPublic, false, 'for its caller alone unless told otherwise');
    assert.equal(of({ cache, stale })?.staleMs, 0);
    assert.equal(of({ cache, stale }, { readOnly: true })?.staleMs, 100);
  });

  it('keeps results of another definition, tool or server apart', () => {
    const tools = { '*': { cache: { ttlMs: 5 } } };
    const made = policies({ tools });
    const keyOf = (from: CallPolicies, one: Definition) => from.of(one).cache?.key;
    const keys = [
      keyOf(made, definition('a')),
      keyOf(made, definition('b')),
      keyOf(made, definition('a', { readOnly: true })),
      keyOf(policies({ tools }), definition('a')),
    ];
    assert.equal(new Set(keys).size, keys.length);
    assert.equal(keyOf(made, definition('a')), keys[0], 'the same definition taken anew');
  });

  it('shares a breaker among the definitions of one tool, and has none where it is turned off', () => {
    const made = policies({
      breaker: { minCalls: 5 },
      tools: { b: { breaker: { enabled: false } } },
    });
    const [one, again] = [made.of(definition('a')), made.of(definition('a'))];
    for (let n = 0; n < 5; n++) one.gate?.settled(Date.now(), true, true);
    assert.equal(again.gate?.refuse()?.code, 'circuit_open');
    assert.equal(made.of(definition('b')).gate, null);
    assert.deepEqual(
      made.breakers(Date.now()).map(({ tool, state }) => [tool, state]),
      [['a', 'open']],
    );
    const off = policies({ breaker: { enabled: false } });
    assert.deepEqual([off.plain.gate, off.of(definition('a')).gate], [null, null]);
  });
});

describe('the configuration', () => {
  const faults = (more: Json) => {
    const parsed = serverSchema.safeParse({ command: 'x', ...more });
    return parsed.success ? [] : parsed.error.issues;
  };

  it('refuses a cache for processes that each belong to one session', () => {
    const tools = { '*': { cache: { ttlMs: 1 } } };
    assert.equal(faults({ tools }).length, 0);
    assert.notEqual(faults({ tools, pool: { mode: 'session' } }).length, 0);
  });

  it('refuses to show old results that nothing keeps', () => {
    assert.notEqual(faults({ tools: { '*': { stale: { maxAgeMs: 1 } } } }).length, 0);
  });
});

describe('the budget of retries', () => {
  it('is a few at first, a share of the calls after, and a few in any ten seconds', () => {
    const budget = new RetryBudget({ percent: 10, min: 2 }, 0);
    const takes = (now: number, calls: number, tries: number) =>
      Array.from({ length: tries }, () => budget.take(now, calls)).filter(Boolean).length;
    assert.equal(takes(0, 0, 5), 2);
    assert.equal(takes(0, 50, 10), 5);
    assert.equal(takes(10_000, 50, 10), 2);
    assert.equal(
      takes(20_000, 1_000_000, 500),
      100,
      'success in the past is no licence for a storm',
    );
  });

  it('of nothing allows nothing', () => {
    const budget = new RetryBudget({ percent: 0, min: 0 }, 0);
    assert.equal(budget.take(1_000_000, 1_000_000), false);
  });
});
