/**
 * What of a route's catalogue one caller sees: the catalogue without the rest, so that whatever is made of catalogues
 * shows nothing else.
 *
 * Callers who see the same share one, and with it the pages that are made of it.
 */

import type { Catalog, Entry, Shelf } from '../backends/backends.ts';
import { Lru } from '../lib/lru.ts';
import type { Moment, Sight } from '../policy/policy.ts';
import type { Call } from './call.ts';
import { momentOf } from './permit.ts';

/** Different views of one catalogue that are kept; each may hold its pages, of at most 2 MiB a list. */
const VIEWS_MAX = 16;

const views = new WeakMap<Catalog, Lru<string, Catalog>>();
/** Which view a kind of callers has, where that does not change from moment to moment. */
const keys = new WeakMap<Sight, WeakMap<Catalog, string>>();

export function visibleCatalog(call: Call): Catalog {
  const { route, caller, profile } = call;
  const catalog = route.catalog(profile);
  if (route.policy.isOpen) return catalog;
  const sight = route.policy.sight(caller);
  const key = keyOf(sight, catalog, momentOf(call));
  let kept = views.get(catalog);
  if (kept === undefined) {
    kept = new Lru(VIEWS_MAX);
    views.set(catalog, kept);
  }
  let view = kept.get(key);
  if (view === undefined) {
    view = filtered(catalog, key, sight);
    kept.set(key, view);
  }
  return view;
}

const SHELVES = ['tools', 'prompts', 'resources', 'templates'] as const;

function keyOf(sight: Sight, catalog: Catalog, moment: Moment): string {
  const known = sight.changes ? undefined : keys.get(sight)?.get(catalog);
  if (known !== undefined) return known;
  // One bit for each entry; then the servers whose absence may be told.
  const bits: number[] = [];
  for (const shelf of SHELVES) {
    for (const entry of catalog[shelf].values()) {
      if (sight.sees(entry, moment)) bits[entry.index >> 3]! |= 1 << (entry.index & 7);
      else bits[entry.index >> 3] ??= 0;
    }
  }
  const told = [...catalog.missing, ...catalog.stale].map((name) => +sight.reaches(name)).join('');
  const key = `${Buffer.from(bits).toString('latin1')} ${told}`;
  if (sight.changes) return key;
  let own = keys.get(sight);
  if (own === undefined) {
    own = new WeakMap();
    keys.set(sight, own);
  }
  own.set(catalog, key);
  return key;
}

function filtered(catalog: Catalog, key: string, sight: Sight): Catalog {
  const shows = ({ index }: Entry) => (key.charCodeAt(index >> 3) & (1 << (index & 7))) !== 0;
  const shelf = (all: Shelf): Shelf => new Map([...all].filter(([, entry]) => shows(entry)));
  const { tools, prompts, resources, templates, missing, stale, prefix, goodUntil } = catalog;
  return {
    tools: shelf(tools),
    prompts: shelf(prompts),
    resources: shelf(resources),
    templates: shelf(templates),
    missing: missing.filter((name) => sight.reaches(name)),
    stale: stale.filter((name) => sight.reaches(name)),
    prefix,
    goodUntil,
    // Another caller may see something else.
    shareable: false,
  };
}

/** The servers of which this caller sees something, or might once they are listed. */
export function visibleServers(call: Call): ReadonlySet<string> | null {
  if (call.route.policy.isOpen) return null;
  const { tools, prompts, resources, templates, missing } = visibleCatalog(call);
  const servers = new Set(missing);
  for (const shelf of [tools, prompts, resources, templates]) {
    for (const { server } of shelf.values()) servers.add(server);
  }
  return servers;
}
