/**
 * The `telemetry` part of the file: what the gateway says about itself, to the operator and nobody else.
 */

import { z } from 'zod';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;

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
    stopwatch: z
      .boolean()
      .default(false)
      .describe(
        'Time how long calls occupy the gateway itself. SIGUSR2 writes the figures since the last one to stderr, as one JSON line. For measurements: it reads the clock some eight times per call. Takes effect at the next start.',
      ),
  })
  .prefault({})
  .describe('What the gateway says about itself.');

export type TelemetryConfig = Readonly<z.output<typeof telemetrySchema>>;
