/**
 * What the gateway says of itself: server/discover (modern) and the result of initialize (legacy).
 *
 * Capabilities are the union of the servers'. One that was never reached is assumed to offer the usual, because a
 * client that was told "no tools" at the start never asks again.
 */

import type { Backend } from '../backends/backends.ts';
import type { Inspection } from '../inspect/inspect.ts';
import { META, MODERN_VERSIONS } from '../protocol/eras.ts';
import { NAME, VERSION } from '../protocol/identity.ts';
import type { Call } from './call.ts';
import type { RouteView } from './route.ts';
import { visibleServers } from './visible.ts';

type Capabilities = Record<string, Record<string, unknown>>;

const SERVER_INFO = { name: NAME, title: 'Sluice MCP gateway', version: VERSION };
/** What one route may tell a client about how to use its servers; models read all of it. */
const INSTRUCTIONS_MAX = 16_384;
const DISCOVER_TTL_MS = 60_000;

/** The members of a DiscoverResult, without resultType. */
export function discoverMembers(call: Call): string {
  const { route } = call;
  const seen = membersFor(call);
  const members = JSON.stringify({
    supportedVersions: MODERN_VERSIONS,
    capabilities: capabilitiesOf(route, seen, true),
    ...instructionsOf(route, seen),
    serverInfo: SERVER_INFO,
    ttlMs: DISCOVER_TTL_MS,
    cacheScope: 'private',
    _meta: { [`${META}serverInfo`]: SERVER_INFO },
  });
  return members.slice(1, -1);
}

/** The members of an InitializeResult. */
export function initializeMembers(call: Call, version: string): string {
  const { route } = call;
  const seen = membersFor(call);
  const members = JSON.stringify({
    protocolVersion: version,
    capabilities: capabilitiesOf(route, seen, false),
    serverInfo: SERVER_INFO,
    ...instructionsOf(route, seen),
  });
  return members.slice(1, -1);
}

/** Those that the caller may know of. */
function membersFor(call: Call): readonly Backend[] {
  const servers = visibleServers(call);
  const { members } = call.route;
  return servers === null ? members : members.filter(({ name }) => servers.has(name));
}

function capabilitiesOf(route: RouteView, seen: readonly Backend[], modern: boolean): Capabilities {
  const all: Capabilities = {};
  for (const member of seen) {
    if (member.status === 'disabled') continue;
    for (const [key, value] of Object.entries(offered(member, route.inspection))) {
      // Tasks of 2025-11-25 are kept by the server under ids of its own: only a route to that one server can follow them.
      if (key === 'tasks' && (modern || route.only?.era !== 'legacy')) continue;
      all[key] = { ...all[key], ...value };
    }
  }
  const shown: Capabilities = {};
  for (const [key, value] of Object.entries(all)) {
    if (route.view.virtual !== undefined && (key === 'prompts' || key === 'resources')) continue;
    shown[key] = value;
  }
  // The gateway itself can change any list: a reload adds and removes servers.
  for (const key of ['tools', 'prompts', 'resources']) {
    if (shown[key] !== undefined) shown[key] = { ...shown[key], listChanged: true };
  }
  if (!modern && Object.keys(all).length > 0) shown.logging = {};
  return shown;
}

function offered(member: Backend, inspection: Inspection): Capabilities {
  const capabilities = member.hello?.capabilities as Capabilities | undefined;
  if (capabilities === undefined) return { tools: {}, prompts: {}, resources: {} };
  if (!inspection.readsDefinitions) return capabilities;
  const kept = looked.get(inspection) ?? new WeakMap<Capabilities, Capabilities>();
  looked.set(inspection, kept);
  const known = kept.get(capabilities) ?? inspected(capabilities, member.name, inspection);
  kept.set(capabilities, known);
  return known;
}

/** What servers said that they can, as it was let through. */
const looked = new WeakMap<Inspection, WeakMap<Capabilities, Capabilities>>();

/** Words have no business among capabilities, but extensions put theirs there: where something is found, only flags stay. */
function inspected(
  capabilities: Capabilities,
  server: string,
  inspection: Inspection,
): Capabilities {
  const bytes = Buffer.from(JSON.stringify(capabilities));
  const about = { direction: 'definition', server, tool: '', definition: null } as const;
  const outcome = inspection.inspectAlone(bytes, 0, bytes.length, about);
  // One that would need a thread is larger than any that is meant.
  if (outcome === undefined || ('kind' in outcome && outcome.kind === 'flag')) return capabilities;
  const plain: Capabilities = {};
  for (const [key, value] of Object.entries(capabilities)) {
    if (!KNOWN.has(key)) continue;
    const flags = Object.entries(value).filter(([, one]) => typeof one === 'boolean');
    plain[key] = Object.fromEntries(flags.filter(([name]) => /^[A-Za-z]{1,32}$/.test(name)));
  }
  return plain;
}

const KNOWN: ReadonlySet<string> = new Set(
  'tools prompts resources completions logging tasks'.split(' '),
);

/** One server's own words; of several, each under its name. */
function instructionsOf(route: RouteView, seen: readonly Backend[]): { instructions?: string } {
  const said = seen.flatMap((member) => {
    const words = member.instructions;
    return words === '' ? [] : [{ name: member.name, words }];
  });
  const [first] = said;
  if (first === undefined) return {};
  const text = route.view.single
    ? first.words
    : said.map(({ name, words }) => `## ${name}\n${words}`).join('\n\n');
  return { instructions: text.slice(0, INSTRUCTIONS_MAX).toWellFormed() };
}
