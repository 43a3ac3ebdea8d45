/**
 * `sluice access explain`, `test` and `replay`: what the rules of a file decide, and by which of them.
 *
 * Nothing is started, so nothing is known of what servers say of their tools but what is given here (`--read-only`): the
 * rest is as the specification takes it where a server is silent.
 */

import type { Command } from 'commander';
import { z } from 'zod';
import { type Config, readBeside } from '../config/config.ts';
import { matches } from '../lib/glob.ts';
import { ANONYMOUS, type Caller } from '../model.ts';
import { type Decision, judgeable, Policy, type Subject } from '../policy/policy.ts';
import { replay } from './access-replay.ts';
import { EXIT, type Exit } from './exit.ts';
import { absolute, CONFIG_OPTION } from './file.ts';
import { line, loadOrSay } from './load.ts';
import type { Terminal } from './terminal.ts';

const EXPLAIN_EXAMPLE = `
Example:
  $ sluice access explain --as ci --roles reader files.write_file --args '{"path":"/etc/x"}'`;

const TEST_EXAMPLE = `
Each entry of the file, a YAML list, is one expectation:
  - { as: ci, roles: [reader], tool: files.read_text_file, verdict: allowed }
  - { as: ci, tool: db.query, args: { database: prod }, verdict: forbidden, by: rules.no-prod }

Verdicts: allowed, hidden, forbidden, insufficient_scope.`;

const questionSchema = z.strictObject({
  as: z.string().max(256).default('anonymous'),
  // What is left out is as the file has it for a caller of this id.
  roles: z.array(z.string()).optional(),
  scopes: z.array(z.string()).optional(),
  tenant: z.string().optional(),
  agent: z.string().optional(),
  user: z.string().optional(),
  tool: z.string().regex(/^[^.]{1,32}\.[\s\S]{1,512}$/, '"server.tool", such as files.read_file'),
  kind: z.enum(['tool', 'prompt', 'resource']).default('tool'),
  args: z.record(z.string(), z.unknown()).default({}),
  readOnly: z.boolean().optional(),
  destructive: z.boolean().default(true),
  idempotent: z.boolean().default(false),
  openWorld: z.boolean().default(true),
  at: z.iso.datetime({ offset: true }).optional(),
  ip: z.string().max(64).default(''),
  route: z.string().default(''),
  era: z.enum(['legacy', 'modern']).default('modern'),
});
const expectationSchema = questionSchema.extend({
  verdict: z.enum(['allowed', 'hidden', 'forbidden', 'insufficient_scope']),
  by: z.string().optional(),
});
const tableSchema = z.array(expectationSchema).min(1).max(10_000);

type Question = z.output<typeof questionSchema>;

interface ExplainOptions {
  readonly config: string;
  readonly as: string;
  readonly roles?: string;
  readonly scopes?: string;
  readonly tenant?: string;
  readonly args?: string;
  readonly at?: string;
  readonly ip?: string;
  readonly readOnly?: boolean;
  readonly json?: boolean;
}

export function accessCommand(program: Command, terminal: Terminal, done: (exit: Exit) => void) {
  const access = program.command('access');
  access
    .command('explain')
    .description('say whether a caller may call a tool, and by which rule')
    .argument('<tool>', '"server.tool", as the server names it')
    .requiredOption('--as <caller>', 'id of the caller')
    .option(
      '--roles <list>',
      'its roles, with commas between them; default: as in auth.apiKeys or auth.mtls',
    )
    .option('--scopes <list>', 'its scopes, with commas between them')
    .option('--tenant <name>', 'its tenant')
    .option('--args <json>', 'the arguments as a JSON object')
    .option('--at <time>', 'when, such as 2026-01-31T08:00:00Z; default: now')
    .option('--ip <address>', 'whence')
    .option('--read-only', 'the server says that the tool changes nothing')
    .option(...CONFIG_OPTION)
    .option('--json', 'print the decision as JSON')
    .addHelpText('after', EXPLAIN_EXAMPLE)
    .action((tool: string, options: ExplainOptions) => done(explain(terminal, tool, options)));
  access
    .command('test')
    .description('hold the rules against a table of expectations')
    .argument('<file>', 'the table')
    .option(...CONFIG_OPTION)
    .option('--json', 'print what differs as JSON')
    .addHelpText('after', TEST_EXAMPLE)
    .action((file: string, options: { config: string; json?: boolean }) => {
      done(test(terminal, file, options));
    });
  access
    .command('replay')
    .description('say what the rules would have decided otherwise about recorded calls')
    .argument('<audit>', 'folder of an audit log')
    .argument('[condition...]', 'what must hold of a record, as for "audit query"')
    .option('--from <time>', 'not before, such as 2026-01-31 or 2026-01-31T08:00:00Z')
    .option('--to <time>', 'not after; a day counts whole')
    .option(...CONFIG_OPTION)
    .option('--json', 'print the differences as JSON')
    .action(async (folder, conditions, options) => {
      done(await replay(terminal, folder, conditions, options));
    });
  for (const command of access.commands) command.copyInheritedSettings(program).exitOverride();
}

