/**
 * `sluice access replay`: what the rules of a file would have decided otherwise about calls that were recorded.
 *
 * Nothing is started. A call whose arguments the log has not kept can be judged only where no rule looks at them; the others
 * are counted.
 */

import { existsSync } from 'node:fs';
import type { AuditRecord } from '../audit/audit.ts';
import { ANONYMOUS, type Caller } from '../model.ts';
import { type Decision, judgeable, Policy, type Subject } from '../policy/policy.ts';
import { answers, type QuestionOptions, questionOf } from './audit-query.ts';
import { EXIT, type Exit } from './exit.ts';
import { absolute } from './file.ts';
import { loadOrSay } from './load.ts';
import type { Terminal } from './terminal.ts';

const KINDS: Readonly<Record<string, Subject['kind']>> = {
  'tools/call': 'tool',
  'prompts/get': 'prompt',
  'resources/read': 'resource',
};
/** Refusals by which rules speak; `unknown_…` where they hide, and then the record has the rule. */
const VERDICTS: Readonly<Record<string, Decision['verdict']>> = {
  unknown_tool: 'hidden',
  unknown_prompt: 'hidden',
  unknown_resource: 'hidden',
  forbidden: 'forbidden',
  insufficient_scope: 'insufficient_scope',
};
const HINTS = { readOnly: false, destructive: true, idempotent: false, openWorld: true };
/** What `decide` says where it was given no arguments and needs some. */
const NEEDS_ARGUMENTS = 'arguments too large';

interface Difference {
  readonly caller: string;
  readonly tool: string;
  readonly was: string;
  readonly wasBy: string;
  readonly would: string;
  readonly by: string;
  calls: number;
  /** Of the newest of them. */
  id: string;
}

export async function replay(
  terminal: Terminal,
  folder: string,
  conditions: readonly string[],
  options: QuestionOptions,
): Promise<Exit> {
  const config = loadOrSay(terminal, options.config, options.json);
  const question = questionOf(terminal, conditions, options);
  if (config === undefined || question === undefined) return EXIT.usage;
  const dir = absolute(terminal, folder);
  if (!existsSync(dir)) {
    terminal.err(`There is no audit log at ${dir}.`);
    return EXIT.usage;
  }
  const policy = Policy.of(config.access, config.servers, config.virtual);
  const differences = new Map<string, Difference>();
  const counts = { calls: 0, same: 0, different: 0, unjudged: 0 };
  for await (const { record } of answers(terminal, dir, question)) {
    const kind = KINDS[String(record.method)];
    if (record.kind !== 'call' || kind === undefined || !isKnown(record)) continue;
    counts.calls += 1;
    const decision = decided(policy, record, kind);
    if (decision.by === NEEDS_ARGUMENTS) counts.unjudged += 1;
    else if (decision.verdict === verdictOf(record)) counts.same += 1;
    else {
      counts.different += 1;
      note(differences, record, decision);
    }
  }
  const all = [...differences.values()].toSorted((a, b) => b.calls - a.calls);
  if (options.json) terminal.json({ ...counts, differences: all });
  else say(terminal, counts, all);
  return counts.different === 0 ? EXIT.ok : EXIT.wrong;
}

/** Something that a server has. */
function isKnown({ server, original }: AuditRecord): boolean {
  return (
    typeof server === 'string' && server !== '' && typeof original === 'string' && original !== ''
  );
}

/** What was decided; whatever came later, limits or inspection, was allowed here. */
function verdictOf({ refusal, rule }: AuditRecord): Decision['verdict'] {
  const verdict = rule === '' ? undefined : VERDICTS[String(refusal)];
  return verdict ?? 'allowed';
}

function decided(policy: Policy, record: AuditRecord, kind: Subject['kind']): Decision {
  const { server, original, hints, address, route, version, time } = record;
  const subject: Subject = {
    kind,
    server: String(server),
    original: String(original),
    hints: { ...HINTS, ...(hints as object | undefined) },
  };
  const era = String(version) >= '2026' ? 'modern' : 'legacy';
  const moment = {
    now: Date.parse(String(time)),
    address: String(address ?? ''),
    route: String(route ?? ''),
    era,
  } as const;
  return policy.sight(callerOf(record)).decide(subject, moment, argumentsOf(record));
}

function callerOf({ caller }: AuditRecord): Caller {
  return { ...ANONYMOUS, ...(caller as Partial<Caller> | null) };
}

/** Undefined where the log has their hash only. */
function argumentsOf({ arguments: args }: AuditRecord): ReturnType<typeof judgeable> {
  if (args === undefined) return {};
  const isHash = Object.keys(args as object).join() === 'sha256,bytes';
  return isHash ? undefined : judgeable(args);
}

function note(differences: Map<string, Difference>, record: AuditRecord, decision: Decision): void {
  const caller = callerOf(record).id;
  const tool = `${String(record.server)}.${String(record.original)}`;
  const was = verdictOf(record);
  const { verdict: would, by } = decision;
  const key = JSON.stringify([caller, tool, was, would, by]);
  let difference = differences.get(key);
  if (difference === undefined) {
    difference = { caller, tool, was, wasBy: String(record.rule), would, by, calls: 0, id: '' };
    differences.set(key, difference);
  }
  difference.calls += 1;
  difference.id = String(record.id);
}

function say(
  terminal: Terminal,
  { calls, different, unjudged }: Readonly<Record<'calls' | 'different' | 'unjudged', number>>,
  differences: readonly Difference[],
): void {
  if (differences.length > 0) {
    terminal.table(
      ['CALLS', 'CALLER', 'TOOL', 'WAS', 'WOULD BE', 'BY', 'FOR INSTANCE'],
      differences.map((one) => [
        ...[String(one.calls), one.caller, one.tool, one.was, one.would, one.by, one.id],
      ]),
    );
  }
  terminal.out(`${different} of ${calls} recorded calls would be decided otherwise.`);
  if (unjudged > 0) {
    terminal.out(
      `${unjudged} cannot be judged: rules look at arguments, of which the log has the hash only.`,
    );
  }
}
