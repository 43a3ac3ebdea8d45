/**
 * One caller and one thing in a catalogue: what is decided already, and what is left to ask at each call.
 *
 *   caller and tool          once, when the two first meet
 *   + time, address, route   at each list and call: decides whether the thing is there at all
 *   + arguments              at each call: decides whether it may be called so
 *
 * Lists and calls go through the same three steps, and a list stops before the third: so nothing is listed that could
 * not be called with any arguments for a reason that was known, and nothing can be called that is not listed.
 *
 * Every clause is asked, and one that denies or fails wins over all that allow, whatever their order.
 */

import { sizeOf } from './arguments.ts';
import { type Clause, Needs, type Subject } from './clause.ts';
import { type Size, STEPS_MAX } from './cost.ts';
import type { Facts } from './expression.ts';

export type Verdict = 'allowed' | 'hidden' | 'forbidden' | 'insufficient_scope';

export interface Decision {
  readonly verdict: Verdict;
  /** The id of the clause that decided, 'access.default', or why none could. */
  readonly by: string;
  /** For the caller, where the clause has words of its own. */
  readonly message: string | undefined;
  /** All scopes that the tool needs, where one is missing. */
  readonly scopes: readonly string[];
  /** Ids of rules in mode observe that would have decided otherwise. */
  readonly observed: readonly string[];
}

export interface Case {
  readonly subject: Subject;
  /** Hidden whatever else is known: by this clause. */
  readonly deniedBy: string | null;
  /** Allowed by this clause, or by default; null where only a clause of `rest` could. */
  readonly grantedBy: string | null;
  readonly atMoment: readonly Clause[];
  readonly onSize: readonly Clause[];
  readonly onArguments: readonly Clause[];
  readonly observed: readonly Clause[];
  readonly scopes: readonly string[];
}

/** `clauses`: those that are for this caller and about this subject. `facts` need neither moment nor arguments. */
export function open(
  clauses: readonly Clause[],
  subject: Subject,
  facts: Facts,
  isAllowedByDefault: boolean,
  scopes: readonly string[],
): Case {
  let deniedBy: string | null = null;
  let grantedBy: string | null = null;
  for (const clause of clauses) {
    if (clause.isObserved || clause.needs !== Needs.nothing) continue;
    const holds = clause.holds(facts, subject);
    if (holds === 'error') deniedBy ??= `${clause.id} (error)`;
    else if (holds && clause.effect === 'deny') deniedBy ??= clause.id;
    else if (holds) grantedBy ??= clause.id;
  }
  const rest = (needs: number) => clauses.filter((one) => !one.isObserved && one.needs === needs);
  const hasArguments = subject.kind === 'tool' || subject.kind === 'prompt';
  return {
    subject,
    deniedBy,
    grantedBy: grantedBy ?? (isAllowedByDefault ? 'access.default' : null),
    atMoment: rest(Needs.moment),
    onSize: hasArguments ? rest(Needs.size) : [],
    onArguments: hasArguments ? rest(Needs.arguments) : [],
    observed: clauses.filter(
      (one) => one.isObserved && (hasArguments || one.needs !== Needs.arguments),
    ),
    scopes,
  };
}

/** True, or false, whatever moment and arguments are; null where it depends on them or must be said otherwise. */
export function settled(of: Case): boolean | null {
  if (of.observed.length > 0) return null;
  if (of.deniedBy !== null) return false;
  const { atMoment, onSize, onArguments, scopes } = of;
  if (atMoment.length + onSize.length + onArguments.length + scopes.length > 0) return null;
  return of.grantedBy !== null;
}

/** Whether it is there at this moment. */
export function isVisible(of: Case, facts: Facts): boolean {
  if (of.deniedBy !== null) return false;
  const moment = ask(of.atMoment, facts, of.subject);
  if (moment.deniedBy !== null) return false;
  if (of.grantedBy !== null || moment.grantedBy !== null) return true;
  return of.onArguments.some((clause) => clause.effect === 'allow');
}

/** `args`: undefined where there are too many to be judged. */
export function decide(of: Case, facts: Facts, areJudged: boolean): Decision {
  let left = STEPS_MAX;
  if (areJudged && of.onArguments.length + of.observed.length > 0) {
    const size = sizeOf(facts.args);
    left -= costOf(of.onArguments, facts, size);
    if (left >= 0) left -= costOf(of.observed, facts, size);
    else areJudged = false;
  }
  const decision = judge(of, facts, areJudged);
  if (of.observed.length === 0 || left < 0) return decision;
  const isAllowed = decision.verdict === 'allowed';
  const observed = of.observed.filter((clause) => {
    if (clause.needs === Needs.arguments && !areJudged) return false;
    const holds = clause.holds(facts, of.subject);
    if (clause.effect === 'deny') return isAllowed && holds !== false;
    return !isAllowed && decision.by === NOTHING && holds === true;
  });
  return { ...decision, observed: observed.map(({ id }) => id) };
}

function costOf(clauses: readonly Clause[], facts: Facts, size: Size): number {
  let steps = 0;
  for (const clause of clauses) steps += clause.cost(facts, size);
  return steps;
}

const NOTHING = 'nothing allows it';
const NONE: readonly string[] = [];

function judge(of: Case, facts: Facts, areJudged: boolean): Decision {
  const made = (verdict: Verdict, by: string, message?: string, scopes = NONE): Decision => {
    return { verdict, by, message, scopes, observed: NONE };
  };
  if (of.deniedBy !== null) return made('hidden', of.deniedBy);
  const moment = ask(of.atMoment, facts, of.subject);
  if (moment.deniedBy !== null) return made('hidden', moment.deniedBy);
  const grantedBy = of.grantedBy ?? moment.grantedBy;
  const couldBeGranted = of.onArguments.some((clause) => clause.effect === 'allow');
  if (grantedBy === null && !couldBeGranted) return made('hidden', NOTHING);
  if (of.scopes.length > 0) return made('insufficient_scope', 'scopes', undefined, of.scopes);
  const size = ask(of.onSize, facts, of.subject);
  if (size.deniedBy !== null) return made('forbidden', size.deniedBy, size.message);
  if (of.onArguments.length === 0) return made('allowed', grantedBy ?? NOTHING);
  if (!areJudged) return made('forbidden', 'arguments too large', TOO_LARGE);
  const last = ask(of.onArguments, facts, of.subject);
  if (last.deniedBy !== null) return made('forbidden', last.deniedBy, last.message);
  const by = grantedBy ?? last.grantedBy;
  return by === null ? made('forbidden', NOTHING) : made('allowed', by);
}

const TOO_LARGE = 'The arguments are larger than what the rules about this tool can judge.';

interface Asked {
  deniedBy: string | null;
  grantedBy: string | null;
  message: string | undefined;
}

function ask(clauses: readonly Clause[], facts: Facts, subject: Subject): Asked {
  const asked: Asked = { deniedBy: null, grantedBy: null, message: undefined };
  for (const clause of clauses) {
    const holds = clause.holds(facts, subject);
    if (holds === false) continue;
    if (holds === true && clause.effect === 'allow') {
      asked.grantedBy ??= clause.id;
    } else if (asked.deniedBy === null) {
      asked.deniedBy = holds === 'error' ? `${clause.id} (error)` : clause.id;
      asked.message = clause.message;
    }
  }
  return asked;
}
