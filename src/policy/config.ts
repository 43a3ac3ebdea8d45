/**
 * The `access` part of the file: who may call what.
 *
 * Everything that can be wrong with a rule is found here, when the file is loaded: an expression or a pattern that does
 * not compile is a fault with its place, like any other.
 */

import { isIP } from 'node:net';
import { z } from 'zod';
import { compile, compilePattern, EXPRESSION_CHARS_MAX } from './expression.ts';
import { DAYS, isTimezone, TIME } from './hours.ts';
import { PATTERN } from './patterns.ts';

const NAME_MAX = 256;
const PATTERNS_MAX = 4_096;
const GROUPS_MAX = 4_096;
/** Each costs its evaluation on every call of the tools that it is about. */
const RULES_MAX = 256;
const LIMITS_MAX = 1_024;

const pattern = z
  .string()
  .max(600)
  .regex(PATTERN, '"server.tool", with * for any text, or "*" for everything');
const patterns = z.array(pattern).max(PATTERNS_MAX).default([]);
const name = z.string().min(1).max(NAME_MAX);
const id = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'a name such as "no-prod"');

const hours = z
  .strictObject({
    days: z
      .array(z.enum(DAYS))
      .min(1)
      .default([...DAYS])
      .describe('Days of the week.'),
    from: z
      .string()
      .regex(TIME, 'a time such as "08:00"')
      .default('00:00')
      .describe('First minute.'),
    to: z
      .string()
      .regex(TIME, 'a time such as "18:00"')
      .default('24:00')
      .describe('First minute after it; before `from` where it runs past midnight.'),
    timezone: z
      .string()
      .max(64)
      .refine(isTimezone, 'a time zone such as "Europe/Vienna"')
      .default('UTC')
      .describe('Whose clock counts.'),
  })
  .optional();

const addresses = z
  .array(z.string().max(64).refine(isNetwork, 'an address or network, such as 10.0.0.0/8'))
  .max(256)
  .optional();

const roleSchema = z.strictObject({
  allow: patterns.describe('What the role allows.'),
  deny: patterns.describe('What nobody of this role may call, whatever else allows it.'),
  hours: hours.describe('The role allows something only then.'),
  addresses: addresses.describe('The role allows something only to calls from there.'),
});

const callerSchema = z.strictObject({
  roles: z.array(name).max(256).default([]).describe('Roles besides those of its credential.'),
  allow: patterns.describe('What it may call.'),
  deny: patterns.describe('What it may not call, whatever else allows it.'),
});

const ruleSchema = z.strictObject({
  id: id.describe('Its name in logs and reasons.'),
  tools: z.array(pattern).min(1).max(PATTERNS_MAX).default(['*']).describe('What it is about.'),
  when: z
    .string()
    .max(EXPRESSION_CHARS_MAX)
    .superRefine((text, context) => {
      const made = compile(text);
      if (typeof made === 'string') context.addIssue({ code: 'custom', message: made });
    })
    .describe('CEL over `caller`, `tool`, `args`, `session`, `time` and `ip`. An error denies.'),
  effect: z.enum(['deny', 'allow']).default('deny').describe('What it does where `when` is true.'),
  mode: z
    .enum(['enforce', 'observe'])
    .default('enforce')
    .describe('`observe`: what it would change is logged, and nothing is changed.'),
  message: z.string().max(500).optional().describe('What a caller is told whom it refuses.'),
});

const limitSchema = z
  .strictObject({
    tools: z.array(pattern).min(1).max(PATTERNS_MAX).describe('Which tools.'),
    param: z
      .string()
      .regex(/^[^.]{1,128}(?:\.[^.]{1,128}){0,7}$/, 'a name, or names with dots between them')
      .describe('Which argument; `a.b` is member `b` of argument `a`.'),
    values: z
      .array(z.union([z.string().max(1024), z.number(), z.boolean()]))
      .min(1)
      .max(1024)
      .optional()
      .describe('The only values that it may have.'),
    pattern: z
      .string()
      .superRefine((text, context) => {
        const made = compilePattern(text, 'whole');
        if (typeof made === 'string') context.addIssue({ code: 'custom', message: made });
      })
      .optional()
      .describe('RE2 pattern that all of the text must match.'),
    minimum: z.number().optional().describe('Smallest number.'),
    maximum: z.number().optional().describe('Largest number.'),
    required: z.boolean().default(false).describe('Refuses calls without it.'),
    message: z.string().max(500).optional().describe('What a caller is told who exceeds it.'),
  })
  .refine(
    ({ values, pattern: text, minimum, maximum, required }) =>
      required || [values, text, minimum, maximum].some((one) => one !== undefined),
    'a limit: with `values`, `pattern`, `minimum`, `maximum` or `required`',
  );

