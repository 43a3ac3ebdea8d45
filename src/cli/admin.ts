/**
 * `sluice admin …`: looks into a running gateway and steers it, over its admin API.
 *
 * One command per route, more or less: a table of what is asked, how it is shown, and when the answer is bad news.
 */

import type { Command } from 'commander';
import { type AdminAnswer, AdminClient, type AdminOptions, type Json } from './admin-client.ts';
import * as show from './admin-tables.ts';
import { EXIT, type Exit } from './exit.ts';
import { CONFIG_OPTION } from './file.ts';
import type { Terminal } from './terminal.ts';

const EXAMPLE = `
Example:
  $ sluice admin servers
  $ sluice admin servers restart files

SLUICE_ADMIN_TOKEN or --token-file say who you are, SLUICE_ADMIN_URL or --url where the gateway
is; else the configuration does. docs/admin.md says who may do what.`;

interface Options extends AdminOptions {
  readonly sha256?: string;
  readonly limit?: string;
  readonly caller?: string;
  readonly server?: string;
  readonly tool?: string;
  readonly outcome?: string;
}

type Args = readonly (string | undefined)[];

interface AdminCommand {
  /** With its group before it, as it is typed. */
  readonly usage: string;
  readonly words: string;
  readonly options?: readonly (readonly [flags: string, words: string, otherwise?: string])[];
  readonly ask: (client: AdminClient, args: Args, options: Options) => Promise<AdminAnswer>;
  readonly show: (terminal: Terminal, body: Json) => void;
  /** Whether it found something to be wrong. */
  readonly isBad?: (body: Json) => boolean;
}

const part = (name: string | undefined) => encodeURIComponent(name ?? '');
const get = (path: string) => (client: AdminClient) => client.ask('GET', path);
const isNotOk = ({ ok }: Json) => ok === false;

function onServer(verb: string, words: string): AdminCommand {
  return {
    usage: `servers ${verb} <server>`,
    words,
    ask: (client, [server]) => client.ask('POST', `/api/servers/${part(server)}/${verb}`, {}),
    show: (terminal, body) => show.servers(terminal, { servers: [body] }),
  };
}

function onApproval(verb: string, words: string): AdminCommand {
  return {
    usage: `approvals ${verb} <id>`,
    words,
    ask: (client, [id]) => client.ask('POST', `/api/approvals/${part(id)}/${verb}`, {}),
    show: (terminal, body) => show.approvals(terminal, { approvals: [body] }),
  };
}

