/**
 * The whole file: the slices that each folder defines for itself, joined.
 *
 * Nothing else may stand in it: an unknown key is a fault, because a misspelt protection protects nobody.
 */

import { z } from 'zod';
import { adminSchema } from '../admin/config.ts';
import { auditSchema } from '../audit/config.ts';
import { authSchema } from '../auth/config.ts';
import { namingSchema, serversSchema, virtualSchema } from '../backends/config.ts';
import { listenSchema } from '../edge/config.ts';
import { approvalsSchema, cacheSchema, sessionsSchema, stateSchema } from '../gateway/config.ts';
import { inspectSchema } from '../inspect/config.ts';
import { limitsSchema } from '../limits/config.ts';
import { accessSchema } from '../policy/config.ts';
import { telemetrySchema } from '../telemetry/config.ts';
import { validateSchema } from '../validate/config.ts';

export const fileSchema = z.strictObject({
  $schema: z.string().optional().describe('For editors; ignored.'),
  listen: listenSchema,
  servers: serversSchema.optional(),
  mcpServers: serversSchema
    .optional()
    .describe(
      'The same as `servers`, under the name that desktop clients use. One of the two is required.',
    ),
  naming: namingSchema,
  virtual: virtualSchema,
  auth: authSchema,
  limits: limitsSchema,
  access: accessSchema,
  validate: validateSchema,
  inspect: inspectSchema,
  approvals: approvalsSchema,
  audit: auditSchema.optional(),
  sessions: sessionsSchema,
  cache: cacheSchema,
  state: stateSchema,
  telemetry: telemetrySchema,
  admin: adminSchema,
});

export type FileConfig = z.output<typeof fileSchema>;

/** What this project reads of a JSON Schema. */
export interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly pattern?: string;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | false;
  readonly propertyNames?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly not?: JsonSchema;
}

/** The file as draft-7 JSON Schema, for editors and for the manual. */
export function fileJsonSchema(): JsonSchema {
  return z.toJSONSchema(fileSchema, { io: 'input', target: 'draft-7' }) as JsonSchema;
}

/** The schema at a path; where there are alternatives, the one that knows the value's keys best. */
export function schemaAt(path: readonly PropertyKey[], root: JsonSchema): JsonSchema[] {
  let here = [root];
  for (const part of path) {
    here = here.flatMap(alternatives).flatMap((schema) => {
      const next =
        typeof part === 'number'
          ? schema.items
          : (schema.properties?.[String(part)] ?? schema.additionalProperties);
      return next === undefined || next === false ? [] : [next];
    });
  }
  return here.flatMap(alternatives);
}

function alternatives(schema: JsonSchema): readonly JsonSchema[] {
  return schema.anyOf ?? [schema];
}
