/**
 * The `auth` part of the file: who may call.
 *
 * Nothing here opens a door by default beyond the loopback interface: `anonymous` left out means yes only there and only
 * while no other method is configured, and config/ refuses a listener that others could reach unless the file says in
 * so many words that everybody may call.
 */

import { z } from 'zod';

const TEXT_MAX = 256;
/** Also the first part of the names of an issuer's callers, which a colon ends: the two kinds never meet. */
const ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const RESERVED = new Set(['anonymous', 'mtls']);

const id = z
  .string()
  .regex(ID, 'a name of letters, digits, ".", "_" and "-", at most 64')
  .refine((name) => !RESERVED.has(name), 'another name: this one has a meaning of its own');
const text = z.string().min(1).max(TEXT_MAX);
const list = z.array(text).max(TEXT_MAX).default([]);

const facts = {
  agent: z.string().max(TEXT_MAX).default('').describe('The program that acts.'),
  user: z.string().max(TEXT_MAX).default('').describe('On whose behalf.'),
  roles: list.describe('Roles of the caller.'),
  scopes: list.describe('Scopes of the caller.'),
  tenant: z.string().max(TEXT_MAX).default('').describe('Tenant of the caller; empty for none.'),
};

function isResource(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const url = new URL(value);
  return /^https?:$/.test(url.protocol) && url.hash === '' && url.search === '';
}

/** Keys and verdicts travel from there: nobody on the way may change them. */
export function isTrustedUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const url = new URL(value);
  if (url.username !== '' || url.password !== '') return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname));
}

const trustedUrl = z
  .string()
  .max(2048)
  .refine(isTrustedUrl, 'an https:// URL (http:// on loopback only) without user and password');

const audience = z
  .union([text.max(2048), z.array(text.max(2048)).min(1).max(16)])
  .transform((value): readonly string[] => (typeof value === 'string' ? [value] : value))
  .optional()
  .describe('What `aud` must contain one of. Default: `auth.resource`.');

function path(words: string, ...fallback: string[]) {
  return z
    .union([text, z.array(text).max(8)])
    .transform((value): readonly string[] => (typeof value === 'string' ? [value] : value))
    .default(fallback)
    .describe(fallback.length === 0 ? words : `${words} Default: \`${fallback.join('`, `')}\`.`);
}

const claims = z
  .strictObject({
    caller: path(
      'Who calls; the caller is called `ID:VALUE`, `ID` being that of this entry.',
      'sub',
    ),
    agent: path('The program that acts.', 'act.sub', 'client_id', 'azp'),
    user: path('On whose behalf; empty where it is the program itself.', 'sub'),
    roles: path('Roles: a list, or words in one text.', 'roles'),
    scopes: path('Scopes: a list, or words in one text.', 'scope', 'scp'),
    tenant: path('Tenant.'),
  })
  .prefault({})
  .describe('Names of claims; `a.b` looks into `a`. Of a list the first that is there counts.');

const ASYMMETRIC = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA'],
] as const;
const HMAC = ['HS256', 'HS384', 'HS512'] as const;
/** RFC 7518 3.2: a key of the size of the hash output or larger. */
const SECRET_BYTES: Readonly<Record<string, number>> = { HS256: 32, HS384: 48, HS512: 64 };
/** What providers sign access tokens with, one algorithm of each family. */
const DEFAULT_ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA'] as const;

const apiKeySchema = z.strictObject({
  id: id.describe('Name of the key; `sluice revoke --key` takes it.'),
  caller: id
    .optional()
    .describe('Name of the caller; several keys may have one. Default: the name of the key.'),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'a SHA-256 in 64 lower-case hexadecimal digits')
    .describe('SHA-256 of the key; `sluice key` prints both.'),
  expires: z.iso
    .datetime({ offset: true })
    .optional()
    .describe('When the key ends, such as `2027-01-31T00:00:00Z`. Default: never.'),
  ...facts,
});

