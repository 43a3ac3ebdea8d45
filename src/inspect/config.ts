/**
 * The `inspect` part of the file: what is looked for in what passes, and what is done about it.
 *
 * Everything that protects is on where the file says nothing. Own rules are compiled here, so that one that cannot be
 * used is a fault of the file and never of a call.
 */

import { z } from 'zod';
import { operatorRuleFault } from './operator-rules.ts';

export { environmentSecrets } from './known-values.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

export const ACTIONS = ['block', 'redact', 'flag', 'off'] as const;
export type Action = (typeof ACTIONS)[number];

const action = (otherwise: Action, words: string) =>
  z.enum(ACTIONS).default(otherwise).describe(words);

const classes = z.enum(['secret', 'injection', 'poisoning', 'arguments', 'pii']);
const directions = z.enum(['request', 'response', 'definition']);

const CONFIDENCES = ['high', 'medium', 'low'] as const;

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

const ID = /^[a-z0-9][a-z0-9.-]{0,63}$/;
const ID_WORDS = 'small letters, digits, dots and dashes, at most 64';

const ownRule = z
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
      .enum(['high', 'medium', 'low'])
      .default('high')
      .describe('Below `confidence` of the file it is recorded only.'),
    in: z.array(directions).min(1).optional().describe('Where it looks; everywhere by default.'),
  })
  .superRefine((rule, context) => {
    const fault = operatorRuleFault(rule);
    if (fault === undefined) return;
    context.addIssue({ code: 'custom', path: [fault.key], message: fault.words });
  });

const dictionary = z.strictObject({
  id: z.string().regex(ID, ID_WORDS).describe('Its name in findings and suppressions: `own.ID`.'),
  class: classes.default('secret').describe('What its words are.'),
  words: z
    .array(z.string().min(3).max(256))
    .min(1)
    .max(2000)
    .describe('Found as whole words, whatever their case.'),
  confidence: z.enum(['high', 'medium', 'low']).default('high').describe('As of a rule.'),
  in: z.array(directions).min(1).optional().describe('Where it looks; everywhere by default.'),
});

export const RULES_MAX = 500;
const DICTIONARIES_MAX = 100;
const PACKS_MAX = 16;

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

const session = z
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

const classifier = z
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
export type OwnRule = z.output<typeof ownRule>;
export type Dictionary = z.output<typeof dictionary>;

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
