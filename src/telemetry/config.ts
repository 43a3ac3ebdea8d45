/**
 * The `telemetry` part of the file: what the gateway says about itself, to the operator and nobody else.
 */

import { z } from 'zod';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;

const url = z
  .string()
  .max(2048)
  .refine((value) => {
    if (!URL.canParse(value)) return false;
    const { protocol, username, password } = new URL(value);
    return /^https?:$/.test(protocol) && username === '' && password === '';
  }, 'an http:// or https:// URL without user and password');

const headers = z
  .record(
    z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}$/, 'an HTTP header name'),
    z
      .string()
      .max(16 * 1024)
      .regex(/^[\x20-\x7e]*$/, 'one line of visible ASCII'),
  )
  .default({})
  .describe(`Headers sent with every batch. Put secrets here as \${env:NAME} or \${file:PATH}.`);

const otlpSchema = z
  .strictObject({
    url: url.describe('Where spans are posted, as `http://127.0.0.1:4318/v1/traces`.'),
    headers,
    sample: z
      .number()
      .min(0)
      .max(1)
      .default(0.01)
      .describe('Part of the calls that are traced where nobody above has decided.'),
    followParents: z
      .boolean()
      .default(true)
      .describe(
        'Trace what a client says is traced, and nothing that it says is not. False where clients must not decide what is collected; `sample` counts for all then.',
      ),
    service: z
      .string()
      .min(1)
      .max(128)
      .default('sluice')
      .describe('What the gateway is called in traces: `service.name`.'),
  })
  .nullable()
  .default(null)
  .describe(
    'Traces: one span per call to a collector, by OTLP over HTTP in JSON. A trace that a client began is continued and passed on to the server, in `_meta` and in HTTP headers. Without it messages are not touched. Takes effect at the next start.',
  );

export type OtlpConfig = Readonly<NonNullable<z.output<typeof otlpSchema>>>;

export const telemetrySchema = z
  .strictObject({
    log: z
      .enum(LOG_LEVELS)
      .default('info')
      .describe('Least severity that is logged, as JSON lines on stderr.'),
    metrics: z
      .boolean()
      .default(true)
      .describe(
        'Count calls and time their stages, for /metrics and /api/latency on the admin listener: some 0.5 us per call. Takes effect at the next start.',
      ),
    slowCallMs: z
      .int()
      .min(0)
      .max(3_600_000)
      .default(10_000)
      .describe(
        'Calls that take longer are logged, with where their time went; 0 for none. Takes effect at the next start.',
      ),
    otlp: otlpSchema,
    stopwatch: z
      .boolean()
      .default(false)
      .describe(
        'Time how long calls occupy the gateway itself. What SIGUSR2 writes then has the figures since the last one. For measurements: it reads the clock some eight times per call. Takes effect at the next start.',
      ),
  })
  .prefault({})
  .describe('What the gateway says about itself.');

export type TelemetryConfig = Readonly<z.output<typeof telemetrySchema>>;
