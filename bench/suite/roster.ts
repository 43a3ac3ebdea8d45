/**
 * What is measured side by side: how each subject is started in front of which server.
 *
 * Every subject gets the same server program, one process of it where the subject allows that, on the same CPU. To
 * measure what a new feature costs, add it to FEATURES: `sluice-on` is `sluice` with all of them.
 */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { newKeys } from '../../src/audit/audit.ts';
import { AUTH } from './auth-feature.ts';
import { type Era, firstAnswer, useToken } from './control.ts';
import type { Program } from './processes.ts';

export const OUT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
export const PROJECT = dirname(OUT);
const NODE = process.execPath;

/** A feature that can be turned on: a part of the configuration file. */
export interface Feature {
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** What every request must then carry. */
  readonly token?: string;
}

/** Limits that every call is held against and none reaches. */
const LIMITS = [
  { id: 'caller', key: ['caller'], rate: '10000000/s' },
  { id: 'tool', key: ['caller', 'tool'], tools: ['*.*'], rate: '10000000/s' },
  { id: 'running', key: ['caller'], concurrent: 100_000 },
];

/** Metrics, slow calls, and a tracer that looks at every call and traces none: no collector is in the way. */
const TELEMETRY = {
  metrics: true,
  slowCallMs: 10_000,
  otlp: { url: 'http://127.0.0.1:9/v1/traces', sample: 0 },
};

/** A role that allows what is called, one that denies something else, and a rule about another server's arguments. */
const ACCESS: Feature = {
  name: 'access',
  config: {
    access: {
      default: 'deny',
      allow: ['*'],
      deny: ['*.forbidden_*'],
      roles: { reader: { allow: ['*.read_*'], deny: ['*.read_secret'] } },
      rules: [
        { id: 'no-prod', tools: ['db.*'], when: 'has(args.database) && args.database == "prod"' },
        { id: 'bots', when: 'caller.id.startsWith("bot") && !tool.readOnly' },
      ],
    },
  },
};

/** Everything that costs something per call. */
export const FEATURES: readonly Feature[] = [
  AUTH,
  ACCESS,
  { name: 'limits', config: { limits: LIMITS } },
  { name: 'validate', config: { validate: 'on' } },
  { name: 'inspect', config: { inspect: 'on' } },
  { name: 'telemetry', config: { telemetry: TELEMETRY } },
  // Signed, else as it is by default, in a folder of its own (below): payloads up to 16 KB as inspection lets them be seen.
  { name: 'audit', config: { audit: { signKey: newKeys().privateKey } } },
];

/** What it needs is compiled between its first messages: until then it is not what is to be measured. */
export const inspects = ({ config }: Feature): boolean =>
  config.inspect !== undefined && config.inspect !== 'off';

export const metricsOf = (adminPort: number): string => `http://127.0.0.1:${adminPort}/metrics`;

export interface Backend {
  readonly name: string;
  readonly era: Era;
  readonly program: Program;
  /** What a Sluice is told of its tools. */
  readonly tools?: Readonly<Record<string, unknown>>;
}

export interface Subject {
  readonly name: string;
  readonly what: string;
  /** `ours` are also in the series that would take the others minutes. */
  readonly isOurs: boolean;
  readonly eras: readonly Era[];
  /** A Sluice, and which. */
  readonly sluice?: SluiceOptions;
  /** undefined: an endpoint that somebody else started. */
  readonly program?: (port: number, backend: Backend, adminPort?: number) => Program;
  readonly url: (port: number) => string;
}

const node = (path: string, ...args: string[]): Program => ({
  command: NODE,
  args: [join(OUT, path), ...args],
});
const packaged = (path: string, ...args: string[]): Program => ({
  command: NODE,
  args: [join(PROJECT, 'node_modules', path), ...args],
});

export function echo(era: Era): Backend {
  return { name: `echo (${era})`, era, program: node('bench/subjects/echo.js', era) };
}

export function slowEcho(delayMs: number): Backend {
  const program = node('bench/subjects/slow-echo.js', 'legacy', String(delayMs));
  return { name: `echo after ${delayMs} ms`, era: 'legacy', program };
}

/** Serves one call at a time, in so long. */
export function serialEcho(serviceMs: number): Backend {
  const program = node('bench/subjects/serial-echo.js', 'legacy', String(serviceMs));
  return { name: `echo, one at a time in ${serviceMs} ms`, era: 'legacy', program };
}

/** Many tools, each called seldom. */
export function manyTools(count: number): Backend {
  const program = node('bench/subjects/many-tools.js', String(count));
  return { name: `${count} tools`, era: 'legacy', program };
}

/** Counts what reaches it, and takes so long for each. */
export function counting(serviceMs: number): Backend {
  const program = node('bench/subjects/counting-server.js', String(serviceMs));
  return { name: 'counting server', era: 'legacy', program };
}

export const EVERYTHING: Backend = {
  name: 'server-everything',
  era: 'legacy',
  program: packaged('@modelcontextprotocol/server-everything/dist/index.js', 'stdio'),
};

const commandOf = ({ program }: Backend) => [program.command, ...program.args];
const both: readonly Era[] = ['legacy', 'modern'];
const legacy: readonly Era[] = ['legacy'];
const mcp = (port: number) => `http://127.0.0.1:${port}/mcp`;

export interface SluiceOptions {
  readonly front?: 'uws' | 'node';
  readonly features?: readonly Feature[];
  readonly stopwatch?: boolean;
  /** Where its metrics can be read. */
  readonly adminPort?: number | undefined;
  /** Beside one process for all. */
  readonly pool?: Readonly<Record<string, unknown>>;
}

