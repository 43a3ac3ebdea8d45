/** Which rules are in force, in which version: those that come with Sluice, and packs. */

import { hash } from 'node:crypto';
import { VERSION } from '../protocol/identity.ts';
import { OWN_DETECTORS, OWN_RULES } from './catalog.ts';
import type { InspectConfig } from './config.ts';

export interface RuleSetReport {
  readonly name: string;
  readonly version: string;
  readonly rules: number;
  /** Of the file of a pack; of the expressions and anchors that come with Sluice. */
  readonly sha256: string;
  readonly file?: string;
}

export function ruleSets({ rulePacks = [] }: InspectConfig): RuleSetReport[] {
  const builtIn = {
    name: 'built in',
    version: VERSION,
    rules: OWN_RULES.length + OWN_DETECTORS.length,
    sha256: hash('sha256', JSON.stringify([OWN_RULES, OWN_DETECTORS]), 'hex'),
  };
  const packs = rulePacks.map(({ name, version, rules, dictionaries, sha256, file }) => ({
    name,
    version,
    rules: rules.length + dictionaries.length,
    sha256,
    file,
  }));
  return [builtIn, ...packs];
}