const jwtSchema = z
  .strictObject({
    id: id.optional().describe('First part of its callers’ names. Default: the host of `issuer`.'),
    issuer: text.max(2048).describe('What `iss` must be, to the letter.'),
    audience,
    jwksUri: trustedUrl
      .optional()
      .describe(
        'Where the public keys are. Without any source of keys: found at `issuer` (OIDC discovery).',
      ),
    jwksFile: z.string().min(1).max(4096).optional().describe('File with the public keys.'),
    jwks: z
      .array(z.looseObject({ kty: text.describe('Kind of key; further members as in RFC 7517.') }))
      .min(1)
      .max(100)
      .optional()
      .describe('The public keys themselves (JWK).'),
    secret: z.string().max(4096).optional().describe('Shared secret, for HS algorithms only.'),
    algorithms: z
      .array(z.enum([...ASYMMETRIC, ...HMAC]))
      .min(1)
      .max(ASYMMETRIC.length)
      .optional()
      .describe(
        `Algorithms that count. Default: ${DEFAULT_ALGORITHMS.join(', ')}; with \`secret\` HS256.`,
      ),
    typ: text.optional().describe('The only `typ` that counts. Default: `at+jwt`, `JWT`, or none.'),
    skewMs: z
      .int()
      .min(0)
      .max(300_000)
      .default(30_000)
      .describe('By how much clocks may differ, for `nbf` and `iat`; `exp` gets none.'),
    refreshMs: z
      .int()
      .min(1000)
      .max(3_600_000)
      .default(60_000)
      .describe('How often keys are read again, in the background.'),
    claims,
  })
  .superRefine((entry, context) => {
    const say = (key: string, message: string) =>
      context.addIssue({ code: 'custom', path: [key], message });
    const sources = (['jwksUri', 'jwksFile', 'jwks', 'secret'] as const).filter(
      (key) => entry[key] !== undefined,
    );
    if (sources.length > 1) say(sources[1]!, `only one of ${sources.join(', ')}`);
    if (sources.length === 0 && !isTrustedUrl(entry.issuer)) {
      say('issuer', 'an https:// URL where keys are to be found, or a source of keys beside it');
    }
    // The classic confusion: a public key taken for the secret of an HMAC.
    const isHmac = entry.secret !== undefined;
    for (const algorithm of entry.algorithms ?? []) {
      if (algorithm.startsWith('HS') === isHmac) continue;
      say(
        'algorithms',
        isHmac ? 'only HS algorithms with `secret`' : 'HS algorithms need `secret`',
      );
    }
    const needed = Math.max(
      ...(entry.algorithms ?? ['HS256']).map((algorithm) => SECRET_BYTES[algorithm] ?? 0),
    );
    if (isHmac && Buffer.byteLength(entry.secret ?? '') < needed) {
      say('secret', `at least ${needed} bytes (RFC 7518 3.2)`);
    }
  })
  .transform((entry) => ({
    ...entry,
    id: entry.id ?? hostOf(entry.issuer),
    algorithms: entry.algorithms ?? (entry.secret === undefined ? DEFAULT_ALGORITHMS : ['HS256']),
  }));

const introspectionSchema = z.strictObject({
  id: id.describe('First part of its callers’ names.'),
  endpoint: trustedUrl.describe('Introspection endpoint (RFC 7662).'),
  clientId: text.describe('With what the gateway says who it is there (HTTP Basic).'),
  clientSecret: z.string().min(1).max(4096).describe('Its secret.'),
  issuer: trustedUrl
    .optional()
    .describe('Authorization server that clients are sent to, for `/.well-known/`.'),
  audience,
  requireAudience: z
    .boolean()
    .default(true)
    .describe('Refuse tokens of which the answer names no audience.'),
  cacheMs: z
    .int()
    .min(0)
    .max(60_000)
    .default(30_000)
    .describe('How long an answer counts; a revoked token may pass for so long.'),
  claims,
});

const mtlsSchema = z
  .strictObject({
    id: id.describe('Name of the caller.'),
    subject: text.optional().describe('Common name of the certificate’s subject.'),
    san: text
      .optional()
      .describe('One of its alternative names: `URI:spiffe://…`, `DNS:…`, `email:…`.'),
    ...facts,
  })
  .refine(
    ({ subject, san }) => (subject === undefined) !== (san === undefined),
    'either `subject` or `san`',
  );