/** `sluice start` with servers of these names; one server is reached at /mcp under the tools' own names. */
export function sluice(
  port: number,
  servers: Record<string, Backend>,
  options: SluiceOptions = {},
): Program {
  const { front = 'uws', features = [], stopwatch = false } = options;
  // One process however many calls queue, as the others have it.
  const pool = { mode: 'shared', size: 1, max: 1, ...options.pool };
  const entries = Object.entries(servers).map(([name, { program, tools = {} }]) => {
    return [name, { command: program.command, args: program.args, pool, tools }];
  });
  const config: Record<string, object> = Object.assign(
    {
      listen: { port, front },
      servers: Object.fromEntries(entries),
      sessions: { max: 20_000, perCallerMax: 20_000 },
      // On by default; a feature among FEATURES here, so that on and off can be told apart.
      validate: 'off',
      inspect: 'off',
    },
    ...features.map((feature) => feature.config),
  );
  if (options.adminPort !== undefined) config.admin = { port: options.adminPort, metrics: 'open' };
  if (config.audit !== undefined) config.audit = { ...config.audit, dir: `audit-${port}` };
  for (const { token } of features) if (token !== undefined) useToken(port, token);
  config.telemetry = { log: 'warn', metrics: false, slowCallMs: 0, ...config.telemetry, stopwatch };
  const file = join(folder(), `sluice-${port}.json`);
  writeFileSync(file, JSON.stringify(config));
  const flags = front === 'node' ? ['--no-addons'] : [];
  const main = join(OUT, 'src/main.js');
  return { command: NODE, args: [...flags, main, 'start', '--no-watch', '-c', file] };
}

const NATIVE_FREE = 'without native code: front node, --no-addons';
const EVERY_FEATURE = FEATURES.map((feature) => feature.name).join(', ');

function ours(name: string, what: string, options: SluiceOptions): Subject {
  return {
    name,
    what,
    isOurs: true,
    eras: both,
    sluice: options,
    program: (port, backend, adminPort) =>
      sluice(port, { echo: backend }, { ...options, adminPort }),
    url: mcp,
  };
}

function sdkRelay(name: string, answers: 'sse' | 'json', words: string): Subject {
  return {
    name,
    what: `relay made of @modelcontextprotocol/sdk, ${words}`,
    isOurs: false,
    eras: legacy,
    program: (port, backend) =>
      node('bench/subjects/sdk-relay.js', answers, String(port), ...commandOf(backend)),
    url: mcp,
  };
}

export const SUBJECTS: readonly Subject[] = [
  {
    name: 'floor',
    what: 'minimal relay on uWebSockets.js, no gateway in it',
    isOurs: true,
    eras: both,
    program: (port, backend) =>
      node('bench/subjects/floor.js', 'uws', String(port), ...commandOf(backend)),
    url: mcp,
  },
  {
    name: 'floor-node',
    what: 'the same on node:http',
    isOurs: true,
    eras: both,
    program: (port, backend) =>
      node('bench/subjects/floor.js', 'node', String(port), ...commandOf(backend)),
    url: mcp,
  },
  ours('sluice', 'Sluice, nothing turned on', {}),
  ours('sluice-node', `Sluice ${NATIVE_FREE}`, { front: 'node' }),
  ...(FEATURES.length === 0
    ? []
    : [
        ours('sluice-on', `Sluice with ${EVERY_FEATURE}`, { features: FEATURES }),
        ours('sluice-node-on', `the same ${NATIVE_FREE}`, { front: 'node', features: FEATURES }),
      ]),
  sdkRelay('sdk-relay', 'sse', 'as its documentation makes it: an event stream per answer'),
  sdkRelay('sdk-relay-json', 'json', 'with JSON answers, which is its cheaper form'),
  {
    name: 'mcp-proxy',
    what: 'mcp-proxy from npm, stream endpoint only',
    isOurs: false,
    eras: legacy,
    program: (port, backend) =>
      packaged(
        'mcp-proxy/dist/bin/mcp-proxy.mjs',
        ...['--host', '127.0.0.1', '--port', String(port), '--server', 'stream'],
        ...['--', ...commandOf(backend)],
      ),
    url: mcp,
  },
  {
    name: 'supergateway',
    what: 'supergateway from npm, stateful Streamable HTTP: a server process per session',
    isOurs: false,
    eras: legacy,
    program: (port, backend) =>
      packaged(
        'supergateway/dist/index.js',
        ...[
          '--stdio',
          commandOf(backend).map(quoted).join(' '),
          '--outputTransport',
          'streamableHttp',
        ],
        ...['--stateful', '--port', String(port), '--logLevel', 'none'],
      ),
    url: mcp,
  },
];

/** `--also NAME=URL`: somebody else's endpoint, with whatever is behind it, in the eras that it answers. */
export async function alsoSubject(name: string, url: string): Promise<Subject> {
  const eras: Era[] = [];
  let why = '';
  for (const era of both) {
    try {
      await firstAnswer(url, era);
      eras.push(era);
    } catch (error) {
      why = (error as Error).message;
    }
  }
  if (eras.length === 0) throw new Error(`${name} does not answer its tool echo: ${why}`);
  return { name, what: url, isOurs: false, eras, url: () => url };
}

/** supergateway gives its command to a shell. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

let made = '';
/** For configuration and memory files; gone with the process. */
export function folder(): string {
  if (made !== '') return made;
  made = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
  process.on('exit', () => rmSync(made, { recursive: true, force: true }));
  return made;
}

/** The preload that answers SIGUSR2 with the memory that is left after collection. */
export const MEMORY_PROBE = join(OUT, 'bench/subjects/memory-probe.js');
