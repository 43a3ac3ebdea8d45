/** What inspection remembers from call to call. Joined to the whole in `config.ts`. */

import { z } from 'zod';
import { classes } from './config-rules.ts';

export const session = z
  .strictObject({
    taint: z
      .enum(['off', 'flag', 'approve', 'refuse'])
      .default('off')
      .describe(
        'After something was found in what came back, calls of tools by which data could leave are recorded, must be approved (`approvals`), or are refused.',
      ),
    classes: z
      .array(classes)
      .min(1)
      .default(['injection', 'secret'])
      .describe('What makes a session suspect.'),
    minutes: z.int().min(1).max(1440).default(10).describe('For how long.'),
    tools: z
      .array(z.string().min(1).max(545))
      .max(200)
      .default([])
      .describe(
        'Patterns `server.tool` of the tools by which data could leave; without any, those whose `openWorldHint` is not false (`taint`), of them those that say by their name that they send (`sequence`).',
      ),
    fragments: z
      .enum(['on', 'off'])
      .default('off')
      .describe(
        'Read the texts of consecutive calls, results and events as one, for secrets in pieces.',
      ),
    sequence: z
      .enum(['off', 'flag', 'approve', 'refuse'])
      .default('off')
      .describe(
        'After a tool or resource was read that holds secrets, by its name or by the path that it was asked for, calls of tools that send data out are recorded, must be approved, or are refused.',
      ),
    sensitive: z
      .array(z.string().min(1).max(8192))
      .max(200)
      .default([])
      .describe('Patterns `server.tool` or `server.URI` of what else holds secrets.'),
  })
  .prefault({})
  .describe('What is remembered of a session, or of the caller of a modern client.');
