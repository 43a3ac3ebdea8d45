/**
 * Inspection under one configuration: what a piece of JSON holds, and what is to be done about it.
 *
 * Frozen like everything that a configuration makes; a reload builds another. What cannot be inspected, because it is too
 * large or takes too long, is refused: a check that cannot be made does not pass.
 */

import { type Refusal, refuse } from '../protocol/refusal.ts';
import { OWN_RULES, rulesWith } from './catalog.ts';
import { Classifier } from './classifier.ts';
import { Clean, type Cut } from './clean.ts';
import type { InspectConfig } from './config.ts';
import { type About, look } from './look.ts';
import { operatorRules } from './operator-rules.ts';
import { loadOf, NO_LOAD, type PoolLoad } from './pool.ts';
import { Preparation } from './preparation.ts';
import { Names, redact } from './redact.ts';
import type { Confidence, Direction, Finding } from './rule.ts';
import type { RuleSet } from './rule-set.ts';
import { Judge, placesOf, type Verdict, wordsOf } from './verdict.ts';

/** What is hidden in what is hidden comes to light one by one; deeper nobody hides by accident. */
const ROUNDS_MAX = 3;
/** At first there is enough to do: servers are connected, their lists inspected, and the first messages come. */
const PREPARE_AFTER_MS = 5000;
/** From then on a fifth of the time of the next quarter of a minute. */
const PREPARE_EVERY_MS = 10;

/** What became of one piece of JSON: nothing to do, something that is only recorded, other bytes, or no. */
export type Outcome =
  | { readonly kind: 'flag'; readonly verdict: Verdict }
  | { readonly kind: 'rewritten'; readonly bytes: Buffer; readonly verdict: Verdict }
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly verdict: Verdict | null };

