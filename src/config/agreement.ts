/**
 * What no single slice can see: whether the parts of a file agree with each other, and what weakens the protection.
 *
 * Faults stop the start. Warnings are said at start and in `doctor`, and change nothing.
 */

import { hasCredentials, hasDeciders, isOpened } from '../admin/config.ts';
import { auditDisagreements } from '../audit/config.ts';
import { authDisagreements, hasMethods, isLoopback } from '../auth/config.ts';
import type { ServerConfig } from '../backends/config.ts';
import { inspectWarnings } from '../inspect/config.ts';
import { namedArgument } from '../lib/named-argument.ts';
import { isBare } from '../policy/config.ts';
import type { ConfigDocument } from './document.ts';
import { type Fault, nearest } from './fault.ts';
import type { FileConfig } from './schema.ts';
import { looksSecret } from './secret.ts';

/** The parts that are right by themselves; checks of the others wait until they are. */
export type Parts = { readonly [K in keyof FileConfig]?: FileConfig[K] | undefined };

/** `names`: the servers as they are called in the file, right or wrong. */
export function disagreements(
  document: ConfigDocument,
  parts: Parts,
  names: Readonly<Record<'servers' | 'mcpServers', readonly string[] | undefined>>,
): Fault[] {
  return [
    ...serverFaults(document, names),
    ...authFaults(document, parts),
    ...adminFaults(document, parts),
    ...auditFaults(document, parts),
    ...approvalFaults(document, parts, [...(names.servers ?? []), ...(names.mcpServers ?? [])]),
    ...virtualFaults(document, parts, [...(names.servers ?? []), ...(names.mcpServers ?? [])]),
  ];
}

export function isAnonymous(file: FileConfig): boolean {
  return file.auth.anonymous ?? (isLoopback(file.listen.host) && !hasMethods(file.auth));
}

/** Who is not asked for a name on his own machine, and wrote no rules, may call what he configured. */
export function accessDefault({ access, auth, listen }: FileConfig): 'allow' | 'deny' {
  if (access.default !== undefined) return access.default;
  const hasOthers = hasMethods(auth) || auth.stdio !== undefined;
  return isLoopback(listen.host) && !hasOthers && isBare(access) ? 'allow' : 'deny';
}

/** `filled`: the nodes whose text came from a variable or a file. */
export function warningsOf(
  document: ConfigDocument,
  file: FileConfig,
  filled: ReadonlySet<unknown>,
): Fault[] {
  const isEmpty = Object.keys({ ...file.servers, ...file.mcpServers }).length === 0;
  return [
    ...openness(document, file),
    ...accessWarnings(document, file),
    ...inspectWarnings(file.inspect, Date.now()).map(({ path, words }) =>
      document.fault(path, words),
    ),
    ...serverWarnings(document, file, filled),
    ...(isEmpty ? [document.fault(['servers'], 'there are no servers yet')] : []),
  ];
}

function serverFaults(
  document: ConfigDocument,
  { servers, mcpServers }: Parameters<typeof disagreements>[2],
): Fault[] {
  if (servers === undefined && mcpServers === undefined) {
    // That it is no group has been said then.
    if (document.node(['servers']) ?? document.node(['mcpServers'])) return [];
    return [
      document.fault([], 'this is required: "servers" (or "mcpServers"), a group of servers'),
    ];
  }
  const twice = (mcpServers ?? []).filter((name) => servers?.includes(name));
  return twice.map((name) =>
    document.fault(['mcpServers', name], 'this name stands in "servers" too; rename one', true),
  );
}

/** A gateway that others can reach and that lets everybody in must be somebody's decision, not an oversight. */
function authFaults(document: ConfigDocument, { auth, listen }: Parts): Fault[] {
  if (auth === undefined || listen === undefined) return [];
  const faults = authDisagreements(auth).map(({ path, words }) =>
    document.fault(['auth', ...path], words),
  );
  const hasCertificates = listen.tls?.clientCa !== undefined || listen.proxy !== undefined;
  if (auth.mtls.length > 0 && !hasCertificates) {
    const words =
      'nobody would show a certificate: "listen.tls.clientCa" must name their authorities, or a proxy verify them ' +
      '("listen.proxy")';
    faults.push(document.fault(['auth', 'mtls'], words));
  }
  if (listen.tls !== undefined && listen.front === 'uws') {
    const words = 'TLS is served by node:http; set this to auto or node, or remove "listen.tls"';
    faults.push(document.fault(['listen', 'front'], words));
  }
  const { anonymous } = auth;
  if (hasMethods(auth)) return faults;
  if (anonymous === false) {
    const words =
      'nobody could call: no method is configured; make a key with "sluice key", or name an issuer in "auth.jwt"';
    return [...faults, document.fault(['auth', 'anonymous'], words)];
  }
  if (anonymous === true || isLoopback(listen.host)) return faults;
  const words =
    'programs on other machines could call everything without saying who they are; listen on 127.0.0.1, ' +
    'configure who may call ("auth.apiKeys", "auth.jwt"), or, behind something that authenticates, write ' +
    '"auth: { anonymous: true }"';
  return [...faults, document.fault(['listen', 'host'], words)];
}

