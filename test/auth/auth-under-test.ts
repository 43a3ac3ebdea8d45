/**
 * An Auth as the gateway makes it from a file, with a clock that the test moves.
 */

import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { Auth } from '../../src/auth/auth.ts';
import { type AuthConfig, authSchema } from '../../src/auth/config.ts';
import { type Caller, isRefusal } from '../../src/model.ts';
import type { Refusal } from '../../src/protocol/refusal.ts';
import { RESOURCE } from '../support/tokens.ts';

/** As the file gives it. */
export type AuthEntry = Parameters<typeof authSchema.parse>[0] & object;

export interface World {
  readonly auth: Auth;
  readonly said: string[];
  /** Moves the clock. */
  later(ms: number): void;
  /** What a request with this bearer token gets, as the edge asks. */
  show(token: string, address?: string): Promise<Caller | Refusal>;
  /** The caller, or the test fails. */
  admitted(token: string): Promise<Caller>;
  /** The code and detail of the refusal, or the test fails. */
  refused(token: string, address?: string): Promise<Refusal>;
}

export function decided(entry: object, anonymous = false): AuthConfig & { anonymous: boolean } {
  return { ...authSchema.parse({ resource: RESOURCE, ...entry }), anonymous };
}

export async function authWith(t: TestContext, entry: object, anonymous = false): Promise<World> {
  const said: string[] = [];
  const note = (fields: object, words: string) => said.push(`${words} ${JSON.stringify(fields)}`);
  let ahead = 0;
  const now = () => Date.now() + ahead;
  const auth = new Auth(decided(entry, anonymous), { info: note, warn: note }, now);
  t.after(() => auth.close());
  await auth.start();
  const show = async (token: string, address = '192.0.2.1') => {
    const header = `Bearer ${token}`;
    return auth.recall(header) ?? (await auth.verify(header, address));
  };
  return {
    auth,
    said,
    later: (ms) => {
      ahead += ms;
    },
    show,
    admitted: async (token) => {
      const caller = await show(token);
      assert.ok(!isRefusal(caller), JSON.stringify(caller));
      return caller;
    },
    refused: async (token, address) => {
      const refusal = await show(token, address);
      assert.ok(isRefusal(refusal), JSON.stringify(refusal));
      return refusal;
    },
  };
}
