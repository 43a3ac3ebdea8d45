/**
 * `sluice doctor`: what this installation runs on, what bounds it, and what weakens it.
 *
 * Starts nothing and opens no port. Says everything aloud that the gateway decides silently: which web server, which
 * limits, which protection the configuration has turned down.
 */

import type { Command } from 'commander';
import { type Config, type Fault, type Loaded, opensAdmin } from '../config/config.ts';
import { readStopFile, stopFile } from '../policy/policy.ts';
import { VERSION } from '../protocol/identity.ts';
import { EXIT, type Exit } from './exit.ts';
import { CONFIG_OPTION } from './file.ts';
import { line, load, ruleSetLine, tlsFaults } from './load.ts';
import type { Terminal } from './terminal.ts';

const EXAMPLE = `
Example:
  $ sluice doctor -c sluice.yaml --json`;

type State = 'ok' | 'note' | 'weak' | 'fault';

interface Finding {
  readonly about: string;
  readonly state: State;
  readonly words: string;
}

/** The oldest release with what this code relies on; package.json says the same. */
const NODE_MIN = [20, 19] as const;

export function doctorCommand(program: Command, terminal: Terminal, done: (exit: Exit) => void) {
  program
    .command('doctor')
    .option(...CONFIG_OPTION)
    .option('--json', 'print the findings as JSON')
    .addHelpText('after', EXAMPLE)
    .action(async (options: { config: string; json?: boolean }) => {
      done(await doctor(terminal, options));
    });
}

async function doctor(
  terminal: Terminal,
  options: { config: string; json?: boolean },
): Promise<Exit> {
  const loaded = load(terminal, options.config);
  const findings = [
    { about: 'sluice', state: 'ok', words: VERSION } as const,
    nodeFinding(),
    await frontFinding(loaded.ok ? loaded.config.listen : { front: 'auto' }),
    ...fileFindings(terminal, options.config, loaded),
    ...(loaded.ok
      ? [
          ...limitFindings(loaded.config),
          ...failureFindings(loaded.config),
          ...accessFindings(loaded.config),
          ...inspectFindings(loaded.config),
          ...(await ruleFindings(terminal, loaded.config)),
          ...(await lockFindings(loaded.config)),
          ...auditFindings(loaded.config),
          adminFinding(loaded.config),
        ]
      : []),
  ];
  const ok = findings.every((finding) => finding.state !== 'fault');
  if (options.json) terminal.json({ ok, findings });
  else for (const finding of findings) terminal.out(findingLine(terminal, finding));
  return ok ? EXIT.ok : EXIT.wrong;
}

function findingLine(terminal: Terminal, { about, state, words }: Finding): string {
  const style = { ok: 'green', note: 'dim', weak: 'yellow', fault: 'red' } as const;
  return `${terminal.paint(style[state], state.padEnd(5))}  ${about.padEnd(9)}  ${words}`;
}

function nodeFinding(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const isOld = major < NODE_MIN[0] || (major === NODE_MIN[0] && minor < NODE_MIN[1]);
  const words = `${process.version} on ${process.platform} ${process.arch}`;
  return isOld
    ? { about: 'node', state: 'fault', words: `${words}; ${NODE_MIN.join('.')} or newer is needed` }
    : { about: 'node', state: 'ok', words };
}

async function frontFinding({
  front: want,
  tls,
}: Pick<Config['listen'], 'front' | 'tls'>): Promise<Finding> {
  const { chooseFront } = await import('../edge/edge.ts');
  try {
    const front = await chooseFront(want, tls !== undefined);
    return {
      about: 'front',
      state: front.name === 'uws' || want === 'node' || tls !== undefined ? 'ok' : 'note',
      words: `${front.name}: ${front.why}`,
    };
  } catch (error) {
    return { about: 'front', state: 'fault', words: (error as Error).message };
  }
}

