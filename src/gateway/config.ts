/**
 * The `sessions`, `cache` and `approvals` parts of the file: how many legacy sessions may live, how long, what may be kept,
 * and which calls somebody must approve.
 *
 * Only revisions up to 2025-11-25 have sessions; 2026-07-28 removed them, so none of this touches modern clients.
 */

import { z } from 'zod';
import { PATTERN } from '../policy/policy.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

export const sessionsSchema = z
  .strictObject({
    max: z.int().min(1).max(1_000_000).default(10_000).describe('Sessions at one time.'),
    idleMs: z
      .int()
      .min(1000)
      .max(7 * DAY_MS)
      .default(30 * MINUTE_MS)
      .describe('A session ends when its client has been silent for so long.'),
    absoluteMs: z
      .int()
      .min(1000)
      .max(14 * DAY_MS)
      .default(DAY_MS)
      .describe('A session ends after so long, used or not.'),
    perCallerMax: z
      .int()
      .min(1)
      .max(1_000_000)
      .default(1000)
      .describe('Sessions of one caller at one time.'),
  })
  .prefault({})
  .describe('Sessions of clients that speak 2025-11-25 or older.');

const MIB = 1024 * 1024;

export const cacheSchema = z
  .strictObject({
    maxBytes: z
      .int()
      .min(0)
      .max(16 * 1024 * MIB)
      .default(64 * MIB)
      .describe(
        'Memory for all kept results together, each counted once per era of clients. What was used longest ago goes first.',
      ),
  })
  .prefault({})
  .describe(
    'Kept results of tools. Nothing is kept unless a tool is marked: `servers.NAME.tools.PATTERN.cache`.',
  );

const TOOLS_MAX = 1_000;

export const approvalsSchema = z
  .strictObject({
    tools: z
      .array(
        z
          .string()
          .max(600)
          .regex(PATTERN, '"server.tool", with * for any text, or "*" for everything'),
      )
      .max(TOOLS_MAX)
      .default([])
      .describe('Patterns `server.tool` of tools of which each call must be approved.'),
    by: z
      .enum(['caller', 'operator'])
      .default('caller')
      .describe(
        'Who is asked, about these and about what `inspect.session` wants approved: the person behind the client, by elicitation, or an operator, by the admin API.',
      ),
    deadlineMs: z
      .int()
      .min(1000)
      .max(10 * MINUTE_MS)
      .default(MINUTE_MS)
      .describe('Time for an answer; then the call is refused.'),
    waitingMax: z
      .int()
      .min(1)
      .max(1000)
      .default(200)
      .describe('Calls that wait for approval at one time; more are refused.'),
    waitingPerCallerMax: z.int().min(1).max(1000).default(20).describe('Of one caller.'),
  })
  .prefault({})
  .describe('Calls that somebody must approve, one by one: see docs/approvals.md.');

export type ApprovalsConfig = Readonly<z.output<typeof approvalsSchema>>;

export type CacheConfig = Readonly<z.output<typeof cacheSchema>>;
export type SessionsConfig = Readonly<z.output<typeof sessionsSchema>>;

export const stateSchema = z
  .strictObject({
    dir: z
      .string()
      .min(1)
      .default('.sluice')
      .describe(
        'Folder for what must survive a restart, from the folder of this file. Made when it is needed; for one process.',
      ),
  })
  .prefault({})
  .describe('Where the gateway keeps its own state.');

export type StateConfig = Readonly<z.output<typeof stateSchema>>;