export const authSchema = z
  .strictObject({
    anonymous: z
      .boolean()
      .optional()
      .describe(
        'Whoever shows no credential may call, as the caller `anonymous`. Default: true while `listen.host` is a ' +
          'loopback address and no method is configured here, else it must be said.',
      ),
    resource: z
      .string()
      .max(2048)
      .refine(isResource, 'an http:// or https:// URL without query and fragment')
      .optional()
      .describe(
        'URI of this gateway as its clients know it (https://gateway.example/mcp): what tokens must be made for ' +
          '(RFC 8707). Needed with `jwt` and `introspection`.',
      ),
    scopes: z
      .array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,128}$/, 'a scope (RFC 6749 3.3)'))
      .max(32)
      .default([])
      .describe('Scopes without which an access token may do nothing.'),
    apiKeys: z.array(apiKeySchema).max(10_000).default([]).describe('API keys.'),
    jwt: z.array(jwtSchema).max(64).default([]).describe('Issuers of JWT access tokens.'),
    introspection: z
      .array(introspectionSchema)
      .max(8)
      .default([])
      .describe('Servers that are asked about other tokens, in this order.'),
    mtls: z
      .array(mtlsSchema)
      .max(10_000)
      .default([])
      .describe(
        'Callers by their client certificate; needs `listen.tls.clientCa`, or `listen.proxy`.',
      ),
    stdio: z
      .strictObject({ id: id.describe('Name of the caller.'), ...facts })
      .optional()
      .describe('Who calls over `sluice stdio`. Default: `anonymous`.'),
    revocations: z
      .string()
      .min(1)
      .max(4096)
      .optional()
      .describe('File of what is revoked, written by `sluice revoke` and watched.'),
    attempts: z
      .strictObject({
        burst: z.int().min(1).max(10_000).default(20).describe('Refused credentials at once.'),
        perMinute: z
          .int()
          .min(1)
          .max(100_000)
          .default(60)
          .describe('And on average. Known credentials are not held up.'),
      })
      .prefault({})
      .describe('What one address may try.'),
    cachedMax: z
      .int()
      .min(16)
      .max(1_000_000)
      .default(10_000)
      .describe('Verified tokens that are remembered, for 60 seconds at most.'),
  })
  .prefault({})
  .describe('Who may call.');

export type AuthConfig = Readonly<z.output<typeof authSchema>>;
export type ApiKeyConfig = AuthConfig['apiKeys'][number];
export type JwtConfig = AuthConfig['jwt'][number];
export type IntrospectionConfig = AuthConfig['introspection'][number];
export type MtlsConfig = AuthConfig['mtls'][number];
export type ClaimNames = JwtConfig['claims'];

/** Whether anybody can say who they are. */
export function hasMethods(auth: AuthConfig): boolean {
  return [auth.apiKeys, auth.jwt, auth.introspection, auth.mtls].some((all) => all.length > 0);
}

/** What no single entry can see, with where it is. */
export function authDisagreements(
  auth: AuthConfig,
): { path: (string | number)[]; words: string }[] {
  const found: { path: (string | number)[]; words: string }[] = [];
  const unique = (key: 'apiKeys' | 'jwt' | 'introspection', field: string, values: string[]) => {
    for (const [at, value] of values.entries()) {
      if (values.indexOf(value) < at) {
        found.push({
          path: [key, at, field],
          words: 'another entry has the same; it must be unique',
        });
      }
    }
  };
  unique(
    'apiKeys',
    'id',
    auth.apiKeys.map((key) => key.id),
  );
  unique(
    'apiKeys',
    'sha256',
    auth.apiKeys.map((key) => key.sha256),
  );
  unique(
    'jwt',
    'issuer',
    auth.jwt.map((entry) => entry.issuer),
  );
  const prefixes = [...auth.jwt, ...auth.introspection].map((entry) => entry.id);
  unique('jwt', 'id', prefixes.slice(0, auth.jwt.length));
  for (const [at, { id: own }] of auth.introspection.entries()) {
    if (prefixes.indexOf(own) < auth.jwt.length + at) {
      const words = 'another issuer has the same; it must be unique';
      found.push({ path: ['introspection', at, 'id'], words });
    }
  }
  const needsResource = (['jwt', 'introspection'] as const).find((key) => auth[key].length > 0);
  if (needsResource !== undefined && auth.resource === undefined) {
    const words =
      'tokens must be made for this gateway: say its own URI in "auth.resource", such as https://gateway.example/mcp';
    found.push({ path: [needsResource], words });
  }
  return found;
}

function hostOf(issuer: string): string {
  const host = URL.canParse(issuer) ? new URL(issuer).hostname : issuer;
  return (
    host
      .replace(/[^A-Za-z0-9.-]/g, '-')
      .replace(/^[^A-Za-z0-9]+/, '')
      .slice(0, 64) || 'issuer'
  );
}

/**
 * Whether only programs on this machine can connect. A name other than localhost is not looked up: what it resolves
 * to may change after the check.
 */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  return bare === 'localhost' || bare === '::1' || /^127(?:\.\d{1,3}){3}$/.test(bare);
}