function fileFindings(terminal: Terminal, file: string, loaded: Loaded): Finding[] {
  const finding = (state: State) => (fault: Fault) => ({
    about: 'config',
    state,
    words: line(terminal, fault),
  });
  if (!loaded.ok) return loaded.faults.map(finding('fault'));
  const { config, hash, warnings } = loaded;
  const count = Object.keys(config.servers).length;
  const words = `valid, ${count} ${count === 1 ? 'server' : 'servers'}, sha256 ${hash}`;
  const who: Finding = {
    about: 'auth',
    state: config.auth.anonymous ? 'note' : 'ok',
    words: authWords(config),
  };
  return [
    { about: 'config', state: 'ok', words },
    ...tlsFaults(terminal, file, config).map(finding('fault')),
    who,
    ...warnings.map(finding('weak')),
  ];
}

function authWords({ listen, auth }: Config): string {
  const counts: [number, string, string][] = [
    [auth.apiKeys.length, 'API key', 'API keys'],
    [auth.jwt.length, 'issuer of JWT', 'issuers of JWT'],
    [auth.introspection.length, 'server for introspection', 'servers for introspection'],
    [auth.mtls.length, 'certificate', 'certificates'],
  ];
  const methods = counts.filter(([count]) => count > 0);
  const words = methods
    .map(([count, one, more]) => `${count} ${count === 1 ? one : more}`)
    .join(', ');
  if (auth.anonymous) {
    const also = words === '' ? '' : `; also ${words}`;
    return `everybody who can connect to ${listen.host} may call everything${also}`;
  }
  return `${words}; revocations ${auth.revocations === undefined ? 'not kept' : 'in a file'}`;
}

/** What one client, one message or one server can take at most. */
function limitFindings({ listen, sessions, servers, cache, approvals }: Config): Finding[] {
  const processes = Object.values(servers)
    .filter((server) => !server.disabled && server.kind === 'stdio')
    .reduce((sum, server) => sum + server.pool.max, 0);
  const limits: Record<string, string> = {
    connections: `${listen.connectionsMax}`,
    'request body': `${listen.bodyBytesMax} bytes within ${listen.bodyMs} ms, ${listen.depthMax} levels deep`,
    'slow readers': `${listen.streamBufferBytesMax} bytes each`,
    replay: `${listen.replayEventsMax} events or ${listen.replayBytesMax} bytes per session`,
    sessions: `${sessions.max}, ${sessions.perCallerMax} per caller, idle ${sessions.idleMs} ms, ${sessions.absoluteMs} ms at most`,
    'child processes': `${processes}`,
    'kept results': `${cache.maxBytes} bytes`,
    'waiting for approval': `${approvals.waitingMax}, ${approvals.waitingPerCallerMax} per caller, ${approvals.deadlineMs} ms at most`,
  };
  return Object.entries(limits).map(([what, words]) => ({
    about: 'limit',
    state: 'ok',
    words: `${what}: ${words}`,
  }));
}

/** What holds where no rule speaks, what is on trial, and what the operator has stopped. */
function adminFinding({ admin }: Config): Finding {
  if (!opensAdmin(admin)) return { about: 'admin', state: 'ok', words: 'closed' };
  const { host, port, token, tokens, mtls, tls, metrics } = admin;
  const holders = (token === undefined ? 0 : 1) + tokens.length + mtls.length;
  const open = metrics === 'open' ? ', /metrics for whoever connects' : '';
  const who = `${holders} ${holders === 1 ? 'credential' : 'credentials'}`;
  const words = `${tls === undefined ? 'http' : 'https'} on ${host}:${port}, for ${who}${open}`;
  return { about: 'admin', state: metrics === 'open' ? 'note' : 'ok', words };
}

function accessFindings({ access, state }: Config): Finding[] {
  const observing = access.rules.filter(({ mode }) => mode === 'observe').map(({ id }) => id);
  const trial = `rules that only observe: ${observing.join(', ')}`;
  const stopped = readStopFile(stopFile(state.dir));
  const names = stopped?.map(({ kind, name }) => `${kind} ${name}`.trim()).join(', ');
  const isOpen = access.default === 'allow';
  const words = isOpen ? 'what no rule denies is allowed' : 'what no rule allows is denied';
  return [
    { about: 'access', state: isOpen ? 'note' : 'ok', words },
    ...(observing.length === 0 ? [] : [{ about: 'access', state: 'note', words: trial } as const]),
    ...(names === ''
      ? []
      : [{ about: 'stop', state: 'weak', words: names ?? 'everything' } as const]),
  ];
}

