/**
 * The `servers`, `naming` and `virtual` parts of the file: which MCP servers stand behind the gateway.
 *
 * An entry with `command` is a local program, an entry with `url` a remote server; `kind` is filled in here so that
 * nobody else guesses. The keys of desktop clients are accepted so that their files can be used as they are. What
 * `env` and `headers` hold is secret: no message made here quotes a value.
 */

import { z } from 'zod';
import { poolSchema } from './config-pool.ts';
import {
  headersSchema,
  probeSchema,
  remoteShape,
  urlSchema,
  weightSchema,
} from './config-remote.ts';
import { cachesPersonal, failureKeys } from './policy-config.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Endpoints of one server; a start may have to try them all. */
const ENDPOINTS_MAX = 16;

/** A name becomes a path segment and a prefix of tool names; /mcp/v/NAME is taken by virtual servers. */
export const serverName = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,32}$/, '1 to 32 of A-Z a-z 0-9 _ -')
  .refine((name) => name !== 'v', 'another name: "v" is taken by virtual servers (/mcp/v/NAME)');

/** Also on virtual servers. */
const tenants = z
  .array(z.string().min(1).max(256))
  .min(1)
  .max(1024)
  .optional()
  .describe('Tenants that it belongs to. For callers of others it does not exist.');

const common = {
  tenants,
  probe: probeSchema,
  timeoutMs: z
    .int()
    .min(1)
    .max(DAY_MS)
    .default(60_000)
    .describe('How long one call may wait for its answer.'),
  startMs: z
    .int()
    .min(1)
    .max(HOUR_MS)
    .default(15_000)
    .describe('How long the server may take to start and shake hands.'),
  ...failureKeys,
  disabled: z.boolean().default(false).describe('Keeps the entry but does not start it.'),
  autoApprove: z
    .array(z.string())
    .max(4096)
    .optional()
    .describe('Accepted from desktop clients and ignored.'),
  alwaysAllow: z
    .array(z.string())
    .max(4096)
    .optional()
    .describe('Accepted from desktop clients and ignored.'),
};

const NOT_PERSONAL = {
  path: ['tools'],
  message:
    'no `cache` where `pool.mode` is `session`: what one session left in its process is not for others',
};

const noNul = (value: string) => !value.includes('\0');

const commandShape = {
  command: z
    .string()
    .min(1)
    .max(4096)
    .refine(noNul, 'text without NUL')
    .describe('Program to run, found through PATH; never given to a shell.'),
  args: z
    .array(
      z
        .string()
        .max(128 * KIB)
        .refine(noNul, 'text without NUL'),
    )
    .max(1024)
    .default([])
    .describe('Its arguments, one by one.'),
  env: z
    .record(
      z.string().regex(/^[^=\0]{1,256}$/, 'a name without "="'),
      z
        .string()
        .max(128 * KIB)
        .refine(noNul, 'text without NUL'),
    )
    .default({})
    .describe(
      'Environment variables besides the few that every child inherits (PATH, HOME, LANG and such). ' +
        `Put secrets here as \${env:NAME} or \${file:PATH}.`,
    ),
  cwd: z
    .string()
    .min(1)
    .max(4096)
    .refine(noNul, 'text without NUL')
    .optional()
    .describe('Folder to run in, relative to the folder of this file, which is also the default.'),
};

const commandsSchema = z
  .array(z.strictObject({ ...commandShape, weight: weightSchema }))
  .min(1)
  .max(ENDPOINTS_MAX)
  .describe(
    'Instead of `command`: several programs that stand for each other, each with its own `args`, `env` and `cwd`. ' +
      'Each new process is one of them, by weight; one that does not start is passed over for a while.',
  );

export const stdioServerSchema = z
  .strictObject({
    ...commandShape,
    command: commandShape.command.optional(),
    commands: commandsSchema.optional(),
    url: z.never().optional(),
    urls: z.never().optional(),
    type: z
      .literal('stdio')
      .optional()
      .describe('Accepted from desktop clients; implied by `command`.'),
    transportType: z
      .literal('stdio')
      .optional()
      .describe('Accepted from desktop clients; implied by `command`.'),
    // An SDK server answers 20,000 requests a second with 64 in flight and no more with 128 (measured); those that
    // wait for something else gain by more of them.
    pool: poolSchema(128),
    ...common,
    lineBytesMax: z
      .int()
      .min(KIB)
      .max(256 * MIB)
      .default(16 * MIB)
      .describe('Longest line that the server may write; a longer one is skipped.'),
  })
  .refine((entry) => !cachesPersonal(entry), NOT_PERSONAL)
  .refine((entry) => (entry.command === undefined) !== (entry.commands === undefined), {
    message: 'a server with either "command" or "commands"',
  })
  .refine(({ commands, args, env, cwd }) => {
    const isBare = args.length === 0 && Object.keys(env).length === 0 && cwd === undefined;
    return commands === undefined || isBare;
  }, 'a server whose `args`, `env` and `cwd` stand with each of its `commands`')
  .transform(
    ({
      command,
      commands,
      args,
      env,
      cwd,
      url: _,
      urls: _s,
      type: _t,
      transportType: _tt,
      autoApprove: _a,
      alwaysAllow: _w,
      ...entry
    }) => ({
      kind: 'stdio' as const,
      commands: commands ?? [{ command: command ?? '', args, env, cwd, weight: 1 }],
      ...entry,
    }),
  );

