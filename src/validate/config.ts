/**
 * The `validate` part of the file: whether arguments are held against the tool's input schema before a call.
 */

import { z } from 'zod';

export const validateSchema = z
  .enum(['on', 'off', 'strict'])
  .default('on')
  .describe(
    'Hold arguments against the input schema of the tool before it is called. `on`: a tool whose schema cannot be ' +
      'used is called all the same, and the log says why. `strict`: such a tool is not called.',
  );

export type ValidateMode = z.output<typeof validateSchema>;