/** What is done where something is found; what is weaker than usual is among the warnings of the file. */
function inspectFindings({ inspect }: Config): Finding[] {
  if (inspect.mode === 'off') return [];
  const { secrets, injection, poisoning, arguments: args, pii } = inspect;
  const does = [
    `secrets ${secrets.request} in arguments, ${secrets.response} in results`,
    `injections ${injection.response} in results`,
    `poisoned definitions ${poisoning.tools}`,
    `dangerous arguments ${args.request}`,
    `personal data ${pii.request} in arguments, ${pii.response} in results`,
  ];
  const own = inspect.rules.length + inspect.dictionaries.length;
  return [
    { about: 'inspect', state: 'ok', words: does.join('; ') },
    ...(own === 0 && inspect.suppress.length === 0
      ? []
      : [
          {
            about: 'inspect',
            state: 'note',
            words: `${own} rules of your own, ${inspect.suppress.length} suppressions`,
          } as const,
        ]),
  ];
}

/** What is recorded, and what that is worth. */
function auditFindings({ audit }: Config): Finding[] {
  if (audit === undefined) {
    const words = 'nothing is recorded of who called what (audit)';
    return [{ about: 'audit', state: 'note', words }];
  }
  const { dir, payloads, retentionDays, signKey, onOverflow, sinks } = audit;
  const full = onOverflow === 'refuse' ? 'calls are refused' : 'calls go on unrecorded';
  const words = `${dir}, payloads ${payloads}, ${retentionDays} days, ${sinks.length} sinks; on a full disk ${full}`;
  const weak = (text: string): Finding => ({ about: 'audit', state: 'weak', words: text });
  return [
    { about: 'audit', state: 'ok', words },
    ...(signKey === undefined
      ? [
          weak(
            'segments are sealed without a signature: who can write the folder can write it anew',
          ),
        ]
      : []),
    ...(payloads === 'full'
      ? [weak('arguments and results are recorded with the secrets in them')]
      : []),
  ];
}

/** Which rules are in force. */
async function ruleFindings(terminal: Terminal, { inspect }: Config): Promise<Finding[]> {
  if (inspect.mode === 'off') return [];
  const { ruleSets } = await import('../inspect/inspect.ts');
  return ruleSets(inspect).map((set) => ({
    about: 'rules',
    state: 'ok',
    words: ruleSetLine(terminal, set),
  }));
}

/** What definitions are held against when they change. */
async function lockFindings({ inspect }: Config): Promise<Finding[]> {
  if (inspect.mode === 'off') return [];
  const { Lock } = await import('../inspect/inspect.ts');
  try {
    const lock = new Lock(inspect.lock, () => '');
    const words = lock.hasFile
      ? `${lock.size} tools are pinned in ${inspect.lock.file}`
      : 'no lock file: tools that change while nothing runs are not noticed (check --update-lock makes one)';
    return [{ about: 'lock', state: lock.hasFile ? 'ok' : 'note', words }];
  } catch (error) {
    return [{ about: 'lock', state: 'fault', words: (error as Error).message }];
  }
}

/** What of the protection against failing servers, and of the separation of callers, an operator has given up. */
function failureFindings({ servers }: Config): Finding[] {
  return Object.entries(servers).flatMap(([name, { breaker, tools }]): Finding[] => {
    const isPublic = Object.keys(tools).filter((one) => tools[one]?.cache?.scope === 'public');
    const open = `results of ${isPublic.join(', ')} of "${name}" answer every caller`;
    const off = `"${name}" has no circuit breaker: it is called however often it fails`;
    return [
      ...(breaker.enabled ? [] : [{ about: 'breaker', state: 'note', words: off } as const]),
      ...(isPublic.length === 0 ? [] : [{ about: 'cache', state: 'note', words: open } as const]),
    ];
  });
}