export class Inspection {
  readonly config: InspectConfig;
  readonly #judge: Judge;
  #made: RuleSet | undefined;
  readonly #cleanBeside = new Clean({ places: 256, bytesMax: 4096 });
  /** Four megabytes each, at most. */
  readonly #clean = {
    request: new Clean({ places: 512, bytesMax: 8192 }),
    response: new Clean({ places: 512, bytesMax: 8192 }),
  };
  readonly #classifier: Classifier | null;
  /** Made when something is shown for the first time. */
  #showing: Inspection | undefined;
  readonly #isOn: Readonly<Record<Direction, boolean>>;

  constructor(config: InspectConfig) {
    this.config = config;
    this.#judge = new Judge(config);
    const { classifier, mode } = config;
    this.#classifier = classifier === undefined ? null : new Classifier(classifier);
    const isAsked = (direction: Direction) => classifier?.directions.includes(direction) === true;
    const isOn = (direction: Direction) =>
      mode === 'on' && (isAsked(direction) || !this.#judge.isIdle(direction));
    this.#isOn = {
      request: isOn('request'),
      response: isOn('response'),
      definition: isOn('definition'),
    };
  }

  /** Compiled when they are first asked for: not at all where inspection is off. */
  get #rules(): RuleSet {
    if (this.#made !== undefined) return this.#made;
    this.#made = rulesWith({
      rules: operatorRules(this.config),
      knownValues: this.config.knownValues ?? [],
      canaryKey: this.config.canaryKey,
      hasPii: this.config.pii.request !== 'off' || this.config.pii.response !== 'off',
      off: this.#judge.off,
    });
    // Seconds in all, which the first few thousand messages would wait for: it is done in pieces between them instead.
    let afterMs = PREPARE_AFTER_MS;
    Preparation.of(this.#made).begin((next) => {
      setTimeout(next, afterMs).unref();
      afterMs = PREPARE_EVERY_MS;
    });
    return this.#made;
  }

  /** Makes everything ready, so that no message pays for what is made once. Takes a second or so. */
  warm(): void {
    for (let rule = 0; rule < this.#rules.rules.length; rule++) this.#rules.expression(rule);
    const bytes = Buffer.from('{"description":"Words, d29yZHM=, %77ords, w\\u043erds."}');
    for (const direction of ['request', 'response', 'definition'] as const) {
      void look(
        bytes,
        0,
        bytes.length,
        { direction, tool: '', definition: null },
        this.#rules,
        this.config,
      );
    }
  }

  /** What is left of making it ready, in this thread; nothing where nothing has to be inspected. */
  get unready(): number {
    if (!Object.values(this.#isOn).includes(true)) return 0;
    return this.#made === undefined ? OWN_RULES.length : Preparation.of(this.#made).left;
  }

  /** What its threads have to do. */
  get load(): PoolLoad {
    return this.#made === undefined ? NO_LOAD : loadOf(this.#made);
  }

  /** Whether a call or its answer may count against the calls that follow it. */
  get watchesSessions(): boolean {
    const { taint, sequence } = this.config.session;
    return this.config.mode === 'on' && (taint !== 'off' || sequence !== 'off');
  }

  /** Whether texts of consecutive messages are read as one. */
  get joinsCalls(): boolean {
    return this.config.mode === 'on' && this.config.session.fragments === 'on';
  }

  get readsRequests(): boolean {
    return this.#isOn.request;
  }

  get readsResponses(): boolean {
    return this.#isOn.response;
  }

  /** Whether what passes in this direction was rid of every secret that is known here. */
  clearsSecrets(direction: 'request' | 'response'): boolean {
    return this.#isOn[direction] && this.config.secrets[direction] !== 'off';
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
    const outcome = this.inspectAlone(bytes, start, end, about);
    if (this.#classifier?.wants(about, end - start) !== true) return outcome;
    return this.#secondOpinion(this.#classifier, outcome, { bytes, start, end, about });
  }

  /** By our rules only. */
  inspectAlone(
    bytes: Buffer,
    start: number,
    end: number,
    about: About,
  ): Outcome | undefined | Promise<Outcome | undefined> {
    if (end - start > this.config.maxBytes) {
      return this.config.oversize === 'pass' ? undefined : refused(TOO_LARGE);
    }
    const clean = about.direction === 'definition' ? null : this.#clean[about.direction];
    // What is found depends on nothing else: the definition is the same object for as long as it is in force.
    const scope = about.definition ?? about.tool;
    const all = { bytes, start, end, cutStart: end, cutEnd: end };
    if (clean?.has(all, scope) === true) {
      // It came, though nothing had to be read: what comes next may have to be (preparation.ts).
      this.#rules.messages++;
      return undefined;
    }
    const judge = (findings: readonly Finding[]) => {
      if (findings.length > 0) return this.#outcome(findings, bytes, start, end, about);
      clean?.notice(all, scope);
      return undefined;
    };
    const found = look(bytes, start, end, about, this.#rules, this.config);
    return found instanceof Promise ? found.then(judge, notInspected) : judge(found);
  }

  /** What passes by our rules is judged by the classifier as well, as it would pass: without what was redacted. */
  async #secondOpinion(
    classifier: Classifier,
    looking: Outcome | undefined | Promise<Outcome | undefined>,
    { bytes, start, end, about }: Piece,
  ): Promise<Outcome | undefined> {
    const outcome = await looking;
    if (outcome?.kind === 'refused') return outcome;
    const content = withoutSecrets(bytes, start, end, outcome);
    const said = content === undefined ? UNANSWERED : await classifier.ask(content, about);
    if (said.verdict === 'pass') return outcome;
    if (said.verdict === 'failed' && classifier.isFailClosed) return refused(UNCLASSIFIED);
    const { class: kind, rule } = 'class' in said ? said : UNJUDGED;
    const finding = { ...NOWHERE, class: kind, rule };
    const action = said.verdict === 'block' ? 'block' : 'flag';
    const verdict = this.#judge.decided(finding, action, about, Date.now());
    if (verdict === undefined) return outcome;
    if (action === 'block') {
      return { kind: 'refused', refusal: blocked(verdict, about), verdict };
    }
    if (outcome === undefined) return { kind: 'flag', verdict };
    const findings = [...outcome.verdict.findings, ...verdict.findings];
    return { ...outcome, verdict: { ...outcome.verdict, findings } };
  }

  /**
   * A JSON value as it may be shown to somebody who is to decide over it: without secrets, whatever is done about them
   * where they pass. Undefined where they cannot be taken out.
   */
  shown(
    bytes: Buffer,
    start: number,
    end: number,
    about: About,
  ): Buffer | undefined | Promise<Buffer | undefined> {
    this.#showing ??= new Inspection(showing(this.config));
    const take = (outcome: Outcome | undefined) => {
      if (outcome === undefined) return bytes.subarray(start, end);
      if (outcome.kind !== 'rewritten') return undefined;
      return outcome.bytes.subarray(start, end + outcome.bytes.length - bytes.length);
    };
    const outcome = this.#showing.inspectAlone(bytes, start, end, about);
    return outcome instanceof Promise ? outcome.then(take) : take(outcome);
  }

  /** Findings with their actions, for reports: nothing is rewritten. */
  async verdict(bytes: Buffer, about: About, now: number): Promise<Verdict | undefined> {
    const findings = await look(bytes, 0, bytes.length, about, this.#rules, this.config);
    return this.#judge.judge(findings, about.direction, about, now);
  }

  /** How sure it is that a name is shared with another server; undefined where that is not to count. */
  get sharedNames(): Confidence | undefined {
    const { sharedNames } = this.config.poisoning;
    if (sharedNames === 'off') return undefined;
    return sharedNames === 'flag' ? 'low' : 'high';
  }

  /** What is done about findings that were made elsewhere, of a definition. */
  judge(findings: readonly Finding[], about: About): Verdict | undefined {
    return this.#judge.judge(findings, about.direction, about, Date.now());
  }

  #outcome(
    findings: readonly Finding[],
    bytes: Buffer,
    start: number,
    end: number,
    about: About,
  ): Outcome | undefined | Promise<Outcome> {
    const verdict = this.#judge.judge(findings, about.direction, about, Date.now());
    if (verdict === undefined) return undefined;
    if (verdict.action === 'flag') return { kind: 'flag', verdict };
    if (verdict.action === 'redact') {
      return this.#redacted({ verdict, names: new Names(), about }, verdict, bytes, start, end, 1);
    }
    return { kind: 'refused', refusal: blocked(verdict, about), verdict };
  }

  /**
   * Takes out what has a place. What has none (it was hidden by an encoding, or was seen in what strings make together)
   * is gone with it, or it is not: then nothing is shown, as a placeholder elsewhere would leave the thing itself.
   */
  #redacted(
    first: { verdict: Verdict; names: Names; about: About },
    left: Verdict,
    bytes: Buffer,
    start: number,
    end: number,
    round: number,
  ): Outcome | Promise<Outcome> {
    const { verdict, names, about } = first;
    const toRedact = left.findings.filter(({ action }) => action === 'redact');
    const placed = toRedact.filter(hasPlace);
    const rewritten =
      placed.length === 0 || round > ROUNDS_MAX
        ? undefined
        : redact(bytes, start, end, placed, names);
    if (rewritten === undefined) {
      return { kind: 'refused', refusal: blocked(left, about), verdict };
    }
    if (placed.length === toRedact.length) return { kind: 'rewritten', bytes: rewritten, verdict };
    const newEnd = end + rewritten.length - bytes.length;
    const again = (findings: readonly Finding[]): Outcome | Promise<Outcome> => {
      const still = this.#judge.judge(findings, about.direction, about, Date.now());
      if (still === undefined || still.action === 'flag') {
        return { kind: 'rewritten', bytes: rewritten, verdict };
      }
      return this.#redacted(first, still, rewritten, start, newEnd, round + 1);
    };
    const found = look(rewritten, start, newEnd, about, this.#rules, this.config);
    return found instanceof Promise ? found.then(again, notInspected) : again(found);
  }

  /** Whether this text was looked at before and held nothing. */
  isKnownClean(cut: Cut, scope: string): boolean {
    return this.#cleanBeside.has(cut, scope);
  }

  /** Of a text that is said again and again. Not where a suppression may be why nothing counted: those end. */
  keepClean(cut: Cut, scope: string): void {
    if (this.config.suppress.length === 0) this.#cleanBeside.keep(cut, scope);
  }
}

/** Nothing but secrets, and personal data where it is looked for, all of it taken out. */
function showing(config: InspectConfig): InspectConfig {
  const none = { request: 'off', response: 'off' } as const;
  return {
    ...config,
    mode: 'on',
    confidence: 'low',
    oversize: 'block',
    secrets: { ...none, request: 'redact' },
    pii: { ...none, request: config.pii.request === 'off' ? 'off' : 'redact' },
    injection: none,
    poisoning: { tools: 'off', sharedNames: 'off' },
    arguments: { request: 'off' },
    suppress: [],
    classifier: undefined,
  };
}

interface Piece {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
  readonly about: About;
}

const UNANSWERED = { verdict: 'failed' } as const;
const UNJUDGED = { class: 'injection', rule: 'classifier.failed' } as const;
const UNCLASSIFIED = refuse('not_inspected', 'The classifier of this gateway gave no answer.');
const NOWHERE = { confidence: 'high', path: '', steps: [], span: null, leaf: null } as const;

/**
 * What a classifier may see: what passes, without secrets. One that is only recorded passes to client or server, and goes
 * nowhere else. Undefined where it cannot be taken out.
 */
function withoutSecrets(
  bytes: Buffer,
  start: number,
  end: number,
  outcome: Exclude<Outcome, { kind: 'refused' }> | undefined,
): Buffer | undefined {
  const all = outcome?.verdict.findings ?? [];
  const isLeft = all.some((one) => one.class === 'secret' && one.action === 'flag');
  let passing: Buffer | undefined = outcome?.kind === 'rewritten' ? outcome.bytes : bytes;
  if (isLeft) {
    const toRedact = all.filter((one) => one.class === 'secret' || one.action === 'redact');
    passing = redact(bytes, start, end, toRedact, new Names());
  }
  return passing?.subarray(start, end + passing.length - bytes.length);
}

const TOO_LARGE = refuse('not_inspected', 'This is larger than the gateway inspects. Send less.');
const TOO_SLOW = refuse('not_inspected', 'This could not be inspected in time. Send less.');
const NOT_INSPECTED = refuse('not_inspected');

function hasPlace({ span, leaf }: Finding): boolean {
  return span !== null && leaf !== null && leaf.isMade !== true;
}

/** A thread that ended, a time that is over, a queue that is full. */
function notInspected(error: Error): Outcome {
  return refused(error.name === 'AbortError' ? TOO_SLOW : NOT_INSPECTED);
}

function refused(refusal: Refusal): Outcome {
  return { kind: 'refused', refusal, verdict: null };
}

/** What the caller is told: enough to do otherwise, nothing of what was found. */
function blocked({ findings }: Verdict, { direction, isBeside }: About): Refusal {
  const found = placesOf(findings.filter(({ action }) => action === 'block'));
  // A redaction that could not be made blocks, too.
  const places = found.length > 0 ? found : placesOf(findings);
  const what = wordsOf(places);
  const words =
    direction === 'request'
      ? `${isBeside === true ? 'What goes with the request holds' : 'The arguments hold'} ${what}. Nothing was sent. Take it out, or name where it is kept.`
      : `What the server answered holds ${what} and is not shown.`;
  return refuse('content_blocked', words, { direction, findings: places });
}
