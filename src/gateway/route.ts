/**
 * One endpoint that a client can connect to, and its catalogues, one per capability profile.
 *
 * A catalogue is kept until any inventory changes (`Generation`), so that finding a tool is one comparison and one map
 * look-up.
 */

import {
  type Backend,
  buildCatalog,
  type Catalog,
  type Profile,
  type View,
} from '../backends/backends.ts';
import type { Inspection } from '../inspect/inspect.ts';
import { Lru } from '../lib/lru.ts';
import type { Policy } from '../policy/policy.ts';
import type { ApprovalRules } from './approve/rules.ts';

/** Counts changes of inventories; shared by the routes of one configuration. */
export interface Generation {
  value: number;
}

const FIRST_MS = 15_000;
const AGAIN_MS = 2_000;
/** Profiles with a catalogue at hand; others are built again when asked for. */
const CATALOGS_MAX = 32;

interface Kept {
  readonly key: string;
  readonly catalog: Catalog;
  readonly generation: number;
}

/** What a configuration says of calls, on whatever route. */
export interface Rules {
  readonly policy: Policy;
  readonly inspection: Inspection;
  readonly approvals: ApprovalRules;
}

export class RouteView {
  /** '' for all servers, 'NAME' for one, 'v/NAME' for a virtual server: what follows /mcp/ in the path. */
  readonly path: string;
  readonly view: View;
  /** Who may see and call what. */
  readonly policy: Policy;
  /** What is looked for in what passes. */
  readonly inspection: Inspection;
  /** Which calls somebody must approve. */
  readonly approvals: ApprovalRules;
  readonly #generation: Generation;
  readonly #catalogs = new Lru<string, Kept>(CATALOGS_MAX);
  /** The one used last: most clients of a route declare the same, and the map rewrites itself on each look. */
  #last: Kept | null = null;

  constructor(
    path: string,
    view: View,
    { policy, inspection, approvals }: Rules,
    generation: Generation,
  ) {
    this.path = path;
    this.view = view;
    this.policy = policy;
    this.inspection = inspection;
    this.approvals = approvals;
    this.#generation = generation;
  }

  get members(): readonly Backend[] {
    return this.view.members;
  }

  /** The one server behind this route; undefined where it joins several. */
  get only(): Backend | undefined {
    return this.view.single ? this.view.members[0] : undefined;
  }

  /** What is known now; never waits. */
  catalog(profile: Profile): Catalog {
    const generation = this.#generation.value;
    const last = this.#last;
    if (last?.key === profile.key && last.generation === generation) return last.catalog;
    const { key } = profile;
    let kept = this.#catalogs.get(key);
    if (kept === undefined || kept.generation !== generation) {
      kept = { key, catalog: buildCatalog(this.view, profile), generation };
      this.#catalogs.set(key, kept);
    }
    this.#last = kept;
    return kept.catalog;
  }

  /** Whether every server's list is known to be current for this profile. */
  isSettled(profile: Profile): boolean {
    return this.members.every((member) => member.status === 'disabled' || member.isFresh(profile));
  }

  /** Waits until every server was tried once, so that nobody is told of half a house. */
  async started(waitMs: number): Promise<void> {
    if (this.members.every((member) => member.hasStarted)) return;
    await atMost(waitMs, Promise.all(this.members.map((member) => member.start())));
  }

  /**
   * Waits until every server was asked for what may have changed. A server that takes its time is waited for only
   * where it has not been listed yet: after that its last good lists do.
   */
  async settle(profile: Profile): Promise<void> {
    const settled = this.members.map((member) =>
      atMost(member.hasListed(profile) ? AGAIN_MS : FIRST_MS, member.settle(profile)),
    );
    await Promise.all(settled);
  }
}

async function atMost(waitMs: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, waitMs);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}
