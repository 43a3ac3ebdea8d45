/**
 * What a route of the admin API is: its place, what it needs, what goes in and comes out, and who answers it.
 *
 * Everything is said once: the listener checks by it, the OpenAPI document and docs/admin-api.md are made of it.
 */

import type { z } from 'zod';
import type { AdminHouse } from './contract.ts';
import type { Fault } from './fault.ts';
import type { Permission } from './roles.ts';

export type Method = 'GET' | 'POST' | 'DELETE';

/** A request whose parts are as the route says. */
export interface Asked<Query, Body> {
  readonly params: Readonly<Record<string, string>>;
  readonly query: Query;
  readonly body: Body;
  /** The Accept header. */
  readonly accept: string;
  /** Who asks, by the name of the token or certificate. */
  readonly who: string;
}

/** What is answered, or why not. */
type Outcome = object | Fault | Promise<object | Fault>;

interface Shape<Query extends z.ZodType, Body extends z.ZodType> {
  readonly method: Method;
  /** With `{name}` for what a request says there, percent-encoded. */
  readonly path: string;
  readonly id: string;
  readonly summary: string;
  readonly needs: Permission;
  readonly query?: Query;
  readonly body?: Body;
  readonly answer: z.ZodType;
  readonly contentType?: string;
  /** What `answer` describes; a test holds every real answer against it. */
  handle(house: AdminHouse, asked: Asked<z.output<Query>, z.output<Body>>): Outcome;
}

export interface Route {
  readonly method: Method;
  readonly path: string;
  readonly segments: readonly string[];
  readonly id: string;
  readonly summary: string;
  readonly needs: Permission;
  readonly query: z.ZodType | undefined;
  readonly body: z.ZodType | undefined;
  readonly answer: z.ZodType;
  /** JSON, or what `handle` gives a `Text` of. */
  readonly contentType: string;
  handle(house: AdminHouse, asked: Asked<never, never>): Outcome;
}

export function route<
  Query extends z.ZodType = z.ZodType<Record<string, never>>,
  Body extends z.ZodType = z.ZodType<undefined>,
>(shape: Shape<Query, Body>): Route {
  const { method, path, id, summary, needs, query, body, answer } = shape;
  const { contentType = 'application/json' } = shape;
  const segments = path.split('/').slice(1);
  const handle = (house: AdminHouse, asked: Asked<never, never>) => shape.handle(house, asked);
  return { method, path, segments, id, summary, needs, query, body, answer, contentType, handle };
}

export interface Found {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

/** Names are the operator's and the servers' own; longer ones are in no configuration. */
const SEGMENT_CHARS_MAX = 2048;

/** The routes at this path, whatever the method; of two that match, that with more fixed parts. */
export function routesAt(routes: readonly Route[], path: string): Found[] {
  const given = path.split('/').slice(1);
  return routes.flatMap((one) => {
    const params = paramsOf(one.segments, given);
    return params === undefined ? [] : [{ route: one, params }];
  });
}

function paramsOf(
  segments: readonly string[],
  given: readonly string[],
): Record<string, string> | undefined {
  if (segments.length !== given.length) return undefined;
  const params: Record<string, string> = Object.create(null);
  for (const [at, segment] of segments.entries()) {
    const part = given[at] ?? '';
    if (!segment.startsWith('{')) {
      if (segment !== part) return undefined;
      continue;
    }
    const decoded = decode(part);
    if (decoded === undefined) return undefined;
    params[segment.slice(1, -1)] = decoded;
  }
  return params;
}

function decode(part: string): string | undefined {
  if (part === '' || part.length > SEGMENT_CHARS_MAX) return undefined;
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}