const REMOTE_TYPES = ['http', 'streamable-http', 'streamableHttp', 'sse'] as const;

export const httpServerSchema = z
  .strictObject({
    url: urlSchema.optional(),
    urls: z
      .array(z.strictObject({ url: urlSchema, weight: weightSchema }))
      .min(1)
      .max(ENDPOINTS_MAX)
      .optional()
      .describe(
        'Instead of `url`: several endpoints that stand for each other. Each new link goes to one of them, by weight; ' +
          'one that fails is passed over for a while.',
      ),
    command: z.never().optional(),
    commands: z.never().optional(),
    transport: z
      .enum(['http', 'sse', 'auto'])
      .optional()
      .describe(
        'Streamable HTTP (http), the HTTP+SSE of 2024-11-05 (sse), or find out (auto). Default: what `type` says, else auto.',
      ),
    type: z.enum(REMOTE_TYPES).optional().describe('`transport` as desktop clients call it.'),
    transportType: z
      .enum(REMOTE_TYPES)
      .optional()
      .describe('`transport` as desktop clients call it.'),
    headers: headersSchema,
    pool: poolSchema(1024),
    ...common,
    ...remoteShape,
    bodyBytesMax: z
      .int()
      .min(KIB)
      .max(256 * MIB)
      .default(16 * MIB)
      .describe('Largest answer, or event of a stream, in bytes.'),
  })
  .refine((entry) => !cachesPersonal(entry), NOT_PERSONAL)
  .refine((entry) => (entry.url === undefined) !== (entry.urls === undefined), {
    message: 'a server with either "url" or "urls"',
  })
  .refine(
    ({ http2, url, urls = [] }) =>
      !http2 || [url ?? '', ...urls.map((one) => one.url)].every((one) => !/^http:/i.test(one)),
    'a server whose addresses are https:// where `http2` is on',
  )
  .transform(
    ({
      url,
      urls,
      command: _,
      commands: _s,
      type,
      transportType,
      transport,
      autoApprove: _a,
      alwaysAllow: _w,
      ...entry
    }) => ({
      kind: 'http' as const,
      urls: urls ?? [{ url: url ?? '', weight: 1 }],
      transport: transport ?? transportOf(type ?? transportType),
      ...entry,
    }),
  );

function transportOf(type: (typeof REMOTE_TYPES)[number] | undefined): 'http' | 'sse' | 'auto' {
  if (type === undefined) return 'auto';
  return type === 'sse' ? 'sse' : 'http';
}

export const serverSchema = z.union([stdioServerSchema, httpServerSchema]);

export const serversSchema = z
  .record(serverName, serverSchema)
  .refine((servers) => Object.keys(servers).length <= 1024, 'at most 1024 servers')
  .describe('The MCP servers behind the gateway, by name.');

export const namingSchema = z
  .strictObject({
    prefix: z
      .enum(['auto', 'always', 'never'])
      .default('auto')
      .describe(
        'Whether names on a route carry their server in front. `auto` does so where a route has several servers.',
      ),
    separator: z
      .string()
      .regex(/^[A-Za-z0-9_-]{1,4}$/, '1 to 4 of A-Z a-z 0-9 _ -')
      .default('__')
      .describe('What stands between server and name.'),
  })
  .prefault({})
  .describe('How tools, prompts and resources are named on a route.');

const subject = /^[A-Za-z0-9_-]{1,32}\..{1,256}$/;

/** One virtual server: a choice of tools under names of its own. */
const oneVirtualSchema = z.strictObject({
  tenants,
  tools: z
    .array(
      z
        .string()
        .max(512)
        .regex(/^[A-Za-z0-9_*-]{1,32}\..{1,256}$/, '"server.tool", with * for any text'),
    )
    .max(4096)
    .default([])
    .describe('Patterns "server.tool" over original names, with * for any text.'),
  rename: z
    .record(
      z.string().regex(subject, '"server.tool"'),
      z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, '1 to 64 of A-Z a-z 0-9 _ -'),
    )
    .default({})
    .describe('New names, by "server.tool"; a tool named here need not be listed in `tools`.'),
});

export const virtualSchema = z
  .record(z.string().regex(/^[A-Za-z0-9_-]{1,32}$/, '1 to 32 of A-Z a-z 0-9 _ -'), oneVirtualSchema)
  .default({})
  .describe('Virtual servers: a choice of tools of all servers, each at /mcp/v/NAME.');

export type StdioServerConfig = Readonly<z.output<typeof stdioServerSchema>>;
/** What it takes to start one program. */
export type ProgramConfig = Readonly<
  Omit<StdioServerConfig['commands'][number], 'weight'> & { lineBytesMax: number }
>;
export type HttpServerConfig = Readonly<z.output<typeof httpServerSchema>>;
export type ServerConfig = StdioServerConfig | HttpServerConfig;
export type NamingConfig = Readonly<z.output<typeof namingSchema>>;
export type VirtualConfig = Readonly<z.output<typeof oneVirtualSchema>>;
