/**
 * The `audit` part of the file: what is recorded of every call, where, and for how long.
 *
 * Off where the part is absent: whoever wants a record says where it lies. What is set then protects by default.
 */

import { z } from 'zod';

const MIB = 1024 * 1024;
const HOUR_MS = 3_600_000;

export const PAYLOADS = ['none', 'hash', 'redacted', 'full'] as const;

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
  })
  .describe('A record of every call that can be proven. Off where this part is absent.');

export type AuditConfig = Readonly<z.output<typeof auditSchema>>;
export type PayloadPolicy = (typeof PAYLOADS)[number];
