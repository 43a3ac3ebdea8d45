/**
 * Loads the configuration for a command, and says every fault where there are any.
 */

import { relative } from 'node:path';
import {
  type Config,
  type Fault,
  faultLine,
  type Loaded,
  type LoadedPlaces,
  loadConfig,
  loadPlaces,
  type Wanted,
} from '../config/config.ts';
import type { RuleSetReport } from '../inspect/inspect.ts';
import { tlsFault } from '../lib/tls-files.ts';
import { absolute } from './file.ts';
import type { Terminal } from './terminal.ts';

export function load(terminal: Terminal, file: string): Loaded {
  return loadConfig(absolute(terminal, file), terminal.around.env);
}

/** The configuration, or undefined after its faults were said: on stdout as JSON where a script reads, else on stderr. */
export function loadOrSay(terminal: Terminal, file: string, json = false): Config | undefined {
  const loaded = load(terminal, file);
  if (loaded.ok) return loaded.config;
  if (json) terminal.json({ ok: false, faults: loaded.faults });
  else sayFaults(terminal, loaded.faults);
  return undefined;
}

/** Some keys of the configuration, or undefined after what is wrong with them was said. */
export function placesOrSay<const W extends Wanted>(
  terminal: Terminal,
  { config: file, json = false }: { readonly config: string; readonly json?: boolean },
  wanted: W,
): (LoadedPlaces<W> & { ok: true }) | undefined {
  const loaded = loadPlaces(absolute(terminal, file), terminal.around.env, wanted);
  if (loaded.ok) return loaded;
  if (json) terminal.json({ ok: false, faults: loaded.faults });
  else sayFaults(terminal, loaded.faults);
  return undefined;
}

export function sayFaults(terminal: Terminal, faults: readonly Fault[]): void {
  for (const fault of faults) terminal.err(`${mark(terminal)} ${line(terminal, fault)}`);
  const many = faults.length === 1 ? 'one fault' : `${faults.length} faults`;
  terminal.err(`The configuration cannot be used: ${many}. Nothing was started.`);
  if (faults.some((fault) => fault.words === 'this file does not exist')) {
    terminal.err('`sluice init` writes one; -c names another.');
  }
}

/** What is wrong with the files of the listeners' TLS: beside the file, and only there to be seen where it is to run. */
export function tlsFaults(terminal: Terminal, file: string, { listen, admin }: Config): Fault[] {
  return Object.entries({ listen, admin }).flatMap(([part, { tls }]) => {
    const fault = tls === undefined ? undefined : tlsFault(tls);
    if (fault === undefined) return [];
    const path = `${part}.tls.${fault.at}`;
    return [{ file: absolute(terminal, file), line: 0, column: 0, path, words: fault.words }];
  });
}

/** A fault with its file as one would type it from here. */
export function line(terminal: Terminal, fault: Fault): string {
  const near = relative(terminal.around.cwd, fault.file);
  return faultLine({ ...fault, file: near.startsWith('..') ? fault.file : near });
}

/** `acme 1.4.0, 12 rules, sha256 12345678…, rules/acme.yaml`. */
export function ruleSetLine(
  { around }: Terminal,
  { name, version, rules, sha256, file }: RuleSetReport,
): string {
  const words = `${name} ${version}, ${rules} ${rules === 1 ? 'rule' : 'rules'}, sha256 ${sha256.slice(0, 12)}`;
  if (file === undefined) return words;
  const near = relative(around.cwd, file);
  return `${words}, ${near.startsWith('..') ? file : near}`;
}

function mark(terminal: Terminal): string {
  return terminal.paint('red', 'fault:', 'stderr');
}
