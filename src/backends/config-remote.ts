/**
 * What only remote servers have in the file, and what watches over any server: addresses, headers, time-outs,
 * certificates, proxies, probes. Joined to the whole in `config.ts`.
 */

import { z } from 'zod';
import { isProxyUrl } from './http-proxy.ts';

const KIB = 1024;
const HOUR_MS = 3_600_000;
/** undici goes by no longer time, whoever names it. */
const KEEP_ALIVE_MAX_MS = 600_000;

function ms(min: number, words: string) {
  return z.int().min(min).max(HOUR_MS).describe(words);
}

export const urlSchema = z
  .string()
  .max(8192)
  .refine(isHttpUrl, 'an http:// or https:// URL without user and password')
  .describe('Address of the MCP endpoint. Credentials belong into `headers`.');

export const weightSchema = z
  .int()
  .min(0)
  .max(1000)
  .default(1)
  .describe('Its share of new links beside the others; 0 stands by until no other is well.');

/** What the transport sets itself; a second value would make two readers disagree about the message. */
const OWN_HEADERS =
  /^(?:host|connection|content-length|content-type|transfer-encoding|upgrade|keep-alive|te|trailer|accept|last-event-id|proxy-authorization|mcp-.*)$/i;

const headerName = z
  .string()
  .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}$/, 'an HTTP header name')
  .refine((name) => !OWN_HEADERS.test(name), 'a header that the gateway does not set itself');

export const headersSchema = z
  .record(
    headerName,
    z
      .string()
      .max(16 * KIB)
      .refine(isHeaderValue, 'one line of visible ASCII'),
  )
  .refine(areDistinct, 'names that differ by more than case')
  .default({})
  .describe(
    'Headers sent with every request, only ever to the origins of `url` or `urls`. ' +
      `Put secrets here as \${env:NAME} or \${file:PATH}.`,
  );

export const probeSchema = z
  .strictObject({
    intervalMs: ms(100, 'How often each link is asked for a sign of life.').default(30_000),
    timeoutMs: ms(10, 'How long the sign of life may take.').default(5000),
    failuresMax: z
      .int()
      .min(1)
      .max(100)
      .default(2)
      .describe('Probes in a row without a sign, after which the link is given up.'),
  })
  .optional()
  .describe(
    'Asks the server for a sign of life (`ping`, or `server/discover`) with its configured credentials and never a ' +
      "client's token. A refusal, 401 or 403 included, is one. Without this key nothing is asked. A server that cannot " +
      'answer while it works is taken for dead.',
  );

const path = z
  .string()
  .min(1)
  .max(4096)
  .refine((value) => !value.includes('\0'), 'text without NUL')
  .optional();

const tlsSchema = z
  .strictObject({
    ca: path.describe('Authorities to trust instead of the public ones: PEM, one or several.'),
    cert: path.describe('Client certificate with its chain: PEM. Needs `key`.'),
    key: path.describe('Private key of `cert`: PEM, without a passphrase.'),
    servername: z
      .string()
      .regex(/^[A-Za-z0-9.-]{1,253}$/, 'a host name')
      .optional()
      .describe('Name to ask for and to expect in the certificate; default: the host of the URL.'),
  })
  .refine(
    (tls) => (tls.cert === undefined) === (tls.key === undefined),
    '`cert` and `key` together',
  )
  .prefault({})
  .describe(
    'Certificates. Files are relative to the folder of this file and are read again when they change.',
  );

/** Keys of entries with `url` or `urls` only. */
export const remoteShape = {
  connectMs: ms(
    1,
    'How long a TCP and TLS connection, or the tunnel of a proxy, may take.',
  ).default(5000),
  headersMs: ms(
    0,
    'How long the response to a request may be silent before its head; 0 leaves that to `timeoutMs`. A server that ' +
      'answers in JSON sends the head with the answer, so this bounds its longest call.',
  ).default(0),
  idleMs: ms(
    0,
    'How long the stream on which the server speaks unasked may be silent before it is opened again; 0 for ever.',
  ).default(300_000),
  keepAliveMs: z
    .int()
    .min(1)
    .max(KEEP_ALIVE_MAX_MS)
    .default(4000)
    .describe(
      'How long an idle connection is kept where the server does not say; best shorter than the server keeps it.',
    ),
  connections: z
    .int()
    .min(1)
    .max(4096)
    .default(256)
    .describe('Connections to one origin; streams hold one each, requests beyond them wait.'),
  http2: z
    .boolean()
    .default(false)
    .describe('Speaks HTTP/2, over TLS only; a server that does not is not reached.'),
  tls: tlsSchema,
  proxy: z
    .union([
      z.enum(['environment', 'none']),
      z.string().max(4096).refine(isProxyUrl, '"environment", "none", or an http(s):// URL'),
    ])
    .default('environment')
    .describe(
      'Proxy to go through: what HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY say (`environment`; never for ' +
        'loopback), `none`, or the URL of one. Put a password here as ' +
        `\${env:NAME}.`,
    ),
  failuresMax: z
    .int()
    .min(0)
    .max(10_000)
    .default(5)
    .describe(
      'Requests in a row without a response, or with 502, 503 or 504, after which the link is given up and the server ' +
        'is reached anew, elsewhere if it has other URLs; 0 never.',
    ),
};

function isHttpUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return (
    (url.protocol === 'http:' || url.protocol === 'https:') &&
    url.username === '' &&
    url.password === ''
  );
}

/** RFC 9110 5.1: names are case-insensitive, so two spellings are one header sent twice. */
function areDistinct(headers: Readonly<Record<string, string>>): boolean {
  const names = Object.keys(headers);
  return new Set(names.map((name) => name.toLowerCase())).size === names.length;
}

/** RFC 9110 5.5, visible ASCII only: CR and LF would smuggle a second header. */
function isHeaderValue(value: string): boolean {
  return /^[\t\x20-\x7e]*$/.test(value);
}
