/**
 * What the admin API answers, as schemas: the OpenAPI document is made of them, and tests hold real answers against them.
 *
 * Times are ISO 8601 in UTC. What comes from a server or a client, names among it, is text to be shown and not to be trusted.
 */

import { z } from 'zod';
import { STOP_KINDS } from '../policy/policy.ts';
import { FAULTS } from './fault.ts';

const count = z.int().min(0);
const time = z.iso.datetime();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

export const faultAnswer = z
  .strictObject({
    code: z.enum(Object.keys(FAULTS) as [keyof typeof FAULTS]),
    message: z.string().describe('For people; may change.'),
  })
  .meta({ id: 'Fault' });

export const versionAnswer = z
  .strictObject({
    version: z.string(),
    node: z.string(),
    startedAt: time,
    uptimeMs: count,
    pid: count,
  })
  .meta({ id: 'Version' });

const breaker = z.strictObject({
  tool: z.string().describe("'' for the server's own."),
  state: z.enum(['closed', 'open', 'half-open']),
  why: z.string(),
  retryInMs: z.number().min(0),
  openings: count,
});

export const serverAnswer = z
  .strictObject({
    name: z.string(),
    status: z.enum(['ready', 'starting', 'down', 'disabled']),
    drained: z.boolean().describe('Gets no more calls; those that it has go on.'),
    switched: z
      .boolean()
      .describe('Disabled or enabled here, other than the configuration has it, until taken back.'),
    stale: z.boolean().describe('Shown by its last good lists while it is down.'),
    era: z.enum(['legacy', 'modern']).optional(),
    version: z.string().optional().describe('Protocol revision.'),
    fault: z.string().optional(),
    tools: count,
    prompts: count,
    resources: count,
    withdrawn: count.describe('Definitions that nobody is shown; see its tools.'),
    breakers: z.array(breaker).optional().describe('Those that are not closed.'),
    calls: z.record(z.string(), count),
    load: z.record(z.string(), z.union([z.number(), z.boolean()])),
    endpoints: z
      .array(
        z.strictObject({
          endpoint: count.describe('Place in the configuration, from 1.'),
          state: z.enum(['up', 'down']),
          why: z.string().optional(),
        }),
      )
      .optional(),
  })
  .meta({ id: 'Server' });

export const serversAnswer = z.strictObject({ servers: z.array(serverAnswer) });

export const healthAnswer = z
  .strictObject({
    ready: z
      .boolean()
      .describe('As /readyz: every server was tried, one serves, and calls can be recorded.'),
    draining: z.boolean(),
    degraded: z
      .array(z.string())
      .describe('Servers that start, are down, drained, or in a crash loop.'),
    audit: z
      .array(z.string())
      .describe(
        'What is wrong with the audit log and its sinks; what was lost is said until the next start.',
      ),
    stopped: count.describe('Emergency stops in force.'),
    sessions: count,
    inFlight: count,
  })
  .meta({ id: 'Health' });

const toolFields = {
  server: z.string(),
  tool: z.string().describe('As the server calls it.'),
  sha256: sha256.describe('Of its definition, whatever the order of members.'),
  isShown: z.boolean(),
  why: z.string().describe("Why nobody is shown it; '' where it is shown."),
  lock: z
    .enum(['approved', 'changed', 'unknown', 'off'])
    .describe('How it stands to the lock file, or, without one, to what was first seen.'),
  approved: z.string().nullable().describe('Day.'),
  isBlocked: z.boolean().describe('Inspection does not let it through: approving does not help.'),
  rules: z.array(z.string()).describe('What inspection found in it.'),
};
export const toolsAnswer = z.strictObject({
  total: count,
  tools: z.array(z.strictObject(toolFields).meta({ id: 'Tool' })),
});
export const toolAnswer = z
  .strictObject({
    ...toolFields,
    definition: z.unknown().describe('As clients are shown it; null where it is blocked.'),
  })
  .meta({ id: 'ToolWithDefinition' });

export const callersAnswer = z.strictObject({
  callers: z.array(
    z
      .strictObject({
        id: z.string(),
        by: z.enum(['anonymous', 'api_key', 'jwt', 'introspection', 'mtls', 'stdio']),
        agent: z.string(),
        user: z.string(),
        tenant: z.string(),
        roles: z.array(z.string()),
        sessions: count,
        inFlight: count,
      })
      .meta({ id: 'Caller' }),
  ),
});

export const sessionsAnswer = z.strictObject({
  total: count,
  sessions: z.array(
    z
      .strictObject({
        handle: z.string().describe('Names the session here; clients know it by another id.'),
        caller: z.string(),
        route: z.string(),
        version: z.string(),
        client: z.string().describe('What the client calls itself.'),
        openedAt: time,
        usedAt: time,
        inFlight: count,
        attached: z.boolean().describe('Its client holds a stream open.'),
      })
      .meta({ id: 'Session' }),
  ),
});

