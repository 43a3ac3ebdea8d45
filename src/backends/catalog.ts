/**
 * What one route shows to one capability profile: the inventories of its servers, merged.
 *
 * Built whole from inventories that are already there, synchronously, and thrown away when one of them changes.
 * Order is the configuration's order of servers, then each server's own. Definitions keep their bytes but for the
 * name or URI.
 */

import { matches } from '../lib/glob.ts';
import type { ParamMirror } from '../protocol/param-mirror.ts';
import { splice } from '../protocol/splice.ts';
import type { Backend } from './backend.ts';
import type { NamingConfig, VirtualConfig } from './config.ts';
import type { Definition, Hints, Inventory } from './inventory.ts';
import { exposedName, wantsPrefix } from './naming.ts';
import type { Profile } from './profile.ts';
import type { CallPolicy } from './tool-policy.ts';
import { matchesTemplate } from './uri-template.ts';

/** Something a route offers and the backend behind it. */
export interface Entry {
  readonly kind: 'tool' | 'prompt' | 'resource';
  /** Its place among all entries of its catalogue, and which that is. */
  readonly index: number;
  readonly of: Count;
  readonly backend: Backend;
  /** The backend's name. */
  readonly server: string;
  /** Of a tool; `readOnly` as the operator says, where he does. */
  readonly hints: Hints;
  /** Name or URI (template) on the route. */
  readonly name: string;
  /** The server's own name or URI (template). */
  readonly original: string;
  /** `original` as a JSON string; null where it equals `name`, so that nothing need be spliced. */
  readonly originalJson: string | null;
  /** The definition as the route shows it. */
  readonly definition: Buffer;
  readonly mirrors: readonly ParamMirror[];
  readonly policy: CallPolicy;
}

/** How many entries there are; one object for each catalogue. */
export interface Count {
  readonly size: number;
}

export type Shelf = ReadonlyMap<string, Entry>;

export interface Catalog {
  readonly tools: Shelf;
  readonly prompts: Shelf;
  readonly resources: Shelf;
  readonly templates: Shelf;
  /** Servers that have never been listed: the route may lack their tools. */
  readonly missing: readonly string[];
  /** Servers shown by their last good inventory while they are down. */
  readonly stale: readonly string[];
  /** When the first of its inventories is no longer good, in milliseconds since the epoch; Infinity where none ends. */
  /** Whether a name starts with that of its server. */
  readonly prefix: boolean;
  readonly goodUntil: number;
  readonly shareable: boolean;
}

/** What a route joins and how it names it. */
export interface View {
  readonly members: readonly Backend[];
  readonly naming: NamingConfig;
  /** True on /mcp/NAME: one server, its names as they are. */
  readonly single: boolean;
  readonly virtual: VirtualConfig | undefined;
}

/** Scheme under which a resource is shown whose URI another server already uses. */
const OWN_SCHEME = 'sluice://';
/** Longest URI that no list names; longer ones are data, not names. */
const URI_CHARS_MAX = 8_192;

export function buildCatalog(view: View, profile: Profile): Catalog {
  const tools = new Map<string, Numbered>();
  const prompts = new Map<string, Numbered>();
  const resources = new Map<string, Numbered>();
  const templates = new Map<string, Numbered>();
  const missing: string[] = [];
  const stale: string[] = [];
  let goodUntil = Number.POSITIVE_INFINITY;
  let shareable = true;
  const prefix = !view.single && wantsPrefix(view.naming, view.members.length);
  for (const backend of view.members) {
    const inventory = backend.inventory(profile);
    if (inventory === undefined) {
      missing.push(backend.name);
      continue;
    }
    if (backend.status !== 'ready') stale.push(backend.name);
    goodUntil = Math.min(goodUntil, inventory.takenAt + inventory.ttlMs);
    shareable &&= inventory.shareable;
    addTools(tools, view, backend, inventory, prefix);
    // A virtual server is a choice of tools; it shows nothing that it does not name.
    if (view.virtual !== undefined) continue;
    for (const definition of inventory.prompts)
      addNamed(prompts, 'prompt', view, backend, definition, prefix);
    for (const definition of inventory.resources) addResource(resources, backend, definition);
    for (const definition of inventory.templates) addResource(templates, backend, definition);
  }
  number([tools, prompts, resources, templates]);
  return { tools, prompts, resources, templates, missing, stale, prefix, goodUntil, shareable };
}

/** Gives every entry its place. */
function number(shelves: readonly Map<string, Numbered>[]): void {
  const of = { size: 0 };
  for (const shelf of shelves) {
    for (const one of shelf.values()) {
      one.of = of;
      one.index = of.size++;
    }
  }
}

/** An entry while its catalogue is built. */
type Numbered = Omit<Entry, 'index' | 'of'> & { index: number; of: Count };

const NO_COUNT: Count = { size: 0 };

