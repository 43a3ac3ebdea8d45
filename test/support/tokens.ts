/**
 * An issuer of JWT for tests: key pairs of every kind, tokens right and wrong, and the public keys over HTTP.
 */

import { createHmac, generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Claims = Record<string, unknown>;

export const RESOURCE = 'https://gateway.example/mcp';

export interface TestKey {
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

export function makeKey(alg: string, kid: string = randomUUID()): TestKey {
  return { kid, alg, ...pairOf(alg) };
}

function pairOf(alg: string): { privateKey: KeyObject; publicKey: KeyObject } {
  if (alg === 'EdDSA') return generateKeyPairSync('ed25519');
  if (!alg.startsWith('ES')) return generateKeyPairSync('rsa', { modulusLength: 2048 });
  const curves: Record<string, string> = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' };
  return generateKeyPairSync('ec', { namedCurve: curves[alg] ?? '' });
}

export function jwkOf({ publicKey, kid, alg }: TestKey): Record<string, unknown> & { kty: string } {
  const jwk = publicKey.export({ format: 'jwk' });
  return { ...jwk, kty: String(jwk.kty), kid, alg, use: 'sig' };
}

export function encode(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return Buffer.from(text).toString('base64url');
}

/** The signature of RFC 7518 over a text, whatever the header in it says. */
export function signatureOf(key: TestKey, input: string): string {
  const { alg, privateKey } = key;
  const bits = alg.slice(2);
  const bytes = Buffer.from(input);
  if (alg === 'EdDSA') return sign(null, bytes, privateKey).toString('base64url');
  if (alg.startsWith('ES')) {
    return sign(`sha${bits}`, bytes, { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString(
      'base64url',
    );
  }
  const padding = alg.startsWith('PS') ? 6 : 1;
  const saltLength = alg.startsWith('PS') ? { saltLength: Number(bits) / 8 } : {};
  return sign(`sha${bits}`, bytes, { key: privateKey, padding, ...saltLength }).toString(
    'base64url',
  );
}

export function hmacOf(alg: string, secret: string | Buffer, input: string): string {
  return createHmac(`sha${alg.slice(2)}`, secret)
    .update(input)
    .digest('base64url');
}

/** Claims that are right for ten minutes. */
export function goodClaims(issuer: string, more: Claims = {}): Claims {
  const now = Math.floor(Date.now() / 1000);
  return {
    iss: issuer,
    aud: RESOURCE,
    sub: 'ann',
    iat: now,
    exp: now + 600,
    jti: randomUUID(),
    ...more,
  };
}

/** `head` and `claims` may be texts, for what JSON.stringify would not write. */
export function tokenOf(key: TestKey, claims: Claims | string, head: Claims | string = {}): string {
  const header =
    typeof head === 'string' ? head : { alg: key.alg, kid: key.kid, typ: 'at+jwt', ...head };
  const input = `${encode(header)}.${encode(claims)}`;
  return `${input}.${signatureOf(key, input)}`;
}

/** Serves JSON by path on loopback, and counts how often it was asked. */
export class KeyServer {
  readonly asked = new Map<string, number>();
  /** By path; a function for what depends on the request. */
  readonly documents = new Map<string, unknown>();
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<KeyServer> {
    const server = createServer((request, response) => {
      const path = request.url ?? '';
      keys.asked.set(path, keys.count(path) + 1);
      let body = '';
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => {
        const found = keys.documents.get(path);
        const value =
          typeof found === 'function' ? found(new URLSearchParams(body), request.headers) : found;
        response.writeHead(value === undefined ? 404 : 200, { 'content-type': 'application/json' });
        response.end(JSON.stringify(value ?? {}));
      });
    });
    const keys = new KeyServer(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return keys;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  count(path: string): number {
    return this.asked.get(path) ?? 0;
  }

  serve(path: string, ...keys: TestKey[]): string {
    this.documents.set(path, { keys: keys.map(jwkOf) });
    return `${this.origin}${path}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
