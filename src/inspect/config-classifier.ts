/** Where a classifier is asked, about what, and what its silence means. Joined to the whole in `config.ts`. */

import { z } from 'zod';
import { directions } from './config-rules.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

export const classifier = z
  .strictObject({
    url: z
      .url({ protocol: /^https?$/, error: 'an http or https URL' })
      .max(2048)
      .refine((url) => !/^[a-z]+:\/\/[^/]*@/i.test(url), 'a URL without credentials; use `headers`')
      .describe('Where it is asked, by POST. No redirect is followed.'),
    headers: z
      .record(
        z.string().regex(/^[A-Za-z0-9-]{1,64}$/, 'the name of a header'),
        z
          .string()
          .max(16 * KIB)
          .regex(/^[\x20-\x7e]*$/, 'one line of visible ASCII'),
      )
      .default({})
      .describe(
        `Sent with each question. Secrets come from \`\${env:NAME}\` or \`\${file:PATH}\`.`,
      ),
    directions: z
      .array(directions)
      .min(1)
      .default(['response'])
      .describe('What it is asked about: arguments (`request`), what comes back, definitions.'),
    minBytes: z
      .int()
      .min(0)
      .max(MIB)
      .default(24)
      .describe('Content of fewer bytes passes without a question.'),
    maxBytes: z
      .int()
      .min(KIB)
      .max(16 * MIB)
      .default(256 * KIB)
      .describe('Content of more bytes is not sent: the same as no answer.'),
    deadlineMs: z
      .int()
      .min(10)
      .max(60_000)
      .default(1000)
      .describe('Time for an answer, waiting for a turn included.'),
    concurrency: z.int().min(1).max(256).default(16).describe('Questions at once; others wait.'),
    fail: z
      .enum(['closed', 'open'])
      .default('closed')
      .describe('Without an answer that is understood, `closed` refuses and `open` lets pass.'),
  })
  .optional()
  .describe(
    'A classifier of your own that is asked about what the rules let pass (docs/inspection.md).',
  );
