/**
 * The OpenAPI 3.1 document of the admin API, made of its routes, so that it cannot say anything else than they do.
 */

import { z } from 'zod';
import { VERSION } from '../protocol/identity.ts';
import { faultAnswer } from './answers.ts';
import { FAULTS, type FaultCode } from './fault.ts';
import { PERMISSIONS } from './roles.ts';
import type { Route } from './route.ts';

type Json = Record<string, unknown>;

/** What any route may answer besides what it is asked for. */
const COMMON: readonly FaultCode[] = [
  'bad_request',
  'unauthenticated',
  'forbidden',
  'not_found',
  'conflict',
  'too_large',
  'unsupported_media',
  'too_many_requests',
  'internal',
  'unavailable',
];

export function openApiDocument(routes: readonly Route[]): Json {
  const schemas: Json = {};
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    paths[route.path] ??= {};
    paths[route.path]![route.method.toLowerCase()] = operation(route, schemas);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Sluice admin API',
      version: VERSION,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    security: [{ token: [] }, { certificate: [] }],
    paths,
    components: {
      schemas: { ...schemas, Fault: jsonOf(faultAnswer, schemas, 'output', true) },
      responses: responses(),
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer' },
        certificate: { type: 'mutualTLS' },
      },
    },
  };
}

function operation(route: Route, schemas: Json): Json {
  const { id, summary, needs, query, body, answer, contentType } = route;
  const inPath = route.segments
    .filter((segment) => segment.startsWith('{'))
    .map((segment) => ({
      name: segment.slice(1, -1),
      in: 'path',
      required: true,
      schema: { type: 'string' },
    }));
  const inQuery = query === undefined ? [] : queryParameters(jsonOf(query, schemas, 'input', true));
  const parameters = [...inPath, ...inQuery];
  return {
    operationId: id,
    summary,
    description: `For ${PERMISSIONS[needs].roles.join(', ')}.`,
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: jsonOf(body, schemas, 'input') } },
          },
        }),
    responses: {
      200: {
        description: 'As asked.',
        content: { [contentType]: { schema: jsonOf(answer, schemas, 'output') } },
      },
      ...Object.fromEntries(
        COMMON.map((code) => [FAULTS[code].http, { $ref: `#/components/responses/${code}` }]),
      ),
    },
    'x-sluice-roles': PERMISSIONS[needs].roles,
  };
}

function queryParameters(schema: Json): Json[] {
  const required = (schema.required ?? []) as string[];
  return Object.entries((schema.properties ?? {}) as Record<string, Json>).map(([name, one]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema: one,
  }));
}

function responses(): Json {
  return Object.fromEntries(
    COMMON.map((code) => [
      code,
      {
        description: FAULTS[code].words,
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Fault' } } },
      },
    ]),
  );
}

/** The schema, with those that have a name among the components; `isWhole`: in place, be it named or not. */
function jsonOf(schema: z.ZodType, schemas: Json, io: 'input' | 'output', isWhole = false): Json {
  const {
    $schema: _,
    $defs,
    ...json
  } = z.toJSONSchema(schema, {
    io,
    reused: 'inline',
    // Of a number in a query nothing is known but that it is text; what it must be is what matters.
    unrepresentable: 'any',
  }) as Json;
  for (const [name, one] of Object.entries(($defs ?? {}) as Record<string, Json>)) {
    schemas[name] = rebased(one);
  }
  const { id } = json;
  if (typeof id !== 'string' || isWhole) return rebased(json);
  schemas[id] = rebased(json);
  return { $ref: `#/components/schemas/${id}` };
}

/** `#/$defs/X` is `#/components/schemas/X` here, and `id` names nothing in OpenAPI. */
function rebased(value: unknown): Json {
  const walk = (one: unknown): unknown => {
    if (Array.isArray(one)) return one.map(walk);
    if (typeof one !== 'object' || one === null) return one;
    return Object.fromEntries(
      Object.entries(one).flatMap(([key, inner]) => {
        if (key === 'id' && typeof inner === 'string') return [];
        if (key === '$ref' && typeof inner === 'string') {
          return [[key, inner.replace('#/$defs/', '#/components/schemas/')]];
        }
        return [[key, walk(inner)]];
      }),
    );
  };
  return walk(value) as Json;
}
