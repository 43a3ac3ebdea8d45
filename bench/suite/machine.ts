/**
 * On what a run was made: without it a figure cannot be compared with any other.
 */

import { readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { PROJECT } from './roster.ts';

const PACKAGES = [
  '@rjweb/uws',
  'undici',
  'hdr-histogram-js',
  '@modelcontextprotocol/sdk',
  '@modelcontextprotocol/server-everything',
  'mcp-proxy',
  'supergateway',
  'autocannon',
];

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryMb: number;
  readonly os: string;
  readonly node: string;
  /** One, five and fifteen minutes, before the run: on a busy machine only ratios say anything. */
  readonly loadBefore: readonly number[];
  readonly packages: Readonly<Record<string, string>>;
}

export function machine(): Machine {
  const all = cpus();
  return {
    cpu: all[0]?.model.trim() ?? 'unknown',
    cores: all.length,
    memoryMb: Math.round(totalmem() / 2 ** 20),
    os: `${process.platform} ${release()} ${process.arch}`,
    node: process.version,
    loadBefore: loadavg().map((value) => Math.round(value * 100) / 100),
    packages: Object.fromEntries(PACKAGES.map((name) => [name, versionOf(name)])),
  };
}

function versionOf(name: string): string {
  try {
    const text = readFileSync(join(PROJECT, 'node_modules', name, 'package.json'), 'utf8');
    return (JSON.parse(text) as { version: string }).version;
  } catch {
    return 'not installed';
  }
}