function adminFaults(document: ConfigDocument, { admin, listen }: Parts): Fault[] {
  if (admin === undefined) return [];
  const faults: Fault[] = [];
  const say = (path: (string | number)[], words: string) =>
    faults.push(document.fault(['admin', ...path], words));
  if (admin.mtls.length > 0 && admin.tls?.clientCa === undefined) {
    say(
      ['mtls'],
      'nobody would show a certificate: "admin.tls.clientCa" must name their authorities',
    );
  }
  const same = (key: 'id' | 'sha256') =>
    admin.tokens.findIndex((one, at) => admin.tokens.findIndex((b) => b[key] === one[key]) < at);
  for (const key of ['id', 'sha256'] as const) {
    const at = same(key);
    if (at >= 0) say(['tokens', at, key], 'another token has the same; it must be unique');
  }
  if (!isLoopback(admin.host) && !hasCredentials(admin)) {
    const words =
      'beyond loopback a credential is needed: "admin.token", "admin.tokens" or "admin.mtls"';
    say(['host'], words);
  }
  if (admin.port !== 0 && listen?.port === admin.port && isOpened(admin)) {
    say(['port'], 'clients arrive there ("listen.port"); the admin API needs another port');
  }
  return faults;
}

function auditFaults(document: ConfigDocument, { audit }: Parts): Fault[] {
  if (audit === undefined) return [];
  return auditDisagreements(audit).map(({ path, words }) =>
    document.fault(['audit', ...path], words),
  );
}

/** A misspelt pattern protects nobody, and an operator who is not let in can approve nothing. */
function approvalFaults(
  document: ConfigDocument,
  { approvals, admin }: Parts,
  names: readonly string[],
): Fault[] {
  if (approvals === undefined) return [];
  const faults = approvals.tools.flatMap((pattern, at) => {
    const words = pattern === '*' ? undefined : unknownServer(pattern, names);
    return words === undefined ? [] : [document.fault(['approvals', 'tools', at], words)];
  });
  if (approvals.by !== 'operator' || admin === undefined || hasDeciders(admin)) return faults;
  const words =
    'nobody could approve anything: the admin API has no token or certificate of the role operator or admin ' +
    '(docs/admin.md)';
  return [...faults, document.fault(['approvals', 'by'], words)];
}

function virtualFaults(document: ConfigDocument, parts: Parts, names: readonly string[]): Fault[] {
  const faults: Fault[] = [];
  for (const [virtual, { tools, rename }] of Object.entries(parts.virtual ?? {})) {
    const base = ['virtual', virtual];
    const unknown = (subject: string) => unknownServer(subject, names);
    for (const [at, pattern] of tools.entries()) {
      const words = unknown(pattern);
      if (words) faults.push(document.fault([...base, 'tools', at], words));
    }
    const taken = new Set<string>();
    for (const [subject, name] of Object.entries(rename)) {
      const path = [...base, 'rename', subject];
      const words = unknown(subject);
      if (words) faults.push(document.fault(path, words, true));
      if (taken.has(name)) {
        faults.push(document.fault(path, 'another tool has this name already; choose a new one'));
      }
      taken.add(name);
    }
  }
  return faults;
}

function unknownServer(subject: string, names: readonly string[]): string | undefined {
  const server = subject.slice(0, subject.indexOf('.'));
  if (server.includes('*') || names.includes(server)) return undefined;
  const near = nearest(server, names);
  const right = near === undefined ? `servers are ${names.join(', ')}` : `did you mean "${near}"?`;
  return `there is no server "${server}"; ${right}`;
}

/** A file that lets nobody do anything is right, and seldom what was meant. */
function accessWarnings(document: ConfigDocument, file: FileConfig): Fault[] {
  const { allow, roles, callers, rules } = file.access;
  const groups = [...Object.values(roles), ...Object.values(callers)];
  const isAllowed =
    accessDefault(file) === 'allow' ||
    allow.length > 0 ||
    groups.some((group) => group.allow.length > 0) ||
    rules.some(({ effect, mode }) => effect === 'allow' && mode === 'enforce');
  if (isAllowed) return [];
  const words =
    'nobody may call anything: say who may call what in "access" (docs/access.md), or write "access: { default: allow }"';
  return [document.fault(['access'], words)];
}

