import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import fc from 'fast-check';
import { NO_PROFILE } from '../../src/backends/backends.ts';
import {
  type Purpose,
  STATE_TTL_MS,
  seal,
  unseal,
} from '../../src/gateway/bridge/request-state.ts';
import { Call } from '../../src/gateway/call.ts';
import { callerNamed } from '../support/caller.ts';
import { Answer, gatewayOf, modernMessage, routeOf } from './in-process.ts';

const NOW = 1_700_000_000_000;
const PARKED: Purpose = { kind: 'parked', park: 'place' };
const gateway = gatewayOf({ virtual: { v: { tools: ['x.*'] } } });

after(() => gateway.close(0));

interface Made {
  caller?: string;
  route?: string;
  method?: string;
  name?: string;
  args?: string;
  state?: string;
}

function callOf({
  caller = 'ann',
  route = '',
  method = 'tools/call',
  name = 't',
  args = '{"a":1,"b":2}',
  state,
}: Made) {
  const retry = state === undefined ? '' : `,"requestState":${JSON.stringify(state)}`;
  const key = method === 'resources/read' ? 'uri' : 'name';
  const params = `"${key}":${JSON.stringify(name)},"arguments":${args}${retry}`;
  const message = modernMessage(method, params);
  return new Call(
    routeOf(gateway, route),
    callerNamed(caller),
    message,
    null,
    NO_PROFILE,
    null,
    new Answer(),
    () => {},
  );
}

const state = seal(callOf({}), PARKED, NOW);

describe('a sealed requestState', () => {
  it('opens for its own call, with its purpose, until its time is over', () => {
    for (const purpose of [PARKED, { kind: 'wrapped', inner: '"ü"' }, { kind: 'again' }] as const) {
      const sealed = seal(callOf({}), purpose, NOW);
      assert.deepEqual(unseal(callOf({ state: sealed }), NOW), purpose);
      assert.deepEqual(unseal(callOf({ state: sealed }), NOW + STATE_TTL_MS), purpose);
      assert.equal(unseal(callOf({ state: sealed }), NOW + STATE_TTL_MS + 1), undefined);
    }
  });

  it('opens where the same arguments are written in another order', () => {
    assert.deepEqual(unseal(callOf({ state, args: '{"b":2, "a":1.0}' }), NOW), PARKED);
  });

  for (const [what, other] of Object.entries<Made>({
    'another caller': { caller: 'bob' },
    'another route': { route: 'v/v' },
    'another method': { method: 'prompts/get' },
    'another tool': { name: 'u' },
    'other arguments': { args: '{"a":1,"b":3}' },
    'more arguments': { args: '{"a":1,"b":2,"__proto__":3}' },
    'no arguments': { args: '{}' },
    'a resource of the same name': { method: 'resources/read' },
  })) {
    it(`does not open for ${what}`, () => {
      assert.equal(unseal(callOf({ ...other, state }), NOW), undefined);
      // It is the state that does not fit, not the call.
      const own = seal(callOf(other), PARKED, NOW);
      assert.deepEqual(unseal(callOf({ ...other, state: own }), NOW), PARKED);
    });
  }

  it('does not open after any change of it', () => {
    fc.assert(
      fc.property(fc.nat(state.length - 1), fc.constantFrom('A', 'z', '.', '_', ''), (at, put) => {
        const changed = state.slice(0, at) + put + state.slice(at + 1);
        fc.pre(changed !== state);
        // The last character of unpadded base64 carries bits that do not count.
        assert.equal(unseal(callOf({ state: changed }), NOW), undefined);
      }),
    );
  });

  it('does not open when it is made up', () => {
    const body = Buffer.from(JSON.stringify({ purpose: PARKED, digest: '', expiresAt: 1e15 }));
    const encoded = body.toString('base64url');
    for (const forged of [
      '',
      '.',
      '..',
      encoded,
      `${encoded}.`,
      `${encoded}.${encoded}`,
      '\u0000',
      'a'.repeat(300_000),
    ]) {
      assert.equal(unseal(callOf({ state: forged }), NOW), undefined);
    }
  });

  it('says nothing of the caller or the arguments', () => {
    const [body = ''] = seal(
      callOf({ caller: 'a-name', args: '{"a":"a-secret"}' }),
      PARKED,
      NOW,
    ).split('.');
    const text = Buffer.from(body, 'base64url').toString();
    assert.ok(!text.includes('a-name') && !text.includes('a-secret'));
  });
});
