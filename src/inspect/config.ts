/**
 * The `inspect` part of the file: what is looked for in what passes, and what is done about it.
 *
 * Everything that protects is on where the file says nothing.
 */

import { z } from 'zod';
import { classifier } from './config-classifier.ts';
import {
  CONFIDENCES,
  DICTIONARIES_MAX,
  dictionary,
  ownRule,
  RULES_MAX,
  type RulePack,
} from './config-rules.ts';
import { session } from './config-session.ts';

export { packSchema, packsFault, type RulePack } from './config-rules.ts';
export { environmentSecrets } from './known-values.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const PACKS_MAX = 16;

export const ACTIONS = ['block', 'redact', 'flag', 'off'] as const;
export type Action = (typeof ACTIONS)[number];

const action = (otherwise: Action, words: string) =>
  z.enum(ACTIONS).default(otherwise).describe(words);

/** Of one class; as of the whole where it says nothing. */
const confidence = z
  .enum(CONFIDENCES)
  .optional()
  .describe('How sure a finding of this class must be for its action; without, as `confidence`.');

const pattern = (what: string) =>
  z.string().min(1).max(512).default('*').describe(`${what}, with \`*\` for any text.`);

/** A day means its end in UTC; a moment is one. */
const UNTIL = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2})?Z)?$/;

export function untilMs(until: string): number {
  return until.length === 10 ? Date.parse(`${until}T23:59:59.999Z`) : Date.parse(until);
}

const suppression = z.strictObject({
  rule: pattern('The rule, by its id'),
  server: pattern('The server'),
  tool: pattern("The tool, prompt or resource, as the server calls it; '' where nothing is named"),
  path: pattern('Where in the arguments, result or definition: a JSON Pointer'),
  reason: z.string().min(1).max(500).describe('Why this is right, for those who read it later.'),
  until: z
    .string()
    .refine(
      (text) => UNTIL.test(text) && !Number.isNaN(untilMs(text)),
      'a day, 2026-12-31, or a moment in UTC, 2026-12-31T12:00Z',
    )
    .describe('The last day (`2026-12-31`), or the moment in UTC, at which it counts.'),
});

const lock = z
  .strictObject({
    file: z
      .string()
      .min(1)
      .default('sluice.lock')
      .describe(
        'The file of fingerprints, from the folder of this file. Written by `sluice check --update-lock`; once it is there the gateway records in it what it adopts.',
      ),
    newServers: z
      .enum(['allow', 'quarantine'])
      .default('allow')
      .describe('`quarantine`: tools that are not in the lock file are not shown.'),
    onDrift: z
      .enum(['judge', 'withdraw', 'flag'])
      .default('judge')
      .describe(
        'A definition that has changed: `judge` withdraws it where the change is suspicious and adopts it otherwise; `withdraw` any change; `flag` only says so.',
      ),
  })
  .prefault({})
  .describe('Definitions that change after they were seen (docs/inspection.md).');

