/**
 * Everything that a configuration makes: the backends and the routes. Frozen; a reload builds another and swaps
 * one pointer, and a call keeps the routes with which it started.
 */

import { isDeepStrictEqual } from 'node:util';
import type { AuditConfig } from '../audit/audit.ts';
import {
  type Backend,
  type BackendHost,
  type NamingConfig,
  reconcile,
  type ServerConfig,
  type VirtualConfig,
} from '../backends/backends.ts';
import { type InspectConfig, Inspection } from '../inspect/inspect.ts';
import { matches } from '../lib/glob.ts';
import type { LimitsConfig } from '../limits/limits.ts';
import { type AccessConfig, Policy } from '../policy/policy.ts';
import type { ValidateMode } from '../validate/validate.ts';
import { ApprovalRules } from './approve/rules.ts';
import type { ApprovalsConfig, CacheConfig, SessionsConfig, StateConfig } from './config.ts';
import { type Generation, RouteView } from './route.ts';

/** The slices of the file that the gateway is made of. */
export interface GatewayConfig {
  readonly servers: Readonly<Record<string, ServerConfig>>;
  readonly naming: NamingConfig;
  readonly virtual: Readonly<Record<string, VirtualConfig>>;
  readonly sessions: SessionsConfig;
  readonly cache: CacheConfig;
  readonly limits: LimitsConfig;
  readonly state: StateConfig;
  readonly access: AccessConfig;
  readonly validate: ValidateMode;
  readonly inspect: InspectConfig;
  readonly approvals: ApprovalsConfig;
  /** Left out where nothing is recorded. */
  readonly audit?: AuditConfig | undefined;
}

export interface Parts {
  readonly config: GatewayConfig;
  readonly inspection: Inspection;
  readonly policy: Policy;
  readonly backends: ReadonlyMap<string, Backend>;
  /** By what follows /mcp/ in the path: '' for all servers, 'NAME', 'v/NAME'. */
  readonly routes: ReadonlyMap<string, RouteView>;
}

/** `anew`: a server of which nothing old is kept; '' for none. */
export function buildParts(
  config: GatewayConfig,
  old: Parts | undefined,
  generation: Generation,
  host: BackendHost,
  anew = '',
): Parts {
  const kept = new Map(old?.backends);
  kept.delete(anew);
  const backends = reconcile(kept, config.servers, host);
  const members = [...backends.values()].filter((backend) => !backend.config.disabled);
  const { naming } = config;
  const policy = Policy.of(config.access, config.servers, config.virtual);
  // Rules are compiled when they are other rules.
  const inspection = isDeepStrictEqual(old?.config.inspect, config.inspect)
    ? old!.inspection
    : new Inspection(config.inspect);
  const rules = { policy, inspection, approvals: new ApprovalRules(config) };
  const routes = new Map<string, RouteView>();
  const all = { members, naming, single: false, virtual: undefined };
  routes.set('', new RouteView('', all, rules, generation));
  for (const backend of members) {
    const view = { members: [backend], naming, single: true, virtual: undefined };
    routes.set(backend.name, new RouteView(backend.name, view, rules, generation));
  }
  for (const [name, virtual] of Object.entries(config.virtual)) {
    const chosen = members.filter((backend) => isNamed(backend, virtual));
    const view = { members: chosen, naming, single: false, virtual };
    routes.set(`v/${name}`, new RouteView(`v/${name}`, view, rules, generation));
  }
  return Object.freeze({ config, policy, inspection, backends, routes });
}

/** Whether a virtual server can show anything of this backend: some pattern's part before the dot matches its name. */
function isNamed(backend: Backend, virtual: VirtualConfig): boolean {
  return [...virtual.tools, ...Object.keys(virtual.rename)].some((pattern) => {
    const dot = pattern.indexOf('.');
    return matches(dot < 0 ? pattern : pattern.slice(0, dot), backend.name);
  });
}
