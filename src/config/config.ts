/**
 * The entrance to this folder: from a file to a configuration that everybody can rely on.
 *
 * Either everything is right, and the configuration is complete and frozen, or there are faults, all of them at once,
 * and there is no configuration: nobody ever runs on half of one. Reading has no other effect.
 */

import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { dirname, resolve } from 'node:path';
import type { AdminConfig } from '../admin/config.ts';
import type { AuditConfig } from '../audit/config.ts';
import type { AuthConfig } from '../auth/config.ts';
import type { NamingConfig, ServerConfig, VirtualConfig } from '../backends/config.ts';
import type { ListenConfig } from '../edge/config.ts';
import type {
  ApprovalsConfig,
  CacheConfig,
  SessionsConfig,
  StateConfig,
} from '../gateway/config.ts';
import { environmentSecrets, type InspectConfig, type RulePack } from '../inspect/config.ts';
import type { LimitsConfig } from '../limits/config.ts';
import type { AccessConfig } from '../policy/config.ts';
import type { TelemetryConfig } from '../telemetry/config.ts';
import type { ValidateMode } from '../validate/config.ts';
import { accessDefault, disagreements, isAnonymous, type Parts, warningsOf } from './agreement.ts';
import { type ConfigDocument, FILE_BYTES_MAX, parseFile, readBounded } from './document.ts';
import type { Fault } from './fault.ts';
import { type Environment, interpolate } from './interpolate.ts';
import { type Packs, readPacks } from './packs.ts';
import { faultsOf, type Problem, unfold, valueAt } from './problems.ts';
import { type FileConfig, fileJsonSchema, fileSchema, schemaAt } from './schema.ts';
import { shown } from './shown.ts';

export {
  isOpened as opensAdmin,
  ROLES as ADMIN_ROLES,
  type Role as AdminRole,
} from '../admin/config.ts';
export type { ServerConfig } from '../backends/config.ts';
export type { ListenConfig } from '../edge/config.ts';
export { readBeside } from './beside.ts';
export { type Change, differences } from './difference.ts';
export { type Fault, faultLine } from './fault.ts';
export type { Environment } from './interpolate.ts';
export { configurationManual } from './manual.ts';
export { fileJsonSchema, fileSchema, type JsonSchema } from './schema.ts';
export { looksSecret } from './secret.ts';
export { type ConfigWatch, watchConfig } from './watch.ts';

export interface Config {
  readonly listen: ListenConfig;
  readonly servers: Readonly<Record<string, ServerConfig>>;
  readonly naming: NamingConfig;
  readonly virtual: Readonly<Record<string, VirtualConfig>>;
  /** With `anonymous` decided. */
  readonly auth: AuthConfig & { readonly anonymous: boolean };
  readonly limits: LimitsConfig;
  /** With `default` decided. */
  readonly access: AccessConfig;
  readonly validate: ValidateMode;
  /** With the path of its lock file absolute. */
  readonly inspect: InspectConfig;
  readonly approvals: ApprovalsConfig;
  /** With its paths absolute; undefined where nothing is recorded. */
  readonly audit: AuditConfig | undefined;
  readonly sessions: SessionsConfig;
  readonly cache: CacheConfig;
  /** Its folder absolute. */
  readonly state: StateConfig;
  readonly telemetry: TelemetryConfig;
  readonly admin: AdminConfig;
}

export type Loaded =
  | {
      readonly ok: true;
      readonly config: Config;
      /** SHA-256 of the file as it stands, so that `sha256sum` tells which file is running; knows no secret. */
      readonly hash: string;
      readonly warnings: readonly Fault[];
      /** What else was read, absolute. */
      readonly files: readonly string[];
      /** The configuration without its secrets. */
      readonly shown: () => unknown;
    }
  | { readonly ok: false; readonly faults: readonly Fault[]; readonly files: readonly string[] };

/** A broken file can have thousands; nobody reads more than these. */
const FAULTS_MAX = 100;

