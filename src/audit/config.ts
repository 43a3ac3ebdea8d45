/**
 * The `audit` part of the file: what is recorded of every call, where, and for how long.
 *
 * Off where the part is absent: whoever wants a record says where it lies. What is set then protects by default.
 */

import { z } from 'zod';

const MIB = 1024 * 1024;
const HOUR_MS = 3_600_000;

export const PAYLOADS = ['none', 'hash', 'redacted', 'full'] as const;

const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'use lower-case letters, digits and dashes, at most 32')
  .describe('Its name: what was sent is remembered under it.');
const headers = z
  .record(z.string().regex(/^[A-Za-z0-9-]{1,64}$/), z.string().max(8192))
  .default({})
  .describe('Headers of each request, credentials for instance.');
const batchMax = z
  .int()
  .min(1)
  .max(10_000)
  .default(500)
  .describe('Records of one request; also 1 MiB at most.');
const url = z
  .url({ protocol: /^https?$/ })
  // A request with them is refused, in words that have them in it.
  .refine(
    (text) => !URL.canParse(text) || `${new URL(text).username}${new URL(text).password}` === '',
    'a URL without user and password: put credentials into `headers`',
  )
  .describe('Where to, with `https:` or `http:`; credentials belong into `headers`.');

const fileSink = z.strictObject({
  id: name,
  kind: z.literal('file'),
  path: z
    .string()
    .min(1)
    .describe(
      'The file, from the folder of this one. Appended to; a shipper may rename it at any time.',
    ),
});
const syslogSink = z.strictObject({
  id: name,
  kind: z.literal('syslog').describe('RFC 5424, one frame per record (RFC 5425, RFC 6587).'),
  host: z.string().min(1).describe('The receiver.'),
  port: z.int().min(1).max(65_535).default(6514).describe('Its port.'),
  tls: z.boolean().default(true).describe('Over TLS, its certificate checked.'),
  ca: z
    .string()
    .min(1)
    .optional()
    .describe('File of certificate authorities, PEM, in place of the system’s.'),
  facility: z.int().min(0).max(23).default(13).describe('13 is "log audit".'),
});
const webhookSink = z.strictObject({
  id: name,
  kind: z.literal('webhook').describe('Batches as JSON Lines by POST.'),
  url,
  headers,
  secret: z
    .string()
    .min(16)
    .optional()
    .describe(
      'Signs each batch by HMAC-SHA256 (`Sluice-Signature: t=…,v1=…`). Without it batches are signed by `audit.signKey`, where there is one (`t=…,ed25519=…`).',
    ),
  batchMax,
});
const otlpSink = z.strictObject({
  id: name,
  kind: z.literal('otlp').describe('OpenTelemetry logs over HTTP, as JSON.'),
  url,
  headers,
  batchMax,
});

export const auditSchema = z
  .strictObject({
    dir: z
      .string()
      .min(1)
      .default('audit')
      .describe('Folder of the records, from the folder of this file; for one process.'),
    payloads: z
      .enum(PAYLOADS)
      .default('redacted')
      .describe(
        'What of arguments and results: nothing, their SHA-256, what inspection lets be seen (and the SHA-256 where inspection has not looked, or has found something that stays in), or all of it.',
      ),
    payloadBytesMax: z
      .int()
      .min(0)
      .max(4 * MIB)
      .default(16_384)
      .describe('Larger ones leave their SHA-256.'),
    retentionDays: z
      .int()
      .min(1)
      .max(36_500)
      .default(90)
      .describe('What is older is deleted, unless it is held (`sluice audit hold`).'),
    signKey: z
      .string()
      .min(1)
      .optional()
      .describe(
        'Ed25519 private key, PEM (`sluice audit keygen`), best kept in a file of its own. Each segment is sealed with it; without it seals are not signed, and who can write the folder can write it anew.',
      ),
    rotateBytes: z
      .int()
      .min(64 * 1024)
      .max(1024 * MIB)
      .default(64 * MIB)
      .describe('A segment is sealed at this size,'),
    rotateMs: z
      .int()
      .min(1000)
      .max(7 * 24 * HOUR_MS)
      .default(HOUR_MS)
      .describe('or at this age, and at the end of the process.'),
    flushMs: z
      .int()
      .min(1)
      .max(60_000)
      .default(100)
      .describe('How often what was written is synced to the disk: what a loss of power may cost.'),
    bufferBytes: z
      .int()
      .min(MIB)
      .max(512 * MIB)
      .default(16 * MIB)
      .describe('Memory for records that are not written yet.'),
    onOverflow: z
      .enum(['refuse', 'record-gap'])
      .default('refuse')
      .describe(
        'When the disk is full or too slow: refuse calls with `audit_unavailable`, or let them go on unrecorded and record how many.',
      ),
    sinks: z
      .array(z.discriminatedUnion('kind', [fileSink, syslogSink, webhookSink, otlpSink]))
      .max(16)
      .default([])
      .describe(
        'Where else records go. Each sink follows the folder at its own pace and goes on where it stopped; one that is down holds up nobody.',
      ),
    sinkLagBytesMax: z
      .int()
      .min(MIB)
      .max(1024 * 1024 * MIB)
      .default(1024 * MIB)
      .describe('A sink that is further behind skips what is older, and the log says so.'),
  })
  .describe('A record of every call that can be proven. Off where this part is absent.');

export type AuditConfig = Readonly<z.output<typeof auditSchema>>;
export type SinkConfig = AuditConfig['sinks'][number];
export type PayloadPolicy = (typeof PAYLOADS)[number];

/** A sink that two entries name alike would be two places in one memory. */
export function auditDisagreements(
  config: AuditConfig,
): { path: (string | number)[]; words: string }[] {
  const seen = new Set<string>();
  return config.sinks.flatMap(({ id }, at) => {
    const isTwice = seen.has(id);
    seen.add(id);
    return isTwice ? [{ path: ['sinks', at, 'id'], words: 'another sink has this name' }] : [];
  });
}