/** What makes the gateway easier to reach than its defaults. */
function openness(document: ConfigDocument, file: FileConfig): Fault[] {
  const { admin } = file;
  const isBare = hasCredentials(admin) && !isLoopback(admin.host) && admin.tls === undefined;
  const words =
    'tokens of the admin API travel unencrypted unless something in front of this speaks TLS';
  const warnings = isBare ? [document.fault(['admin', 'host'], words)] : [];
  return [...warnings, ...callersOpenness(document, file)];
}

function callersOpenness(document: ConfigDocument, file: FileConfig): Fault[] {
  if (isLoopback(file.listen.host)) return [];
  if (isAnonymous(file)) {
    const words =
      'everybody who can reach this address may call what "access" leaves to the caller "anonymous"';
    return [document.fault(['auth', 'anonymous'], words)];
  }
  if (file.listen.tls !== undefined) return [];
  const words = 'credentials travel unencrypted unless something in front of this speaks TLS';
  return [document.fault(['listen', 'host'], words)];
}

function serverWarnings(
  document: ConfigDocument,
  file: FileConfig,
  filled: ReadonlySet<unknown>,
): Fault[] {
  const warnings: Fault[] = [];
  for (const key of ['servers', 'mcpServers'] as const) {
    for (const [name, entry] of Object.entries(file[key] ?? {})) {
      const base = [key, name];
      if (isClearText(entry)) {
        const words = 'these headers travel unencrypted; use https';
        warnings.push(document.fault([...base, 'headers'], words));
      }
      for (const at of shellLines(entry)) {
        const words = 'a program whose name has a space in it; its arguments go into "args"';
        const inside = [...base, ...at];
        const path = document.node(inside) === undefined ? [...base, 'command'] : inside;
        warnings.push(document.fault(path, words));
      }
      const proxy = [...base, 'proxy'];
      if (hasPassword(entry) && !filled.has(document.node(proxy))) {
        const words = `this holds a password; "\${env:NAME}" or "\${file:PATH}" would keep it out`;
        warnings.push(document.fault(proxy, words));
      }
      for (const [at, variable, value, key = variable] of namedValues(entry)) {
        const inside = [...base, ...at, key];
        const path = document.node(inside) === undefined ? [...base, at.at(-1)!, key] : inside;
        if (!looksSecret(variable, value) || filled.has(document.node(path))) continue;
        const words = `this looks like a secret; "\${env:NAME}" or "\${file:PATH}" would keep it out`;
        warnings.push(document.fault(path, words));
      }
    }
  }
  return warnings;
}

/** Where in an entry, name, value, and under which key where that is not the name. */
type NamedValue = [(string | number)[], string, string, number?];

/** With `command` alone, its `env` and `args` stand in the entry itself. */
function namedValues(entry: ServerConfig): NamedValue[] {
  const all = (at: (string | number)[], group: Readonly<Record<string, string>>) =>
    Object.entries(group).map(([name, value]): NamedValue => [at, name, value]);
  if (entry.kind === 'http') return all(['headers'], entry.headers);
  return entry.commands.flatMap(({ env, args }, index) => [
    ...all(['commands', index, 'env'], env),
    ...args.map((arg, at): NamedValue => {
      const { name, value } = namedArgument(arg, args[at - 1]);
      const isPlace = /(?:file|path|dir)$/i.test(name);
      return [['commands', index, 'args'], isPlace ? '' : name, value, at];
    }),
  ]);
}

/** Where `command` holds a whole line for a shell, as "npx -y server" does. A path may have spaces. */
function shellLines(entry: ServerConfig): (string | number)[][] {
  if (entry.kind === 'http') return [];
  return entry.commands.flatMap(({ command, args }, index) =>
    args.length === 0 && /^[^/\\\s]+\s/.test(command) ? [['commands', index, 'command']] : [],
  );
}

function hasPassword(entry: ServerConfig): boolean {
  return entry.kind === 'http' && URL.canParse(entry.proxy) && new URL(entry.proxy).password !== '';
}

function isClearText(entry: ServerConfig): boolean {
  if (entry.kind !== 'http' || Object.keys(entry.headers).length === 0) return false;
  return entry.urls.some((one) => {
    const url = new URL(one.url);
    return url.protocol === 'http:' && !isLoopback(url.hostname);
  });
}