export function loadConfig(path: string, env: Environment): Loaded {
  const read = readDocument(path);
  if (!read.ok) return failed(read.faults);
  const { file, bytes, document } = read;

  const filled = interpolate(document, env);
  const judged = judge(document, filled.nodes);
  const { packs } = judged;
  const files = [...filled.files, ...packs.files];
  if (!judged.ok || filled.faults.length > 0) {
    // What a missing variable left behind is wrong for one reason, not two.
    const told = new Set(filled.faults.map((fault) => fault.path));
    const others = (judged.ok ? [] : judged.faults).filter((fault) => !told.has(fault.path));
    return failed([...filled.faults, ...others], files);
  }
  const secrets = [...filled.secrets, ...environmentSecrets(env)];
  const config = freeze(complete(file, judged.value, secrets, packs.packs));
  return {
    ok: true,
    config,
    hash: createHash('sha256').update(bytes).digest('hex'),
    warnings: [...filled.warnings, ...warningsOf(document, judged.value, filled.nodes)],
    files,
    shown: () => shown(config, secrets),
  };
}

/** The keys of parts that a command needs. */
export type Wanted = { readonly [P in keyof Config]?: readonly (keyof NonNullable<Config[P]>)[] };

export type LoadedPlaces<W extends Wanted> =
  | {
      readonly ok: true;
      readonly config: {
        readonly [P in keyof W & keyof Config]:
          | Pick<NonNullable<Config[P]>, NonNullable<W[P]>[number] & keyof NonNullable<Config[P]>>
          | Extract<Config[P], undefined>;
      };
      /** As they stand in the file, be their entries right or not. */
      readonly serverNames: readonly string[];
    }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/**
 * Some keys of a file, where faults elsewhere do not count: for commands that find a running gateway or its folders.
 * Whoever stops something in a hurry has not the secrets of all servers in the environment, and perhaps a file whose
 * last change was the mistake.
 */
export function loadPlaces<const W extends Wanted>(
  path: string,
  env: Environment,
  wanted: W,
): LoadedPlaces<W> {
  const read = readDocument(path);
  if (!read.ok) return read;
  const { file, document } = read;
  const filled = interpolate(document, env);
  const paths = Object.entries(wanted as Record<string, readonly string[]>).flatMap(
    ([part, keys]) => keys.map((key) => [part, key] as const),
  );
  const isWanted = (fault: Fault) =>
    paths.some((one) => new RegExp(`^${one.join('\\.')}(?![A-Za-z0-9_$-])`).test(fault.path));
  const missing = filled.faults.filter(isWanted);
  const judged = judge(document, filled.nodes, paths);
  if (!judged.ok || missing.length > 0) {
    const told = new Set(missing.map((fault) => fault.path));
    const others = judged.ok ? [] : judged.faults.filter((fault) => !told.has(fault.path));
    return { ok: false, faults: inOrder([...missing, ...others]) };
  }
  const plain = document.value();
  const value = plain.ok ? plain.value : undefined;
  const serverNames = ['servers', 'mcpServers'].flatMap((key) => keysAt(value, key) ?? []);
  const config = complete(file, judged.value, [], []);
  // The other keys have their defaults here, which the type hides.
  return { ok: true, config, serverNames } as LoadedPlaces<W>;
}

type Read =
  | { ok: true; file: string; bytes: Buffer; document: ConfigDocument }
  | { ok: false; faults: readonly Fault[] };

function readDocument(path: string): Read {
  const file = resolve(path);
  const bytes = readBounded(file, FILE_BYTES_MAX);
  if (typeof bytes === 'string') return { ok: false, faults: [whole(file, `this file ${bytes}`)] };
  if (!isUtf8(bytes)) return { ok: false, faults: [whole(file, 'this file is not UTF-8 text')] };
  const document = parseFile(file, bytes.toString('utf8'));
  return 'yaml' in document
    ? { ok: true, file, bytes, document }
    : { ok: false, faults: inOrder(document) };
}

type Judged = { readonly packs: Packs } & (
  | { ok: true; value: FileConfig }
  | { ok: false; faults: readonly Fault[] }
);

