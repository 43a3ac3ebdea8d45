/**
 * What SIGUSR2 writes: how this process is at this moment, for whoever is asked for help. One object, without secrets.
 *
 * Figures are those of /metrics without buckets; what else there is comes from those who keep it, who vouch that it may be shown.
 */

import { availableParallelism, release } from 'node:os';
import { performance } from 'node:perf_hooks';
import { VERSION } from '../protocol/identity.ts';
import type { Metrics } from './metrics.ts';

const TOOLS_MAX = 20;

export async function reportOf(metrics: Metrics | null, about: object): Promise<object> {
  const { rss, heapTotal, heapUsed, external } = process.memoryUsage();
  return {
    at: new Date().toISOString(),
    version: VERSION,
    node: process.version,
    platform: `${process.platform} ${process.arch} ${release()}`,
    cpus: availableParallelism(),
    pid: process.pid,
    upSeconds: Math.round(performance.now() / 1000),
    memory: { rss, heapTotal, heapUsed, external },
    resources: counted(process.getActiveResourcesInfo()),
    ...about,
    latency: (await metrics?.latency())?.slice(0, TOOLS_MAX) ?? [],
    metrics: (await metrics?.snapshot()) ?? {},
  };
}

function counted(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
