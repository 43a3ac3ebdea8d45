/**
 * Everything that one run found, as it is written to bench/results: what was run, on what, and the figures.
 */

import type { AgentLoop } from './agent-loop.ts';
import type { AuditTrouble } from './audit-trouble.ts';
import type { BadTokens } from './bad-tokens.ts';
import type { BesideBig } from './beside-big.ts';
import type { ColdStart } from './cold-start.ts';
import type { Cell } from './figures.ts';
import type { Greedy } from './greedy.ts';
import type { HalfCapacity } from './half-capacity.ts';
import type { Inside } from './inside.ts';
import type { Machine } from './machine.ts';
import type { SessionFigures } from './memory.ts';
import type { Neighbours } from './neighbours.ts';
import type { PipeFigures } from './pipe.ts';
import type { Scraped } from './scraped.ts';
import type { SecondOpinion } from './second-opinion.ts';
import type { Scenario } from './settings.ts';
import type { SoakFigures } from './soak.ts';

export interface ChurnRow {
  readonly subject: string;
  readonly perSecond: readonly number[];
  readonly failed: number;
}

export interface Results extends Found {
  readonly date: string;
  readonly command: string;
  readonly machine: Machine;
  readonly settings: string;
  readonly rounds: number;
  readonly durationMs: number;
  readonly pinning: string;
  readonly subjects: readonly { readonly name: string; readonly what: string }[];
  /** What `sluice-on` turns on; empty where on equals off. */
  readonly features: readonly string[];
  readonly scenarios: readonly Scenario[];
}

/** What was asked, part by part. */
interface Found {
  readonly cells: Cell[];
  readonly pipe: PipeFigures[];
  readonly coldStarts: ColdStart[];
  readonly churn: ChurnRow[];
  readonly sessions: SessionFigures[];
  readonly soak: SoakFigures[];
  readonly halfCapacity: HalfCapacity[];
  readonly inside: Inside[];
  readonly neighbours: Neighbours[];
  readonly greedy: Greedy[];
  /** Runs recorded before there were these parts have none. */
  readonly badTokens?: BadTokens[];
  readonly auditTroubles?: AuditTrouble[];
  readonly besideBig?: BesideBig[];
  readonly scraped?: Scraped[];
  readonly agentLoops: AgentLoop[];
  secondOpinion: SecondOpinion | null;
  /** Whatever was left out, dropped, or went wrong. A run of our own subjects in which this is not empty has failed. */
  readonly faults: string[];
  goals: Goal[];
}

/** Before anything was asked. */
export function nothingFound(): Found {
  return {
    cells: [],
    pipe: [],
    coldStarts: [],
    churn: [],
    sessions: [],
    soak: [],
    halfCapacity: [],
    inside: [],
    neighbours: [],
    greedy: [],
    badTokens: [],
    auditTroubles: [],
    besideBig: [],
    scraped: [],
    agentLoops: [],
    secondOpinion: null,
    faults: [],
    goals: [],
  };
}

export interface Judged {
  /** null: not measured in this run. */
  readonly measured: string | null;
  readonly isReached: boolean | null;
}

export interface Goal extends Judged {
  readonly name: string;
  readonly limit: string;
  /** The same for Sluice without native code. */
  readonly nativeFree: Judged;
}

export function cellOf(results: Results, scenario: string, subject: string): Cell | undefined {
  return results.cells.find((cell) => cell.scenario === scenario && cell.subject === subject);
}

/** The subject that stands for "everything on": the same as off while there is nothing to turn on. */
export function onName(results: Pick<Results, 'features'>): string {
  return results.features.length === 0 ? 'sluice' : 'sluice-on';
}

/** The same without native code. */
export function nativeFreeOf(name: string): string {
  return name.replace('sluice', 'sluice-node');
}
