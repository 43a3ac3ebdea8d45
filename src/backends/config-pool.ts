/**
 * The configuration of one server's links: how many there are, who shares them, when one is replaced. Joined to the whole
 * in `config.ts`.
 */

import { z } from 'zod';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** When a process is replaced although it works: many leak, slowly. */
const recycleSchema = z
  .strictObject({
    calls: z.int().min(1).max(1e9).optional().describe('Replaced after so many requests.'),
    ageMs: z
      .int()
      .min(1000)
      .max(30 * DAY_MS)
      .optional()
      .describe('Replaced when older.'),
    memoryMb: z
      .int()
      .min(16)
      .max(1_048_576)
      .optional()
      .describe(
        'Replaced when the process and its children hold more memory (resident, Linux only; looked at every 10 s).',
      ),
  })
  .prefault({})
  .describe(
    'When a process is replaced: its successor is started first, its calls finish, then it ends. Never one that a ' +
      'session holds.',
  );

/** `pending`: how many requests one link of this kind takes at a time. */
export const poolSchema = (pending: number) =>
  z
    .strictObject({
      mode: z
        .enum(['auto', 'shared', 'caller', 'session'])
        .default('auto')
        .describe(
          'Who may share a link: everybody (`shared`; then no server can ask a client anything); the sessions and calls ' +
            'of one caller (`caller`), one session (`session`); or, by default, everybody until a client brings ' +
            'capabilities, such as elicitation, that the server would use to speak back to it (`auto`).',
        ),
      size: z.int().min(1).max(64).default(1).describe('Shared links opened at start and kept.'),
      max: z
        .int()
        .min(1)
        .max(1024)
        .default(32)
        .describe(
          'Links at one time, shared and personal together. More shared ones than `size` are opened while there are ' +
            'more calls than `pending` for each, up to three quarters of `max` where there are personal ones, too.',
        ),
      idleMs: z
        .int()
        .min(1000)
        .max(DAY_MS)
        .default(300_000)
        .describe(
          'How long a personal link, or a shared one above `size`, is kept after its last use.',
        ),
      warm: z
        .int()
        .min(0)
        .max(64)
        .default(0)
        .describe(
          'Personal links kept ready for the next session, for the capabilities that were asked for last; none for ' +
            'clients with roots, which a server wants to know at once.',
        ),
      pending: z
        .int()
        .min(1)
        .max(16_384)
        .default(pending)
        .describe(
          'Requests that one link has in flight at a time, at most; more wait their turn. A server that is crowded is given ' +
            'fewer, where that brings as many answers.',
        ),
      queue: z
        .int()
        .min(0)
        .max(65_536)
        .default(8192)
        .describe(
          'Calls that may wait for a shared link, or for the link of one caller in mode `caller`. Beyond it calls are refused at once.',
        ),
      queuePerCaller: z
        .int()
        .min(0)
        .max(65_536)
        .default(2048)
        .describe('The same for one caller; callers are served in turn.'),
      waitMs: z
        .int()
        .min(1)
        .max(HOUR_MS)
        .default(20_000)
        .describe('How long a call may wait for room before it is refused.'),
      silentMs: z
        .int()
        .min(0)
        .max(DAY_MS)
        .optional()
        .describe(
          'A local server that was sent something and has said nothing for so long is asked whether it is there. ' +
            'Default: `timeoutMs`. 0: never.',
        ),
      answerMs: z
        .int()
        .min(1)
        .max(HOUR_MS)
        .default(30_000)
        .describe(
          'How long it may take to say so before it is replaced. Calls that it has fail then.',
        ),
      recycle: recycleSchema,
    })
    .refine((pool) => pool.size <= pool.max, { path: ['size'], message: 'at most `max`' })
    .prefault({})
    .describe('How many links to this server are kept, and who shares them.');
