/**
 * A real authorization server on loopback: oidc-provider, with client credentials, resource indicators and introspection.
 *
 * Rotation is real too: the keys it signs with and publishes are others afterwards. An instance keeps its keys for life, so
 * another takes its place at the same address.
 */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';
import { makeKey, type TestKey } from './tokens.ts';

export const AGENT = {
  clientId: 'agent',
  clientSecret: 'the secret of the agent, and long enough',
};
export const GATEWAY = {
  clientId: 'gateway',
  clientSecret: 'the secret of the gateway, long enough',
};

export class AuthorizationServer {
  readonly #server: Server;
  readonly #resources: Readonly<Record<string, 'jwt' | 'opaque'>>;
  readonly asked: string[] = [];
  #handle: (request: IncomingMessage, response: ServerResponse) => void = () => {};

  private constructor(server: Server, resources: Readonly<Record<string, 'jwt' | 'opaque'>>) {
    this.#server = server;
    this.#resources = resources;
  }

  /** `resources`: for whom it gives tokens, and in which form. */
  static async start(
    resources: Readonly<Record<string, 'jwt' | 'opaque'>>,
  ): Promise<AuthorizationServer> {
    const server = createServer((request, response) => {
      self.asked.push(request.url ?? '');
      self.#handle(request, response);
    });
    const self = new AuthorizationServer(server, resources);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    self.rotate(makeKey('ES256'));
    return self;
  }

  get issuer(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** From now on it knows and signs with these keys only. */
  rotate(...keys: TestKey[]): void {
    const provider = new Provider(this.issuer, {
      clients: [AGENT, GATEWAY].map(({ clientId, clientSecret }) => ({
        client_id: clientId,
        client_secret: clientSecret,
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
        id_token_signed_response_alg: 'ES256',
      })),
      scopes: ['mcp'],
      jwks: { keys: keys.map(privateJwk) },
      features: {
        devInteractions: { enabled: false },
        clientCredentials: { enabled: true },
        introspection: { enabled: true },
        resourceIndicators: {
          enabled: true,
          getResourceServerInfo: (_context: unknown, resource: string) => ({
            scope: 'mcp',
            audience: resource,
            accessTokenFormat: this.#resources[resource],
            accessTokenTTL: 600,
            jwt: { sign: { alg: 'ES256' } },
          }),
        },
      },
    });
    this.#handle = provider.callback();
  }

  /** An access token of the agent for a resource. */
  async token(resource: string): Promise<string> {
    const { clientId, clientSecret } = AGENT;
    const pair = [clientId, clientSecret].map(encodeURIComponent).join(':');
    const response = await fetch(`${this.issuer}/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(pair).toString('base64')}` },
      body: new URLSearchParams({ grant_type: 'client_credentials', resource, scope: 'mcp' }),
    });
    const answer = (await response.json()) as { access_token?: string };
    if (answer.access_token === undefined) throw new Error(JSON.stringify(answer));
    return answer.access_token;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

function privateJwk({ privateKey, kid, alg }: TestKey): object {
  return { ...privateKey.export({ format: 'jwk' }), kid, alg, use: 'sig' };
}
