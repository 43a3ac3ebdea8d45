/**
 * The `admin` part of the file: who may look into a running gateway and steer it, and where.
 *
 * Nothing is opened by default. A credential opens the listener, on loopback unless the file says otherwise, and nothing
 * but /metrics, where the file says so, is ever told to somebody without one.
 */

import { z } from 'zod';
import { may, ROLES } from './roles.ts';

export { ROLES, type Role } from './roles.ts';

const ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const id = z.string().regex(ID, 'a name of letters, digits, ".", "_" and "-", at most 64');
const file = z.string().min(1).max(4096);
const text = z.string().min(1).max(256);
const roles = z
  .array(z.enum(ROLES))
  .min(1)
  .max(ROLES.length)
  .describe('What it may do: see docs/admin.md.');
/** Nobody guesses 24 characters that a generator made; what people think up is shorter. */
const TOKEN = /^[A-Za-z0-9._~+/=-]{24,512}$/;

const tokenSchema = z.strictObject({
  id: id.describe('Name of the token, for the log and the audit.'),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'a SHA-256 in 64 lower-case hexadecimal digits')
    .describe('SHA-256 of the token; `sluice key --admin ROLES` prints both.'),
  roles,
  expires: z.iso
    .datetime({ offset: true })
    .optional()
    .describe('When the token ends, such as `2027-01-31T00:00:00Z`. Default: never.'),
});

const mtlsSchema = z
  .strictObject({
    id: id.describe('Name of the holder, for the log and the audit.'),
    subject: text.optional().describe('Common name of the certificate’s subject.'),
    san: text
      .optional()
      .describe('One of its alternative names: `URI:spiffe://…`, `DNS:…`, `email:…`.'),
    roles,
  })
  .refine(
    ({ subject, san }) => (subject === undefined) !== (san === undefined),
    'either `subject` or `san`',
  );

export const adminSchema = z
  .strictObject({
    host: z
      .string()
      .min(1)
      .max(253)
      .default('127.0.0.1')
      .describe('Address to listen on. Beyond loopback it needs a credential.'),
    port: z
      .int()
      .min(0)
      .max(65_535)
      .default(7333)
      .describe('TCP port; 0 takes a free one and logs it.'),
    token: z
      .string()
      .regex(TOKEN, 'at least 24 characters: letters, digits and ". _ ~ + / = -"')
      .optional()
      .describe(
        `Token of the role \`admin\`, at least 24 characters: "\${env:SLUICE_ADMIN_TOKEN}", "\${file:PATH}".`,
      ),
    tokens: z.array(tokenSchema).max(1000).default([]).describe('Tokens by their hash.'),
    tls: z
      .strictObject({
        cert: file.describe('File with the certificate and its chain (PEM).'),
        key: file.describe('File with its key (PEM).'),
        clientCa: file
          .optional()
          .describe(
            'File with the authorities of client certificates (PEM). With it every client must show a certificate of ' +
              'theirs.',
          ),
      })
      .optional()
      .describe('HTTPS. Its files are read again when the configuration is.'),
    mtls: z
      .array(mtlsSchema)
      .max(1000)
      .default([])
      .describe('Roles by client certificate; needs `tls.clientCa`. A token counts before it.'),
    allowedHosts: z
      .array(z.string().min(1).max(253))
      .max(256)
      .default([])
      .describe('Names besides loopback ones and `host` that the Host header may carry.'),
    metrics: z
      .enum(['token', 'open'])
      .default('token')
      .describe(
        'Whether /metrics needs a credential like everything else (`token`), or is told to whoever connects (`open`).',
      ),
    calls: z
      .int()
      .min(0)
      .max(10_000)
      .default(500)
      .describe('How many of the last calls are kept in memory to be looked at; 0 for none.'),
  })
  .prefault({})
  .describe(
    'The admin API, on a listener of its own: see docs/admin.md. Closed unless `token`, `tokens` or `mtls` says who may ' +
      'use it, or `metrics` is `open`.',
  );

export type AdminConfig = Readonly<z.output<typeof adminSchema>>;

export function hasCredentials({ token, tokens, mtls }: AdminConfig): boolean {
  return token !== undefined || tokens.length > 0 || mtls.length > 0;
}

/** Whether anybody could decide over calls that wait for an operator. */
export function hasDeciders({ token, tokens, mtls }: AdminConfig): boolean {
  return token !== undefined || [...tokens, ...mtls].some(({ roles }) => may(roles, 'approve'));
}

export function isOpened(config: AdminConfig): boolean {
  return hasCredentials(config) || config.metrics === 'open';
}