const COMMANDS: readonly AdminCommand[] = [
  {
    usage: 'version',
    words: 'what runs, and since when',
    ask: get('/api/version'),
    show: show.fields,
  },
  {
    usage: 'health',
    words: 'whether it serves, and what is not as it should be; exits 1 if anything is not',
    ask: get('/api/health'),
    show: show.fields,
    isBad: ({ ready, degraded, audit, stopped }) =>
      ready !== true || stopped !== 0 || [degraded, audit].flat().length > 0,
  },
  {
    usage: 'servers',
    words: 'how every server is',
    ask: get('/api/servers'),
    show: show.servers,
  },
  onServer('restart', 'new processes first; the old ones end with their last call'),
  onServer('drain', 'no new calls; those in flight finish, and it stays listed'),
  onServer('disable', 'out of every list; it ends with its last call'),
  onServer('enable', 'take back drain and disable'),
  {
    usage: 'tools list <server>',
    words: 'tools of a server, and how they stand to the lock file',
    ask: (client, [server]) => pages(client, `/api/servers/${part(server)}/tools`, 'tools'),
    show: show.tools,
  },
  {
    usage: 'tools show <server.tool>',
    words: 'one tool with its definition',
    ask: (client, [name]) => client.ask('GET', toolPath(name)),
    show: show.tool,
  },
  {
    usage: 'tools approve <server.tool>',
    words: 'take its definition into the lock file',
    options: [['--sha256 <digest>', 'this definition and no other; default: the one it has now']],
    ask: approve,
    show: (terminal, body) => show.tools(terminal, { tools: [body] }),
  },
  {
    usage: 'callers',
    words: 'who has a session or a call in flight',
    ask: get('/api/callers'),
    show: show.callers,
  },
  {
    usage: 'callers end <caller>',
    words: 'end sessions, streams and calls of a caller',
    ask: (client, [id]) => client.ask('DELETE', `/api/callers/${part(id)}`),
    show: show.fields,
  },
  {
    usage: 'callers limits <caller>',
    words: 'what limits leave to a caller that is here',
    ask: (client, [id]) => client.ask('GET', `/api/callers/${part(id)}/limits`),
    show: show.callerLimits,
  },
  {
    usage: 'sessions',
    words: 'sessions of clients that speak 2025-11-25 or older',
    ask: (client) => pages(client, '/api/sessions', 'sessions'),
    show: show.sessions,
  },
  {
    usage: 'sessions end <session>',
    words: 'end a session',
    ask: (client, [handle]) => client.ask('DELETE', `/api/sessions/${part(handle)}`),
    show: show.fields,
  },
  {
    usage: 'limits',
    words: 'every limit, and how many calls it has refused',
    ask: get('/api/limits'),
    show: show.limits,
  },
  {
    usage: 'calls',
    words: 'the last calls that have ended, the newest first',
    options: [
      ['--limit <n>', 'how many', '50'],
      ['--caller <id>', 'of this caller only'],
      ['--server <name>', 'of this server only'],
      ['--tool <name>', 'of this tool only, as its server calls it'],
      ['--outcome <outcome>', 'ok, tool_error, refused, failed or cancelled only'],
    ],
    ask(client, _, { limit = '50', caller, server, tool, outcome }) {
      const asked = Object.entries({ limit, caller, server, tool, outcome });
      const given = asked.filter((one): one is [string, string] => one[1] !== undefined);
      return client.ask('GET', `/api/calls?${new URLSearchParams(given)}`);
    },
    show: show.calls,
  },
  {
    usage: 'approvals',
    words: 'calls that wait for an operator, the oldest first',
    ask: get('/api/approvals'),
    show: show.approvals,
  },
  onApproval('approve', 'let this one call go on, as it is'),
  onApproval('deny', 'refuse the call'),
  {
    usage: 'latency',
    words: 'how long calls of each tool took in the last minute',
    ask: get('/api/latency'),
    show: show.latency,
  },
  {
    usage: 'stop [kind] [name]',
    words:
      'stop everything, or a server, tool, caller or tenant; without a kind: say what is stopped',
    ask: (client, [kind, name = '']) =>
      kind === undefined
        ? client.ask('GET', '/api/stops')
        : client.ask('POST', '/api/stops', { kind, name }),
    show: show.stops,
  },
  {
    usage: 'resume <kind> [name]',
    words: 'let go on what was stopped',
    ask: (client, [kind = '', name = '']) =>
      client.ask('DELETE', `/api/stops?${new URLSearchParams({ kind, name })}`),
    show: show.stops,
  },
  {
    usage: 'config',
    words: 'the configuration in force, without its secrets',
    ask: get('/api/config'),
    show: (terminal, { config }) => terminal.json(config),
  },
  {
    usage: 'config diff',
    words: 'what a reload would change',
    ask: get('/api/config/diff'),
    show: show.difference,
    isBad: ({ faults }) => (faults as unknown[]).length > 0,
  },
  {
    usage: 'reload',
    words: 'load the configuration again',
    ask: (client) => client.ask('POST', '/api/config/reload', {}),
    show: show.reloaded,
    isBad: isNotOk,
  },
];