const sizeSchema = z.strictObject({
  tools: z.array(pattern).min(1).max(PATTERNS_MAX).describe('Which tools.'),
  bytes: z.int().min(2).describe('Most bytes that all arguments of a call may have, as JSON.'),
  message: z.string().max(500).optional().describe('What a caller is told who exceeds it.'),
});

const scopesSchema = z.strictObject({
  tools: z.array(pattern).min(1).max(PATTERNS_MAX).describe('Which tools.'),
  scopes: z.array(name).min(1).max(64).describe('Scopes that the caller must have, all of them.'),
});

export const accessSchema = z
  .strictObject({
    default: z
      .enum(['deny', 'allow'])
      .optional()
      .describe(
        'What holds where nothing allows or denies. Default: deny; allow only where all callers are anonymous, ' +
          '`listen.host` is a loopback address, and nothing else is written here.',
      ),
    explain: z
      .boolean()
      .default(false)
      .describe('Whether a refused caller is told by which rule. Never for what it may not see.'),
    readOnly: z
      .boolean()
      .default(false)
      .describe(
        'Only tools that change nothing, as their servers say (`readOnlyHint`) or `servers.NAME.tools.PATTERN.readOnly`.',
      ),
    allow: patterns.describe('What every caller may call.'),
    deny: patterns.describe('What nobody may call.'),
    hours: hours.describe('Nobody may call anything outside of these.'),
    addresses: addresses.describe('Nobody may call anything from elsewhere.'),
    roles: z
      .record(name, roleSchema)
      .refine((roles) => Object.keys(roles).length <= GROUPS_MAX, `at most ${GROUPS_MAX} roles`)
      .default({})
      .describe('By name of the role.'),
    callers: z
      .record(name, callerSchema)
      .refine((callers) => Object.keys(callers).length <= GROUPS_MAX, `at most ${GROUPS_MAX}`)
      .default({})
      .describe('By id of the caller.'),
    scopes: z.array(scopesSchema).max(LIMITS_MAX).default([]).describe('Scopes that tools need.'),
    sizes: z.array(sizeSchema).max(LIMITS_MAX).default([]).describe('Limits on all arguments.'),
    params: z.array(limitSchema).max(LIMITS_MAX).default([]).describe('Limits on one argument.'),
    rules: z
      .array(ruleSchema)
      .max(RULES_MAX)
      .refine((rules) => new Set(rules.map((rule) => rule.id)).size === rules.length, {
        message: 'rules with different ids',
      })
      .default([])
      .describe('Conditions. Every rule is asked; one that denies wins.'),
  })
  .prefault({})
  .describe('Who may call what. Whatever denies wins over whatever allows.');

export type AccessFile = Readonly<z.output<typeof accessSchema>>;
/** With `default` decided. */
export type AccessConfig = AccessFile & { readonly default: 'allow' | 'deny' };
export type RuleConfig = Readonly<z.output<typeof ruleSchema>>;
export type SizeConfig = Readonly<z.output<typeof sizeSchema>>;
export type LimitConfig = Readonly<z.output<typeof limitSchema>>;
export type HoursConfig = NonNullable<z.output<typeof hours>>;

/** Nothing is written that allows or denies: then the default is as the rest of the file suggests. */
export function isBare({ explain: _, ...access }: AccessFile): boolean {
  return Object.values(access).every(
    (value) => value === undefined || value === false || Object.keys(value as object).length === 0,
  );
}

function isNetwork(text: string): boolean {
  const [address = '', bits, rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest !== undefined) return false;
  if (bits === undefined) return true;
  return /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128);
}