/** The file's value as the schemas see it, or every fault; with `wanted`, as if nothing but these keys stood in it. */
function judge(
  document: ConfigDocument,
  filled: ReadonlySet<unknown>,
  wanted?: readonly (readonly [string, string])[],
): Judged {
  // A second look only after texts from variables have become the numbers that they stand for.
  for (let look = 0; ; look++) {
    const plain = document.value();
    if (!plain.ok) {
      return {
        ok: false,
        faults: [document.fault([], plain.words)],
        packs: readPacks(document, []),
      };
    }
    const value = wanted === undefined ? (plain.value ?? {}) : cut(plain.value, wanted);
    // Once for each start: writing and compiling a function for each object took longer than what it saves.
    const result = fileSchema.safeParse(value, { jitless: true });
    const problems = result.success ? [] : unfold(result.error.issues, value);
    if (look === 0 && problems.map((one) => convert(document, one, filled)).some(Boolean)) continue;
    const parts = result.success ? result.data : rightParts(value);
    const names = { servers: keysAt(value, 'servers'), mcpServers: keysAt(value, 'mcpServers') };
    const packs = readPacks(document, parts.inspect?.packs ?? []);
    const faults = [
      ...problems.flatMap((problem) => faultsOf(document, problem, value)),
      ...packs.faults,
      ...(isGroup(value) && wanted === undefined ? disagreements(document, parts, names) : []),
    ];
    return result.success && faults.length === 0
      ? { ok: true, value: result.data, packs }
      : { ok: false, faults, packs };
  }
}

function cut(value: unknown, wanted: readonly (readonly [string, string])[]): unknown {
  if (!isGroup(value ?? {})) return value;
  const rest: Record<string, unknown> = {};
  for (const part of new Set(wanted.map(([one]) => one))) {
    const whole = valueAt(value, [part]);
    if (whole === undefined) continue;
    if (!isGroup(whole)) rest[part] = whole;
    else {
      const needed = wanted.filter(([one]) => one === part).map(([, key]) => key);
      // What is known and not needed goes. A misspelt key stays, to be a fault: it may have been meant to be a needed one.
      const known = schemaAt([part], fileJsonSchema()).flatMap((one) =>
        Object.keys(one.properties ?? {}),
      );
      rest[part] = Object.fromEntries(
        Object.entries(whole as object).filter(
          ([key]) => needed.includes(key) || !known.includes(key),
        ),
      );
    }
  }
  return rest;
}

/** The parts that are right although the whole is not, so that one fault does not hide another. */
function rightParts(value: unknown): Parts {
  const parts = Object.entries(fileSchema.shape).map(([key, schema]) => [
    key,
    schema.safeParse(valueAt(value, [key])).data,
  ]);
  return Object.fromEntries(parts) as Parts;
}

