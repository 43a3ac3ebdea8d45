/**
 * A running gateway with its admin API, and a client of that for each role. Every answer is held against the schema that the
 * route table has for it.
 */

import assert from 'node:assert/strict';
import { faultAnswer } from '../../src/admin/answers.ts';
import type { Role } from '../../src/admin/roles.ts';
import { routesAt } from '../../src/admin/route.ts';
import { ROUTES } from '../../src/admin/routes.ts';
import { makeKey } from '../../src/auth/auth.ts';
import { type Json, RunningGateway } from '../e2e/running-gateway.ts';

export const TOKENS = {
  viewer: makeKey(),
  operator: makeKey(),
  auditor: makeKey(),
  admin: makeKey(),
} as const satisfies Record<Role, unknown>;

export const TOKENS_CONFIG = Object.entries(TOKENS).map(([role, { sha256 }]) => {
  return { id: `the-${role}`, sha256, roles: [role] };
});

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Json;
  readonly text: string;
}

/** Operations that were answered as they were asked. */
export const answered = new Set<string>();

export class AdminClient {
  readonly url: string;
  readonly #headers: Record<string, string>;

  constructor(url: string, token?: string, headers: Record<string, string> = {}) {
    this.url = url;
    this.#headers =
      token === undefined ? headers : { authorization: `Bearer ${token}`, ...headers };
  }

  get(path: string): Promise<Answered> {
    return this.request('GET', path);
  }

  post(path: string, body: Json = {}): Promise<Answered> {
    return this.request('POST', path, body);
  }

  delete(path: string): Promise<Answered> {
    return this.request('DELETE', path);
  }

  async request(method: string, path: string, body?: Json): Promise<Answered> {
    // A connection of its own: a kept one may be closed in the moment in which a slow test uses it again.
    const own = { 'content-type': 'application/json', connection: 'close' };
    const headers = { ...own, ...this.#headers };
    const init = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await fetch(this.url + path, { method, headers, ...init });
    const text = await response.text();
    assert.equal(response.headers.get('access-control-allow-origin'), null, 'no CORS');
    assert.equal(response.headers.get('cache-control'), 'no-store');
    const isJson = response.headers.get('content-type') === 'application/json';
    const value = isJson ? (JSON.parse(text) as Json) : {};
    if (response.status !== 200) assert.ok(faultAnswer.safeParse(value).success, text);
    else hold(method, path, isJson ? value : text);
    return { status: response.status, headers: response.headers, body: value, text };
  }
}

function hold(method: string, path: string, value: Json | string): void {
  const at = routesAt(ROUTES, path.split('?')[0]!).find(({ route }) => route.method === method);
  assert.ok(at !== undefined, `${method} ${path} is no route`);
  const read = at.route.answer.safeParse(value);
  assert.ok(read.success, `${method} ${path}: ${JSON.stringify(read.error?.issues)}`);
  answered.add(at.route.id);
}

export class AdminUnderTest {
  readonly gateway: RunningGateway;
  readonly url: string;
  readonly as: Readonly<Record<Role, AdminClient>>;

  private constructor(gateway: RunningGateway, url: string) {
    this.gateway = gateway;
    this.url = url;
    const client = (role: Role) => new AdminClient(url, TOKENS[role].key);
    this.as = {
      viewer: client('viewer'),
      operator: client('operator'),
      auditor: client('auditor'),
      admin: client('admin'),
    };
  }

  static async start(
    config: Json,
    admin: Json = {},
    env: Record<string, string> = {},
  ): Promise<AdminUnderTest> {
    const all = { ...config, admin: { port: 0, tokens: TOKENS_CONFIG, ...admin } };
    const gateway = await RunningGateway.start(all, ['--no-watch'], env);
    await gateway.logs(ADMIN_URL);
    await gateway.settled();
    return new AdminUnderTest(gateway, ADMIN_URL.exec(gateway.process.stderr())![1]!);
  }

  stop(): Promise<number | string> {
    return this.gateway.stop();
  }

  /** What was recorded of the admin API, oldest first. */
  deeds(): Json[] {
    const lines = this.gateway.process.stderr().split('\n');
    return lines.flatMap((line) => {
      if (!/"msg":"admin(?:: refused)?"/.test(line)) return [];
      const { who, action, subject, outcome } = JSON.parse(line) as Json;
      return [{ who, action, subject, outcome }];
    });
  }
}

const ADMIN_URL = /"url":"(https?:[^"]+)","msg":"the admin API is open"/;
