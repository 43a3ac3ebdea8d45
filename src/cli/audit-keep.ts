/**
 * `sluice audit prune`, `hold` and `keygen`: how long records are kept, and by which key they are sealed.
 */

import { writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import {
  newKeys,
  outdated,
  pruneOffline,
  readHolds,
  segmentsIn,
  writeHolds,
} from '../audit/audit.ts';
import { type FolderOptions, folderOf, TIME_WORDS, timeOf } from './audit.ts';
import { EXIT, type Exit } from './exit.ts';
import { absolute } from './file.ts';
import { load } from './load.ts';
import type { Terminal } from './terminal.ts';

interface PruneOptions extends FolderOptions {
  readonly days?: string;
  readonly dryRun?: boolean;
}

export async function prune(terminal: Terminal, options: PruneOptions): Promise<Exit> {
  const dir = folderOf(terminal, options);
  if (dir === undefined) return EXIT.usage;
  const loaded = load(terminal, options.config);
  const audit = loaded.ok ? loaded.config.audit : undefined;
  const days = options.days === undefined ? audit?.retentionDays : daysOf(options.days);
  if (days === undefined) {
    terminal.err('Say how many days are kept: --days COUNT.');
    return EXIT.usage;
  }
  if (options.dryRun === true) {
    const open = segmentsIn(dir).at(-1)?.number ?? 0;
    const segments = await outdated(dir, open, days, Date.now());
    for (const { path } of segments) terminal.out(`would delete ${basename(path)}`);
    terminal.out(`${segments.length} segments are older than ${days} days and not held`);
    return EXIT.ok;
  }
  try {
    const count = await pruneOffline(dir, days, audit?.signKey ?? null, Date.now());
    terminal.out(`${count} segments were deleted, and the log says so`);
    return EXIT.ok;
  } catch (error) {
    terminal.err(`Nothing was deleted: ${(error as Error).message}`);
    return EXIT.unavailable;
  }
}

/** A number and nothing else: an empty text, as of a variable that is not set, would be 0, and all of the log would go. */
function daysOf(text: string): number | undefined {
  return /^\d{1,5}$/.test(text) ? Number(text) : undefined;
}

interface HoldOptions extends FolderOptions {
  readonly reason?: string;
  readonly from?: string;
  readonly to?: string;
  readonly release?: boolean;
}

export function hold(terminal: Terminal, name: string | undefined, options: HoldOptions): Exit {
  const dir = folderOf(terminal, options);
  const from = timeOf(options.from, false);
  const to = timeOf(options.to, true);
  if (from === undefined || to === undefined) terminal.err(TIME_WORDS);
  if (dir === undefined || from === undefined || to === undefined) return EXIT.usage;
  const holds = readHolds(dir);
  if (name === undefined) {
    if (options.json) terminal.json(holds);
    else if (holds.length === 0) terminal.out('nothing is held');
    else {
      terminal.table(
        ['HOLD', 'SINCE', 'FROM', 'TO', 'REASON'],
        holds.map((one) => [one.name, one.since, one.from || 'ever', one.to || 'ever', one.reason]),
      );
    }
    return EXIT.ok;
  }
  const others = holds.filter((one) => one.name !== name);
  if (options.release === true) {
    if (others.length === holds.length) {
      terminal.err(`There is no hold "${name}".`);
      return EXIT.wrong;
    }
    writeHolds(dir, others);
    terminal.out(`"${name}" is released`);
    return EXIT.ok;
  }
  if (from !== '' && to !== '' && to < from) {
    terminal.err('Such a hold would cover nothing: it ends before it begins.');
    return EXIT.usage;
  }
  const since = new Date().toISOString();
  writeHolds(dir, [...others, { name, reason: options.reason ?? '', since, from, to }]);
  terminal.out(`"${name}" is held: nothing that it covers is deleted`);
  return EXIT.ok;
}

export function keygen(terminal: Terminal, file: string): Exit {
  const path = absolute(terminal, file);
  const { privateKey, publicKey, id } = newKeys();
  try {
    writeFileSync(path, privateKey, { mode: 0o600, flag: 'wx' });
    writeFileSync(`${path}.pub`, publicKey, { mode: 0o644, flag: 'wx' });
  } catch (error) {
    terminal.err(`The key was not written: ${(error as Error).message}`);
    return EXIT.usage;
  }
  terminal.out(`key ${id}: ${file} (keep it from everybody) and ${file}.pub`);
  terminal.out(`audit: { signKey: "\${file:${file}}" }`);
  return EXIT.ok;
}
