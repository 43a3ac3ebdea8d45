/**
 * Inspection under one configuration: what a piece of JSON holds, and what is to be done about it.
 *
 * Frozen like everything that a configuration makes; a reload builds another. What cannot be inspected, because it is too
 * large or takes too long, is refused: a check that cannot be made does not pass.
 */

import { type Refusal, refuse } from '../protocol/refusal.ts';
import { rulesWith } from './catalog.ts';
import { type InspectConfig, untilMs } from './config.ts';
import { type About, look } from './look.ts';
import { operatorRules } from './operator-rules.ts';
import { redact } from './redact.ts';
import type { Direction, Finding } from './rule.ts';
import type { RuleSet } from './rule-set.ts';
import { Judge, placesOf, type Verdict, wordsOf } from './verdict.ts';

/** What became of one piece of JSON: nothing to do, something that is only recorded, other bytes, or no. */
export type Outcome =
  | { readonly kind: 'flag'; readonly verdict: Verdict }
  | { readonly kind: 'rewritten'; readonly bytes: Buffer; readonly verdict: Verdict }
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly verdict: Verdict | null };

export class Inspection {
  readonly config: InspectConfig;
  readonly #judge: Judge;
  readonly #rules: RuleSet;
  readonly #isOn: Readonly<Record<Direction, boolean>>;

  constructor(config: InspectConfig) {
    this.config = config;
    this.#judge = new Judge(config);
    this.#rules = rulesWith(operatorRules(config.rules, config.dictionaries));
    const isOn = (direction: Direction) => config.mode === 'on' && !this.#judge.isIdle(direction);
    this.#isOn = {
      request: isOn('request'),
      response: isOn('response'),
      definition: isOn('definition'),
    };
  }

  get readsRequests(): boolean {
    return this.#isOn.request;
  }

  get readsResponses(): boolean {
    return this.#isOn.response;
  }

  get readsDefinitions(): boolean {
    return this.#isOn.definition;
  }

  /**
   * The JSON value in [start, end). Undefined where nothing counts; a promise where it is looked at elsewhere. Rewritten
   * are the whole bytes, with that value redacted.
   */
  inspect(
    bytes: Buffer,
    start: number,
    end: number,
    about: About,
  ): Outcome | undefined | Promise<Outcome | undefined> {
    if (end - start > this.config.maxBytes) {
      return this.config.oversize === 'pass' ? undefined : refused(TOO_LARGE);
    }
    const found = look(bytes, start, end, about, this.#rules, this.config);
    if (!(found instanceof Promise)) {
      return found.length === 0 ? undefined : this.#outcome(found, bytes, start, end, about);
    }
    return found.then(
      (findings) => this.#outcome(findings, bytes, start, end, about),
      // A thread that ended, a queue that is full: nobody has looked.
      (error: Error) => refused(error.name === 'AbortError' ? TOO_SLOW : NOT_INSPECTED),
    );
  }

  /** Findings with their actions, for reports: nothing is rewritten. */
  async verdict(bytes: Buffer, about: About, now: number): Promise<Verdict | undefined> {
    const findings = await look(bytes, 0, bytes.length, about, this.#rules, this.config);
    return this.#judge.judge(findings, about.direction, about, now);
  }

  #outcome(
    findings: readonly Finding[],
    bytes: Buffer,
    start: number,
    end: number,
    about: About,
  ): Outcome | undefined {
    const verdict = this.#judge.judge(findings, about.direction, about, Date.now());
    if (verdict === undefined) return undefined;
    if (verdict.action === 'flag') return { kind: 'flag', verdict };
    if (verdict.action === 'redact') {
      const toRedact = verdict.findings.filter(({ action }) => action === 'redact');
      const rewritten = redact(bytes, start, end, toRedact);
      if (rewritten !== undefined) return { kind: 'rewritten', bytes: rewritten, verdict };
    }
    return { kind: 'refused', refusal: blocked(verdict, about.direction), verdict };
  }

  /** Suppressions that count no more. */
  expired(now: number): InspectConfig['suppress'] {
    return this.config.suppress.filter(({ until }) => untilMs(until) < now);
  }
}

const TOO_LARGE = refuse('not_inspected', 'This is larger than the gateway inspects. Send less.');
const TOO_SLOW = refuse('not_inspected', 'This could not be inspected in time. Send less.');
const NOT_INSPECTED = refuse('not_inspected');

function refused(refusal: Refusal): Outcome {
  return { kind: 'refused', refusal, verdict: null };
}

/** What the caller is told: enough to do otherwise, nothing of what was found. */
function blocked({ findings }: Verdict, direction: Direction): Refusal {
  const found = placesOf(findings.filter(({ action }) => action === 'block'));
  // A redaction that could not be made blocks, too.
  const places = found.length > 0 ? found : placesOf(findings);
  const what = wordsOf(places);
  const words =
    direction === 'request'
      ? `The arguments hold ${what}. Nothing was sent. Take it out, or name where it is kept.`
      : `What the server answered holds ${what} and is not shown.`;
  return refuse('content_blocked', words, { direction, findings: places });
}
