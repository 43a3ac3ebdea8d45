/**
 * Rules and words of the operator's own, in the file itself or in packs. Joined to the whole in `config.ts`.
 *
 * Own rules are compiled here, so that one that cannot be used is a fault of the file and never of a call.
 */

import { z } from 'zod';
import { operatorRuleFault } from './operator-rules.ts';

export const classes = z.enum(['secret', 'injection', 'poisoning', 'arguments', 'pii']);
export const directions = z.enum(['request', 'response', 'definition']);

export const CONFIDENCES = ['high', 'medium', 'low'] as const;

const ID = /^[a-z0-9][a-z0-9.-]{0,63}$/;
const ID_WORDS = 'small letters, digits, dots and dashes, at most 64';

export const ownRule = z
  .strictObject({
    id: z
      .string()
      .regex(ID, ID_WORDS)
      .describe('Its name in findings and suppressions; they say `own.ID`.'),
    class: classes.default('secret').describe('What it finds; the action is that of its class.'),
    pattern: z
      .string()
      .min(3)
      .max(1000)
      .describe(
        'RE2 syntax, case as written. A group called `value` is what is redacted, else the whole match.',
      ),
    anchors: z
      .array(z.string().min(3).max(64))
      .max(64)
      .optional()
      .describe(
        'Texts of three letters or more of which one is in every match, in small letters. Derived where the pattern has them.',
      ),
    reach: z
      .int()
      .min(1)
      .max(4096)
      .default(256)
      .describe('Characters before and after an anchor within which a match lies.'),
    confidence: z
      .enum(CONFIDENCES)
      .default('high')
      .describe('Below `confidence` of the file it is recorded only.'),
    in: z.array(directions).min(1).optional().describe('Where it looks; everywhere by default.'),
  })
  .superRefine((rule, context) => {
    const fault = operatorRuleFault(rule);
    if (fault === undefined) return;
    context.addIssue({ code: 'custom', path: [fault.key], message: fault.words });
  });

export const dictionary = z.strictObject({
  id: z.string().regex(ID, ID_WORDS).describe('Its name in findings and suppressions: `own.ID`.'),
  class: classes.default('secret').describe('What its words are.'),
  words: z
    .array(z.string().min(3).max(256))
    .min(1)
    .max(2000)
    .describe('Found as whole words, whatever their case.'),
  confidence: z.enum(CONFIDENCES).default('high').describe('As of a rule.'),
  in: z.array(directions).min(1).optional().describe('Where it looks; everywhere by default.'),
});

export const RULES_MAX = 500;
export const DICTIONARIES_MAX = 100;

/** First words of the ids of findings that are not a pack's. */
const TAKEN = new Set('own secret injection poisoning arguments pii session classifier'.split(' '));

/** A file of rules that is kept, reviewed and handed on by itself. */
export const packSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'small letters, digits and dashes, at most 32')
    .refine((name) => !TAKEN.has(name), 'a name that no finding begins with already')
    .describe('Findings of its rules say `NAME.ID`.'),
  version: z
    .string()
    .regex(
      /^\d{1,6}(?:\.\d{1,8}){0,3}(?:-[A-Za-z0-9.-]{1,32})?$/,
      'a version such as "1.4.0", in quotes',
    )
    .describe('Said with each finding; a pack that changes has another.'),
  description: z.string().max(500).default('').describe('For those who read it.'),
  rules: z.array(ownRule).max(RULES_MAX).default([]).describe('As `inspect.rules`.'),
  dictionaries: z
    .array(dictionary)
    .max(DICTIONARIES_MAX)
    .default([])
    .describe('As `inspect.dictionaries`.'),
});

export type OwnRule = z.output<typeof ownRule>;
export type Dictionary = z.output<typeof dictionary>;
export type RulePack = z.output<typeof packSchema> & {
  readonly file: string;
  /** SHA-256 of the file. */
  readonly sha256: string;
};

/** Why these packs cannot be used together. */
export function packsFault(packs: readonly RulePack[]): string | undefined {
  const names = packs.map(({ name }) => name);
  const twice = names.find((name, at) => names.indexOf(name) < at);
  if (twice !== undefined) return `two packs are called "${twice}"; rename one`;
  const count = (key: 'rules' | 'dictionaries') =>
    packs.reduce((sum, pack) => sum + pack[key].length, 0);
  if (count('rules') <= 4 * RULES_MAX && count('dictionaries') <= DICTIONARIES_MAX)
    return undefined;
  return `packs have ${4 * RULES_MAX} rules and ${DICTIONARIES_MAX} dictionaries together at most`;
}