function addTools(
  shelf: Map<string, Numbered>,
  view: View,
  backend: Backend,
  inventory: Inventory,
  prefix: boolean,
): void {
  for (const definition of inventory.tools) {
    if (view.virtual === undefined) {
      addNamed(shelf, 'tool', view, backend, definition, prefix);
      continue;
    }
    const subject = `${backend.name}.${definition.key}`;
    const renamed = Object.hasOwn(view.virtual.rename, subject)
      ? view.virtual.rename[subject]
      : undefined;
    if (renamed !== undefined && !shelf.has(renamed)) {
      shelf.set(renamed, entry('tool', backend, definition, renamed));
    } else if (view.virtual.tools.some((pattern) => matches(pattern, subject))) {
      addNamed(shelf, 'tool', view, backend, definition, prefix);
    }
  }
}

function addNamed(
  shelf: Map<string, Numbered>,
  kind: 'tool' | 'prompt',
  view: View,
  backend: Backend,
  definition: Definition,
  prefix: boolean,
): void {
  const name = view.single
    ? definition.key
    : exposedName(backend.name, definition.key, prefix, view.naming.separator, shelf);
  if (!shelf.has(name)) shelf.set(name, entry(kind, backend, definition, name));
}

/** URIs stay as they are, since results link to them; a second server's equal URI is shown under our own scheme. */
function addResource(shelf: Map<string, Numbered>, backend: Backend, definition: Definition): void {
  const uri = shelf.has(definition.key) ? ownUri(backend.name, definition.key) : definition.key;
  if (!shelf.has(uri)) shelf.set(uri, entry('resource', backend, definition, uri));
}

export function ownUri(server: string, uri: string): string {
  return `${OWN_SCHEME}${server}/${encodeURIComponent(uri)}`;
}

function entry(
  kind: Entry['kind'],
  backend: Backend,
  definition: Definition,
  name: string,
): Numbered {
  const { key, bytes, keyStart, keyEnd, mirrors } = definition;
  const same = key === name;
  const originalJson = same ? null : JSON.stringify(key);
  const shown = same
    ? bytes
    : splice(bytes, [{ start: keyStart, end: keyEnd, put: JSON.stringify(name) }]);
  const { policies } = backend;
  const policy = kind === 'tool' ? policies.of(definition) : policies.reading;
  const given = definition.hints;
  const { isReadOnly: readOnly } = policy;
  const hints = kind !== 'tool' || given.readOnly === readOnly ? given : { ...given, readOnly };
  return {
    kind,
    index: 0,
    of: NO_COUNT,
    backend,
    server: backend.name,
    hints,
    name,
    original: key,
    originalJson,
    definition: shown,
    mirrors,
    policy,
  };
}

/** Where a resource is read: listed, of our own scheme, of a template, or the only server that could know it. */
export function findResource(
  catalog: Catalog,
  view: View,
  uri: string,
): { backend: Backend; original: string } | undefined {
  if (view.virtual !== undefined) return undefined;
  const listed = catalog.resources.get(uri);
  if (listed !== undefined) return listed;
  // It is held against every template, and kept where it is subscribed to.
  if (uri.length > URI_CHARS_MAX) return undefined;
  if (uri.startsWith(OWN_SCHEME)) return ownResource(view, uri);
  for (const template of catalog.templates.values()) {
    if (matchesTemplate(template.original, uri)) {
      return { backend: template.backend, original: uri };
    }
  }
  // Results may link to resources that no list names (2025-06-18 resource links): the server of that scheme has them.
  const able = view.members.filter((member) => offersResources(member));
  if (able.length === 1) return { backend: able[0]!, original: uri };
  const owner = schemesOf(catalog).get(schemeOf(uri)) ?? null;
  return owner === null ? undefined : { backend: owner, original: uri };
}

/** Of each scheme the one server that lists it, null where several do. Made once: one request may ask a thousand times. */
const schemes = new WeakMap<Catalog, Map<string, Backend | null>>();

function schemesOf(catalog: Catalog): Map<string, Backend | null> {
  let owners = schemes.get(catalog);
  if (owners !== undefined) return owners;
  owners = new Map();
  for (const shelf of [catalog.resources, catalog.templates]) {
    for (const { original, backend } of shelf.values()) {
      const scheme = schemeOf(original);
      const known = owners.get(scheme);
      owners.set(scheme, known === undefined || known === backend ? backend : null);
    }
  }
  schemes.set(catalog, owners);
  return owners;
}

function ownResource(view: View, uri: string): { backend: Backend; original: string } | undefined {
  const slash = uri.indexOf('/', OWN_SCHEME.length);
  const backend = view.members.find(
    (member) => member.name === uri.slice(OWN_SCHEME.length, slash),
  );
  if (backend === undefined || slash < 0) return undefined;
  try {
    return { backend, original: decodeURIComponent(uri.slice(slash + 1)) };
  } catch {
    // A malformed escape names no resource.
    return undefined;
  }
}

export function offersResources(backend: Backend): boolean {
  const capabilities = backend.hello?.capabilities as Record<string, unknown> | undefined;
  return capabilities?.resources !== undefined;
}

function schemeOf(uri: string): string {
  return uri.slice(0, uri.indexOf(':') + 1).toLowerCase();
}