function explain(terminal: Terminal, tool: string, options: ExplainOptions): Exit {
  const config = loadOrSay(terminal, options.config, options.json);
  if (config === undefined) return EXIT.usage;
  const { as, roles, scopes, tenant, args, at, ip, readOnly } = options;
  const list = (text: string | undefined) => (text === undefined ? undefined : text.split(','));
  const question = questionSchema.safeParse({
    as,
    roles: list(roles),
    scopes: list(scopes),
    tenant,
    tool,
    args: args === undefined ? undefined : parsed(args),
    at,
    ip,
    readOnly,
  });
  if (!question.success) {
    terminal.err(RIGHT[String(question.error.issues[0]?.path[0])] ?? RIGHT.other);
    return EXIT.usage;
  }
  const decision = decided(config, policyOf(config), question.data);
  if (options.json) terminal.json(decision);
  else sayDecision(terminal, decision);
  return decision.verdict === 'allowed' ? EXIT.ok : EXIT.wrong;
}

/** What each option must be. */
const RIGHT = {
  tool: 'What to ask about is "server.tool", such as files.read_file.',
  args: '--args must be a JSON object.',
  at: '--at must be a time with its zone, such as 2026-01-31T08:00:00Z.',
  other: 'A caller has at most 256 characters, an address at most 64.',
} as Readonly<Record<string, string>> & { readonly other: string };

const MEANING: Readonly<Record<Decision['verdict'], string>> = {
  allowed: 'allowed',
  hidden: 'hidden: not listed, and answers as if it did not exist',
  forbidden: 'forbidden: listed, but not to be called so',
  insufficient_scope: 'insufficient_scope: listed, and the token needs more scopes',
};

function sayDecision(terminal: Terminal, decision: Decision): void {
  const { verdict, by, message, scopes, observed } = decision;
  terminal.out(MEANING[verdict]);
  terminal.out(`by ${by}`);
  if (message !== undefined) terminal.out(`told: ${message}`);
  if (scopes.length > 0) terminal.out(`it needs the scopes: ${scopes.join(' ')}`);
  if (observed.length > 0) terminal.out(`otherwise by observing rules: ${observed.join(', ')}`);
}

function test(terminal: Terminal, file: string, options: { config: string; json?: boolean }): Exit {
  const config = loadOrSay(terminal, options.config, options.json);
  if (config === undefined) return EXIT.usage;
  const read = readBeside(absolute(terminal, file), tableSchema);
  if (!('value' in read)) {
    if ('unreadable' in read) terminal.err(`${file}: this file ${read.unreadable}`);
    else for (const fault of read.faults.slice(0, 20)) terminal.err(line(terminal, fault));
    return EXIT.usage;
  }
  const policy = policyOf(config);
  const wrong = read.value.flatMap((expected, at) => {
    const { verdict, by } = decided(config, policy, expected);
    const isRight = verdict === expected.verdict && (expected.by ?? by) === by;
    const { as, tool } = expected;
    return isRight ? [] : [{ entry: at + 1, as, tool, expected: expected.verdict, verdict, by }];
  });
  if (options.json) terminal.json({ entries: read.value.length, wrong });
  else if (wrong.length === 0) terminal.out(`${read.value.length} expectations hold.`);
  else {
    terminal.table(
      ['ENTRY', 'AS', 'TOOL', 'EXPECTED', 'DECIDED', 'BY'],
      wrong.map((one) => [`${one.entry}`, one.as, one.tool, one.expected, one.verdict, one.by]),
    );
  }
  return wrong.length === 0 ? EXIT.ok : EXIT.wrong;
}

function policyOf({ access, servers, virtual }: Config): Policy {
  return Policy.of(access, servers, virtual);
}

type Known = Pick<Caller, 'roles' | 'scopes' | 'tenant' | 'agent' | 'user'>;

/** What `auth` says of a caller that it names: by its first API key, its certificate, or as the one over stdio. */
function configured({ auth }: Config, id: string): Known {
  const key = auth.apiKeys.find((entry) => (entry.caller ?? entry.id) === id);
  return key ?? auth.mtls.find((entry) => entry.id === id) ?? ANONYMOUS;
}

function decided(config: Config, policy: Policy, question: Question): Decision {
  const { as: id, roles, scopes, tenant, agent, user, tool, kind, args, at, ip } = question;
  const known = configured(config, id);
  const caller: Caller = {
    ...{ ...ANONYMOUS, id, by: 'api_key' },
    roles: roles ?? known.roles,
    scopes: scopes ?? known.scopes,
    tenant: tenant ?? known.tenant,
    agent: agent ?? known.agent,
    user: user ?? known.user,
  };
  const dot = tool.indexOf('.');
  const server = tool.slice(0, dot);
  const original = tool.slice(dot + 1);
  const { destructive, idempotent, openWorld, route, era } = question;
  const readOnly = question.readOnly ?? saidReadOnly(config, server, original);
  const hints = { readOnly, destructive, idempotent, openWorld };
  const subject: Subject = { kind, server, original, hints };
  const now = at === undefined ? Date.now() : Date.parse(at);
  // As a client would send them; how many bytes it really sends depends on its JSON.
  const bytes = Buffer.byteLength(JSON.stringify(args));
  const moment = { now, address: ip, route, era, bytes };
  return policy.sight(caller).decide(subject, moment, judgeable(args));
}

/** What the operator says of a tool in the file, which wins over what its server says. */
function saidReadOnly({ servers }: Config, server: string, tool: string): boolean {
  const tools = Object.hasOwn(servers, server) ? (servers[server]?.tools ?? {}) : {};
  return Object.entries(tools).some(
    ([pattern, { readOnly }]) => readOnly === true && matches(pattern, tool),
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