const group = z
  .strictObject({
    mode: z.enum(['on', 'off']).default('on').describe('`inspect: off` says the same in short.'),
    secrets: z
      .strictObject({
        request: action('block', 'Secrets in arguments.'),
        response: action('redact', 'Secrets in what comes back, and in definitions.'),
        confidence,
      })
      .prefault({}),
    injection: z
      .strictObject({
        request: action('off', 'Instructions to a model in arguments.'),
        response: action('block', 'Instructions to a model in what comes back.'),
        confidence,
      })
      .prefault({}),
    poisoning: z
      .strictObject({
        tools: action(
          'block',
          "Instructions to a model in definitions, and tools that are taken for another server's.",
        ),
        confidence,
        sharedNames: z
          .enum(['off', 'flag', 'block'])
          .default('off')
          .describe(
            'Tools whose name is that of a tool of a server further up in this file, but for case and separators; `block` does what `tools` says.',
          ),
      })
      .prefault({}),
    arguments: z
      .strictObject({
        request: action('block', 'Arguments that do harm: shell, paths, addresses, SQL.'),
        confidence,
      })
      .prefault({}),
    pii: z
      .strictObject({
        request: action('off', 'Personal data in arguments.'),
        response: action('off', 'Personal data in what comes back.'),
        confidence,
      })
      .prefault({}),
    confidence: z
      .enum(CONFIDENCES)
      .default('medium')
      .describe(
        'How sure a finding must be for its action; what is less is recorded only. Each class can have its own.',
      ),
    inlineBytes: z
      .int()
      .min(0)
      .max(64 * KIB)
      .default(2 * KIB)
      .describe(
        'Larger messages are inspected in other threads. More costs a message less and its neighbours more.',
      ),
    maxBytes: z
      .int()
      .min(KIB)
      .max(64 * MIB)
      .default(16 * MIB)
      .describe('Arguments, results and messages above this are treated as `oversize` says.'),
    oversize: z
      .enum(['block', 'pass'])
      .default('block')
      .describe('What is too large to be inspected is refused, or passes as it is.'),
    deadlineMs: z
      .int()
      .min(10)
      .max(60_000)
      .default(2000)
      .describe('What is not inspected by then is refused. Definitions have 15 s at least.'),
    suppress: z
      .array(suppression)
      .max(1000)
      .default([])
      .describe('Findings that are known to be harmless there, until a day.'),
    rules: z.array(ownRule).max(RULES_MAX).default([]).describe('Rules of your own.'),
    dictionaries: z
      .array(dictionary)
      .max(DICTIONARIES_MAX)
      .default([])
      .describe('Words of your own: names of projects, of customers.'),
    packs: z
      .array(z.string().min(1).max(4096))
      .max(PACKS_MAX)
      .default([])
      .describe(
        'Files of rules and dictionaries with a name and a version (docs/inspection.md), from the folder of this file. Read again when they change.',
      ),
    ownSecrets: z
      .enum(['on', 'off'])
      .default('on')
      .describe(
        "Whether the gateway's own secrets are looked for in what passes: what its environment and the files of its configuration hold.",
      ),
    canaryKey: z
      .string()
      .min(32)
      .max(4096)
      .optional()
      .describe(
        'Key of the canaries that `sluice canary` makes: they are found wherever they turn up. From a file or variable.',
      ),
    classifier,
    lock,
    session,
  })
  .prefault({})
  .describe(
    'What is looked for in arguments, results and definitions, and what is done: `block` refuses, `redact` puts a placeholder in its place, `flag` records, `off` does not look.',
  );

export const inspectSchema = z
  .preprocess((given) => (given === 'off' || given === 'on' ? { mode: given } : given), group)
  .describe(group.description ?? '');

export type InspectConfig = z.output<typeof inspectSchema> & {
  /** The gateway's own secrets, found with the configuration and never printed. */
  readonly knownValues?: readonly string[];
  /** What the files of `packs` hold. */
  readonly rulePacks?: readonly RulePack[];
};
export type Suppression = InspectConfig['suppress'][number];

/** Everything as it is where the file says nothing. */
export function defaultInspection(): InspectConfig {
  return inspectSchema.parse({});
}

const CLASS_KEYS = ['secrets', 'injection', 'poisoning', 'arguments', 'pii'] as const;

/** What an operator has turned down, in words; `path` is that in the file. */
export function inspectWarnings(
  config: InspectConfig,
  now: number,
): { path: (string | number)[]; words: string }[] {
  if (config.mode === 'off') {
    return [{ path: ['inspect'], words: 'nothing that passes is inspected' }];
  }
  const standard = defaultInspection();
  const weak: { path: (string | number)[]; words: string }[] = [];
  for (const name of ['secrets', 'injection', 'poisoning', 'arguments'] as const) {
    for (const [where, usual] of Object.entries(standard[name])) {
      const now = (config[name] as Record<string, string>)[where]!;
      if (usual === 'off' || (now !== 'off' && now !== 'flag')) continue;
      const words = now === 'off' ? 'this is not looked for' : 'what is found here passes';
      weak.push({ path: ['inspect', name, where], words });
    }
  }
  for (const path of [['confidence'], ...CLASS_KEYS.map((name) => [name, 'confidence'])]) {
    const [first, second] = path as [keyof InspectConfig, string | undefined];
    const group = config[first] as string | Record<string, string | undefined>;
    if ((typeof group === 'string' ? group : group[second!]) !== 'high') continue;
    weak.push({ path: ['inspect', ...path], words: 'what is only likely is recorded, and passes' });
  }
  if (config.oversize === 'pass') {
    weak.push({ path: ['inspect', 'oversize'], words: 'large messages pass without inspection' });
  }
  const { url = '', fail } = config.classifier ?? {};
  if (
    /^http:\/\/(?!(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])[:/?]|(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$)/i.test(
      url,
    )
  ) {
    const words = 'what passes travels to the classifier unencrypted; use https';
    weak.push({ path: ['inspect', 'classifier', 'url'], words });
  }
  if (fail === 'open') {
    const words = 'what the classifier does not answer about passes';
    weak.push({ path: ['inspect', 'classifier', 'fail'], words });
  }
  for (const [at, { until }] of config.suppress.entries()) {
    if (untilMs(until) >= now) continue;
    const words = `this suppression ended with ${until}; remove it, or look again and renew it`;
    weak.push({ path: ['inspect', 'suppress', at], words });
  }
  return weak;
}