export function adminCommand(program: Command, terminal: Terminal, done: (exit: Exit) => void) {
  const admin = program.command('admin').addHelpText('after', EXAMPLE);
  for (const one of COMMANDS) {
    const [first = '', ...rest] = one.usage.split(' ');
    const isInGroup = rest[0] !== undefined && /^[a-z]/.test(rest[0]);
    const parent = isInGroup ? groupOf(admin, first) : admin;
    const command = parent.command(isInGroup ? rest.join(' ') : one.usage).description(one.words);
    for (const option of one.options ?? []) command.option(...option);
    withOptions(command).action(async (...all: unknown[]) => {
      // What was given, then the options, then the command itself.
      const options = optionsOf(all.at(-1) as Command);
      done(await carryOut(terminal, one, all.slice(0, -2) as Args, options));
    });
  }
  inherit(program, admin);
}

/** The command that stands before others, which may be one itself. */
function groupOf(admin: Command, name: string): Command {
  const known = admin.commands.find((one) => one.name() === name);
  return known ?? admin.command(name).description(`${name} of a server: list, show, approve`);
}

function withOptions(command: Command): Command {
  return command
    .option('--url <url>', 'where the admin API is; default: SLUICE_ADMIN_URL, or as configured')
    .option(
      '--token-file <file>',
      'file with the token; default: SLUICE_ADMIN_TOKEN, or as configured',
    )
    .option('--ca <file>', 'authority of its certificate (PEM)')
    .option('--cert <file>', 'own certificate (PEM)')
    .option('--key <file>', 'key of that (PEM)')
    .option(...CONFIG_OPTION)
    .option('--json', 'print what the API answered');
}

/** `servers` is a command itself and has the same options, so that commander gives it those of `servers drain`. */
function optionsOf(command: Command): Options {
  const { parent } = command;
  const given = Object.entries(parent?.opts() ?? {}).filter(([name]) => {
    return parent?.getOptionValueSource(name) === 'cli';
  });
  return { ...command.opts(), ...Object.fromEntries(given) };
}

/** Sub-commands copy these settings only when they are made after them by commander itself. */
function inherit(program: Command, command: Command): void {
  for (const inner of command.commands) {
    inner.copyInheritedSettings(program).exitOverride();
    inherit(program, inner);
  }
}

async function carryOut(
  terminal: Terminal,
  one: AdminCommand,
  args: Args,
  options: Options,
): Promise<Exit> {
  const client = await AdminClient.of(terminal, options);
  if (client === undefined) return EXIT.usage;
  try {
    const answer = await one.ask(client, args, options);
    if (!answer.ok) {
      terminal.err(terminal.foreign(answer.words, 'stderr'));
      return answer.exit;
    }
    if (options.json) terminal.json(answer.body);
    else one.show(terminal, answer.body);
    return one.isBad?.(answer.body) === true ? EXIT.wrong : EXIT.ok;
  } finally {
    await client.close();
  }
}

function toolPath(name = ''): string {
  const dot = name.indexOf('.');
  const server = dot < 0 ? name : name.slice(0, dot);
  return `/api/servers/${part(server)}/tools/${part(dot < 0 ? '' : name.slice(dot + 1))}`;
}

/** What is approved is what it is now, unless the one who approves says what he has looked at. */
async function approve(client: AdminClient, [name]: Args, options: Options): Promise<AdminAnswer> {
  let { sha256 } = options;
  if (sha256 === undefined) {
    const now = await client.ask('GET', toolPath(name));
    if (!now.ok) return now;
    sha256 = String(now.body.sha256);
  }
  return client.ask('POST', `${toolPath(name)}/approve`, { sha256 });
}

const PAGE = 200;
const PAGES_MAX = 1000;

async function pages(client: AdminClient, path: string, member: string): Promise<AdminAnswer> {
  const all: unknown[] = [];
  for (let page = 0; page < PAGES_MAX; page++) {
    const answer = await client.ask('GET', `${path}?offset=${all.length}&limit=${PAGE}`);
    if (!answer.ok) return answer;
    const found = answer.body[member] as unknown[];
    all.push(...found);
    if (found.length < PAGE) break;
  }
  return { ok: true, body: { total: all.length, [member]: all }, text: '' };
}