export const endedAnswer = z.strictObject({ ended: count });

const limitFields = {
  id: z.string(),
  mode: z.enum(['enforce', 'observe']),
  refused: count.describe('Calls that it has refused, or, observing, would have.'),
};
export const limitsAnswer = z.strictObject({
  limits: z.array(z.strictObject(limitFields).meta({ id: 'Limit' })),
});
export const callerLimitsAnswer = z.strictObject({
  limits: z.array(
    z
      .strictObject({
        ...limitFields,
        rate: z.strictObject({ left: z.number(), burst: count }).optional(),
        quota: z.strictObject({ used: z.number(), count, resetsAt: time }).optional(),
        concurrent: z.strictObject({ running: count, max: count }).optional(),
      })
      .meta({ id: 'LimitOfCaller' }),
  ),
});

export const stopBody = z
  .strictObject({
    kind: z.enum(STOP_KINDS),
    name: z
      .string()
      .max(600)
      .default('')
      .describe('A server, "server.tool" with stars, a caller, a tenant; nothing for "all".'),
  })
  .meta({ id: 'Stop' });
export const stopsAnswer = z.strictObject({
  stopped: z.array(
    z.strictObject({ kind: z.enum(STOP_KINDS), name: z.string(), since: z.string() }),
  ),
});

export const configAnswer = z
  .strictObject({
    hash: sha256.describe('Of the file, as sha256sum prints it.'),
    config: z.record(z.string(), z.unknown()).describe('In force, without its secrets.'),
  })
  .meta({ id: 'Configuration' });

export const differenceAnswer = z
  .strictObject({
    hash: sha256.nullable(),
    faults: z.array(z.string()).describe('Why the file cannot be used.'),
    changes: z.array(
      z.strictObject({
        path: z.string(),
        kind: z.enum(['added', 'removed', 'changed']),
        before: z.unknown().optional(),
        after: z.unknown().optional(),
      }),
    ),
    servers: z.strictObject({
      started: z.array(z.string()),
      ended: z.array(z.string()),
      replaced: z.array(z.string()),
    }),
    nextStart: z.array(z.string()).describe('Parts of the file that count at the next start only.'),
  })
  .meta({ id: 'Difference' });

export const reloadAnswer = z.strictObject({
  ok: z.boolean(),
  hash: sha256,
  faults: z.array(z.string()),
});

const text = z.string();
export const callsAnswer = z.strictObject({
  calls: z.array(
    z
      .strictObject({
        serial: count.describe('Counts the calls of this process.'),
        at: time.describe('When it ended.'),
        method: text,
        caller: text,
        by: text,
        tenant: text,
        address: text,
        session: text.describe("Handle; '' for a modern request."),
        route: text,
        server: text,
        tool: text.describe('As the server calls it.'),
        outcome: z.enum(['ok', 'tool_error', 'refused', 'failed', 'cancelled']),
        refusal: text.describe('Code of the refusal.'),
        rule: text.describe('Access rule that decided.'),
        approval: z
          .enum(['', 'asked', 'granted', 'denied', 'cancelled', 'expired', 'unavailable'])
          .describe('Where somebody was to approve it.'),
        findings: count.describe('Of inspection.'),
        cache: z.enum(['', 'hit', 'joined', 'miss', 'stale']),
        attempts: count,
        bytesIn: count,
        bytesOut: count,
        us: count.describe('Microseconds in all.'),
        trace: text,
        arguments: text
          .nullable()
          .describe(
            'JSON text, at most 2048 bytes of it; null where `audit.payloads` does not let them be kept, or is not there.',
          ),
      })
      .meta({ id: 'Call' }),
  ),
});

export const latencyAnswer = z.strictObject({
  latency: z.array(
    z
      .strictObject({
        server: z.string(),
        tool: z.string(),
        calls: count,
        p50: z.number(),
        p99: z.number(),
        p999: z.number(),
        max: z.number(),
      })
      .meta({ id: 'Latency' }),
  ),
});

export const approvalAnswer = z
  .strictObject({
    id: z.string().regex(/^[0-9a-f]{16}$/),
    call: count.describe('Serial of the call; the end of the id of its record.'),
    caller: text,
    agent: text,
    user: text,
    tenant: text,
    address: text,
    server: text,
    tool: text.describe('As the server calls it.'),
    why: text.describe('Why it must be approved.'),
    arguments: text
      .nullable()
      .describe(
        'JSON text without secrets, cut at 1000 characters; null where it may not be shown.',
      ),
    argumentsBytes: count.describe('Of the arguments as they are sent.'),
    askedAt: time,
    expiresAt: time,
  })
  .meta({ id: 'Approval' });
export const approvalsAnswer = z.strictObject({ approvals: z.array(approvalAnswer) });

export const approveBody = z.strictObject({
  sha256: sha256.describe('Of the definition that was looked at: another one is not approved.'),
});