function isGroup(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function keysAt(value: unknown, key: string): string[] | undefined {
  const group = valueAt(value, [key]);
  return isGroup(group) ? Object.keys(group as object) : undefined;
}

/** `port: ${env:PORT}` gives text; where a number or a boolean belongs, the text is read as one. */
function convert(
  document: ConfigDocument,
  { issue, path }: Problem,
  filled: ReadonlySet<unknown>,
): boolean {
  if (issue.code !== 'invalid_type') return false;
  const node = document.node(path) as { value?: unknown } | undefined;
  if (node === undefined || !filled.has(node) || typeof node.value !== 'string') return false;
  if (issue.expected === 'boolean' && /^(?:true|false)$/.test(node.value)) {
    node.value = node.value === 'true';
    return true;
  }
  const isNumber = issue.expected === 'number' || issue.expected === 'int';
  if (!isNumber || !/^-?\d{1,15}$/.test(node.value)) return false;
  node.value = Number(node.value);
  return true;
}

function complete(
  file: string,
  from: FileConfig,
  secrets: readonly string[],
  packs: readonly RulePack[],
): Config {
  const folder = dirname(file);
  const servers: Record<string, ServerConfig> = {};
  for (const [name, entry] of Object.entries({ ...from.servers, ...from.mcpServers })) {
    servers[name] = placed(folder, entry);
  }
  return {
    listen: placedListen(folder, from.listen),
    servers,
    naming: from.naming,
    virtual: from.virtual,
    auth: { ...placedAuth(folder, from.auth), anonymous: isAnonymous(from) },
    limits: from.limits,
    access: { ...from.access, default: accessDefault(from) },
    validate: from.validate,
    inspect: { ...placedInspect(folder, from.inspect, secrets), rulePacks: packs },
    approvals: from.approvals,
    audit: from.audit === undefined ? undefined : placedAudit(folder, from.audit),
    sessions: from.sessions,
    cache: from.cache,
    state: { dir: resolve(folder, from.state.dir) },
    telemetry: from.telemetry,
    admin: { ...from.admin, ...placedTls(folder, from.admin) },
  };
}

/** Paths from the folder of the file, not from that where the gateway was started: the same file means the same anywhere. */
function placed(folder: string, entry: ServerConfig): ServerConfig {
  if (entry.kind === 'stdio') {
    const commands = entry.commands.map((one) => ({
      ...one,
      cwd: resolve(folder, one.cwd ?? '.'),
    }));
    return { ...entry, commands };
  }
  const tls = { ...entry.tls };
  for (const part of ['ca', 'cert', 'key'] as const) {
    if (tls[part] !== undefined) tls[part] = resolve(folder, tls[part]);
  }
  return { ...entry, tls };
}

function placedListen(folder: string, listen: ListenConfig): ListenConfig {
  const { proxy } = listen;
  const placed = { ...listen };
  if (proxy !== undefined) placed.proxy = { ...proxy, socket: resolve(folder, proxy.socket) };
  return { ...placed, ...placedTls(folder, listen) };
}

function placedTls(folder: string, { tls }: Pick<ListenConfig, 'tls'>): Pick<ListenConfig, 'tls'> {
  if (tls === undefined) return {};
  const placed = { ...tls, cert: resolve(folder, tls.cert), key: resolve(folder, tls.key) };
  if (tls.clientCa !== undefined) placed.clientCa = resolve(folder, tls.clientCa);
  return { tls: placed };
}

function placedAuth(folder: string, auth: AuthConfig): AuthConfig {
  const jwt = auth.jwt.map((entry) =>
    entry.jwksFile === undefined ? entry : { ...entry, jwksFile: resolve(folder, entry.jwksFile) },
  );
  const { revocations } = auth;
  return revocations === undefined
    ? { ...auth, jwt }
    : { ...auth, jwt, revocations: resolve(folder, revocations) };
}

function placedAudit(folder: string, audit: AuditConfig): AuditConfig {
  const sinks = audit.sinks.map((sink) => {
    if (sink.kind === 'file') return { ...sink, path: resolve(folder, sink.path) };
    if (sink.kind !== 'syslog' || sink.ca === undefined) return sink;
    return { ...sink, ca: resolve(folder, sink.ca) };
  });
  return { ...audit, dir: resolve(folder, audit.dir), sinks };
}

function placedInspect(
  folder: string,
  inspect: InspectConfig,
  secrets: readonly string[],
): InspectConfig {
  const knownValues = inspect.ownSecrets === 'on' ? secrets : [];
  return {
    ...inspect,
    knownValues,
    lock: { ...inspect.lock, file: resolve(folder, inspect.lock.file) },
  };
}

function whole(file: string, words: string): Fault {
  return { file, line: 0, column: 0, path: '', words };
}

function inOrder(faults: readonly Fault[]): Fault[] {
  return faults.toSorted((a, b) => a.line - b.line || a.column - b.column);
}

function failed(faults: readonly Fault[], files: readonly string[] = []): Loaded {
  const sorted = inOrder(faults);
  const shown = sorted.slice(0, FAULTS_MAX);
  const rest = sorted.length - shown.length;
  const last = shown.at(-1);
  if (rest > 0 && last) shown.push(whole(last.file, `${rest} more faults are not shown`));
  return { ok: false, faults: shown, files };
}

function freeze<T extends object>(value: T): T {
  for (const inner of Object.values(value)) {
    if (typeof inner === 'object' && inner !== null) freeze(inner);
  }
  return Object.freeze(value);
}
