/**
 * What of a tool's definition matters to those who approved it: its parameters, its claims, where it points.
 *
 * Kept in the lock file beside the fingerprint, so that a change can be judged by what it introduced, also after a restart
 * and by a person who reads the difference in git.
 */

import { hash } from 'node:crypto';

export interface Traits {
  /** By path of the parameter, `filter.name`, its type: `string`, `enum`, `array`, `any`. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Whether arguments may hold more than what is declared. */
  readonly isOpen: boolean;
  /** Of the annotations, those that are set. */
  readonly hints: Readonly<Record<string, boolean>>;
  /** Hosts of the URLs in any of its texts. */
  readonly hosts: readonly string[];
}

/** More parameters than this are counted and not told apart. */
const PARAMETERS_MAX = 300;
const DEPTH_MAX = 6;
const HOSTS_MAX = 50;
const HINTS = ['readOnlyHint', 'destructiveHint', 'idempotentHint', 'openWorldHint'] as const;

type Group = Readonly<Record<string, unknown>>;

/** SHA-256 of the whole definition, whatever the order of its members. */
export function fingerprintOf(definition: unknown): string {
  return hash('sha256', JSON.stringify(sorted(definition)), 'hex');
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  const copy: Record<string, unknown> = Object.create(null);
  for (const key of Object.keys(value).sort()) copy[key] = sorted((value as Group)[key]);
  return copy;
}

export function traitsOf(definition: unknown): Traits {
  const tool = groupOf(definition) ?? {};
  const schema = groupOf(tool.inputSchema) ?? {};
  const annotations = groupOf(tool.annotations) ?? {};
  const parameters: Record<string, string> = Object.create(null);
  addParameters(schema, '', parameters, 0);
  const hints: Record<string, boolean> = {};
  for (const hint of HINTS) {
    const value = annotations[hint];
    if (typeof value === 'boolean') hints[hint] = value;
  }
  return {
    parameters: { ...parameters },
    isOpen: schema.additionalProperties !== false,
    hints,
    hosts: hostsIn(JSON.stringify(definition) ?? ''),
  };
}

function addParameters(
  schema: Group,
  prefix: string,
  into: Record<string, string>,
  depth: number,
): void {
  for (const [name, value] of Object.entries(groupOf(schema.properties) ?? {})) {
    const path = `${prefix}${name}`;
    const inner = groupOf(value) ?? {};
    if (Object.keys(into).length >= PARAMETERS_MAX || depth >= DEPTH_MAX) {
      into['…'] = String(Number(into['…'] ?? 0) + 1);
      continue;
    }
    into[path] = typeOf(inner);
    addParameters(inner, `${path}.`, into, depth + 1);
    const items = groupOf(inner.items);
    if (items !== undefined) addParameters(items, `${path}[].`, into, depth + 1);
  }
}

function typeOf(schema: Group): string {
  if (Array.isArray(schema.enum) || schema.const !== undefined) return 'enum';
  const { type } = schema;
  if (typeof type === 'string') return type.slice(0, 20);
  if (Array.isArray(type)) return type.map(String).sort().join('|').slice(0, 60);
  return 'any';
}

function hostsIn(text: string): string[] {
  const hosts = new Set<string>();
  for (const [, host = ''] of text.matchAll(/https?:\/\/([A-Za-z0-9.-]{1,253})/g)) {
    if (hosts.size < HOSTS_MAX) hosts.add(host.toLowerCase());
  }
  return [...hosts].sort();
}

function groupOf(value: unknown): Group | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Group)
    : undefined;
}

/** What a change brought in that nobody has approved, in words; nothing where it took away or reworded only. */
export function introduced(old: Traits, now: Traits): string[] {
  const reasons: string[] = [];
  for (const [name, type] of Object.entries(now.parameters)) {
    const before = Object.hasOwn(old.parameters, name) ? old.parameters[name] : undefined;
    if (before === undefined) reasons.push('a new parameter');
    else if (before !== type) reasons.push('another type of a parameter');
  }
  if (now.isOpen && !old.isOpen) reasons.push('arguments that are not declared');
  for (const hint of HINTS) {
    // A claim that was dropped is what the specification assumes without it; one that is new may be relied upon.
    if (old.hints[hint] !== now.hints[hint]) reasons.push(`another ${hint}`);
  }
  if (now.hosts.some((host) => !old.hosts.includes(host))) reasons.push('a new address');
  return [...new Set(reasons)];
}
