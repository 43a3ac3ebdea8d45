/**
 * All findings in one subject: its strings, read in every way, held against every rule.
 *
 * One pass of the automaton over each reading tells where anchors are, and the characters beside one whether a match may lie
 * around it (around.ts). Around those lie windows, as far as the rule reaches; windows of one rule that overlap are one; and only
 * in them the rule's expression is run. All of it is linear in the text: a window takes part in one run of an expression only, and
 * what all runs may read together, and what is read beside anchors, is bounded.
 * Where a bound is met the rest was not judged, so that is itself a finding, of each class that has rules here.
 */

import { ownRules } from './catalog.ts';
import { checkTime } from './deadline.ts';
import { Dfa } from './dfa.ts';
import { joinedOf } from './joined.ts';
import type { Match } from './linear.ts';
import type { Plain, PlainStrings, Signal } from './plain.ts';
import type { Finding, FindingClass, Leaf, Reading, Subject, View } from './rule.ts';
import type { RuleSet } from './rule-set.ts';
import { unitsOf } from './units.ts';
import { Budget, viewsOf } from './views.ts';

export const BOUNDS = {
  /** Characters of all strings, the joined ones included: more than `maxBytes` of the configuration has by default. */
  characters: 48 << 20,
  /** Characters that expressions read, over all windows and beside anchors … */
  confirmCharacters: 2 << 20,
  /** … and as many more for each character of the strings: ordinary prose needs nine, over all of its readings. */
  confirmTimes: 16,
  /** A message with more has not been written by accident; what is redacted must be short of it. */
  findings: 256,
  /** Low confidence, which is only recorded, and once for a rule in a string: no more are kept. */
  lowFindings: 4096,
} as const;
/** Windows grow to this and no further: then the next begins, which may overlap it as far as the rule reaches. */
const WINDOW_CHARACTERS = 1024;
const NONE: readonly Match[] = [];
/** What a match is charged beside its characters, as it calls `accepts`. */
const MATCH_CHARACTERS = 32;

export interface ExamineOptions {
  /** Every form of every reading is made, whether or not the scout thinks that it is worth it. */
  readonly isThorough?: boolean;
  /** On the clock of deadline.ts. */
  readonly until?: number;
}

/** Throws OutOfTime. */
export function examine(
  subject: Subject,
  rules: RuleSet = ownRules(),
  options: ExamineOptions = {},
): Finding[] {
  return new Examination(subject, rules, options).run();
}

/** Beside each string what was remembered of it. */
interface Read extends Reading {
  readonly views: readonly {
    readonly leaf: Leaf;
    readonly views: readonly View[];
    readonly plain: Plain | undefined;
  }[];
}

class Examination {
  readonly #subject: Subject;
  readonly #rules: RuleSet;
  readonly #isThorough: boolean;
  readonly #findings: Finding[] = [];
  /** What each finding of a rule is of: tells whether two are the same. */
  readonly #values: string[] = [];
  /** The window of each rule that is still open; `#end` 0 where there is none. */
  readonly #start: Int32Array;
  readonly #end: Int32Array;
  /** Where the last finding of each rule in this view ended: windows may overlap, findings not. */
  readonly #found: Int32Array;
  readonly #opened: number[] = [];
  readonly #windows = new Map<string, readonly Match[]>();
  /** Detectors one of whose anchors was seen. */
  #called = new Set<number>();
  /** Rules of low confidence that this string has met. */
  readonly #noted = new Set<number>();
  #lows = 0;
  #confirmLeft: number = BOUNDS.confirmCharacters;
  #isTooMuch = false;
  /** Not every reading was made. */
  #isCut = false;
  readonly #plain: PlainStrings;
  readonly #until: number;

  constructor(
    subject: Subject,
    rules: RuleSet,
    { isThorough = false, until = Number.POSITIVE_INFINITY }: ExamineOptions,
  ) {
    this.#subject = subject;
    this.#isThorough = isThorough;
    this.#until = until;
    this.#rules = rules;
    this.#plain = rules.plain(subject.direction);
    const { start, end, found } = rules.windows;
    this.#start = start;
    this.#end = end;
    this.#found = found;
  }

  run(): Finding[] {
    const reading = this.#read();
    for (const { leaf, views, plain } of reading.views) this.#leaf(leaf, views, plain);
    const findings = this.#settled();
    const { rules, detectors } = this.#rules;
    for (const [index, detector] of detectors.entries()) {
      if (findings.length - this.#lows >= BOUNDS.findings) this.#isTooMuch = true;
      if (this.#isTooMuch) break;
      if (!this.#rules.isOn(rules.length + index, this.#subject.direction)) continue;
      checkTime(this.#until);
      if (detector.anchors === undefined || this.#called.has(rules.length + index))
        findings.push(...detector.examine(reading, findings));
    }
    return this.#isTooMuch ? [...findings, ...tooMuch(this.#rules)] : findings;
  }

  /**
   * One finding for what several readings say. Where a value was found at a place that can be redacted, the same value in
   * a reading without places (JSON in that string, strings joined) adds nothing but would block what could be redacted.
   */
  #settled(): Finding[] {
    const places = new Set<string>();
    const placed = new Set<string>();
    const values = this.#values.map((value) => value.replace(/[^A-Za-z0-9]/g, ''));
    const isNew = this.#findings.map(({ rule, path, span, leaf }, index) => {
      if (span === null) return true;
      placed.add(`${rule} ${values[index]}`).add(`${rule} ${values[index]} ${path}`);
      const place = `${rule} ${leaf?.start} ${path} ${span}`;
      return places.size < places.add(place).size;
    });
    return this.#findings.filter(({ rule, path, span, leaf }, index) => {
      if (span !== null) return isNew[index];
      const within = leaf?.seams === undefined ? ` ${path}` : '';
      return !placed.has(`${rule} ${values[index]}${within}`);
    });
  }

  /** A string that was read before has what it had, and calls what it called. */
  #leaf(leaf: Leaf, views: readonly View[], plain: Plain | undefined): void {
    if (plain !== undefined) {
      for (const detector of plain.called) this.#called.add(detector);
      for (const signal of plain.signals) this.#signal(leaf, signal);
      return;
    }
    const before = this.#findings.length;
    const called = this.#called;
    this.#called = new Set();
    this.#noted.clear();
    for (const view of views) {
      checkTime(this.#until);
      this.#view(leaf, view);
    }
    if (this.#isPlain(leaf, before) && this.#plain.wants(leaf.text))
      this.#plain.keep(leaf.text, {
        views,
        called: [...this.#called],
        signals: this.#findings.slice(before).map((finding, at) => ({
          finding: { ...finding, leaf: null },
          value: this.#values[before + at]!,
        })),
      });
    for (const detector of this.#called) called.add(detector);
    this.#called = called;
  }

  /** Whether it may be kept with what was found in it, from this finding on: nothing that acts, so no secret either. */
  #isPlain({ seams, isMade }: Leaf, from: number): boolean {
    if (this.#isTooMuch || this.#isThorough || this.#isCut || seams !== undefined) return false;
    for (let at = from; at < this.#findings.length; at++)
      if (this.#findings[at]!.confidence !== 'low' || isMade === true) return false;
    return this.#lows < BOUNDS.lowFindings;
  }

  #signal(leaf: Leaf, { finding, value }: Signal): void {
    if (this.#lows >= BOUNDS.lowFindings) return;
    this.#lows += 1;
    const span = leaf.isMade === true ? null : finding.span;
    this.#findings.push({ ...finding, path: leaf.path, span, leaf });
    this.#values.push(value);
  }

  #read(): Read {
    const { leaves, direction } = this.#subject;
    const all = [...leaves, ...joinedOf(leaves)];
    const characters = all.reduce((sum, { text }) => sum + text.length, 0);
    const views: { leaf: Leaf; views: readonly View[]; plain: Plain | undefined }[] = [];
    if (characters > BOUNDS.characters) {
      this.#isTooMuch = true;
      return { subject: this.#subject, views };
    }
    this.#confirmLeft += BOUNDS.confirmTimes * characters;
    const budget = new Budget(characters, this.#until);
    const { texts } = budget;
    const worth = this.#isThorough ? undefined : this.#rules.scout(direction);
    for (const leaf of all) {
      // So many readings of each string, so many characters for all of them.
      budget.texts = texts;
      const isOwn = leaf.seams === undefined && !this.#isThorough;
      const plain = isOwn ? this.#plain.get(leaf.text) : undefined;
      views.push({
        leaf,
        views: plain?.views ?? viewsOf(leaf.text, budget, worth, leaf.isTight),
        plain,
      });
    }
    this.#isCut = budget.truncated.size > 0;
    // What is nested too deep or inflates too far was made so. Guesses that are left out as there are many are no reason to
    // refuse: ordinary code has more in a part of 8 KB than are made there.
    if (budget.truncated.has('depth') || budget.truncated.has('inflated')) this.#isTooMuch = true;
    return { subject: this.#subject, views };
  }

  #view(leaf: Leaf, view: View): void {
    try {
      this.#anchors(leaf, view);
      for (const rule of this.#opened) this.#close(leaf, view, rule);
    } finally {
      // Left as they were found, whatever happens: the next text has the same arrays.
      for (const rule of this.#opened) {
        this.#found[rule] = 0;
        this.#end[rule] = 0;
      }
      this.#opened.length = 0;
    }
  }

  #anchors(leaf: Leaf, view: View): void {
    const { rules } = this.#rules;
    const anchors = this.#rules.anchors(this.#subject.direction, view.form);
    const { automaton, literals, ruleFrom, ruleOf } = anchors;
    const { outputs } = automaton.tables;
    automaton.read(view.text);
    for (let at = automaton.next(); at >= 0; at = automaton.next()) {
      for (let output = automaton.first; output < automaton.last; output++) {
        const literal = outputs[output]!;
        for (let index = ruleFrom[literal]!; index < ruleFrom[literal + 1]!; index++) {
          const rule = ruleOf[index]!;
          if (rule >= rules.length) this.#called.add(rule);
          else if (this.#mayMatch(view, rule, literals[literal]!, at))
            this.#open(leaf, view, rule, at - literals[literal]!.length, at);
        }
      }
      if (this.#isTooMuch) break;
    }
  }

  /** An anchor ends at `to`. */
  #mayMatch(view: View, rule: number, anchor: string, to: number): boolean {
    if (this.#noted.has(rule)) return false;
    const around = this.#rules.around(rule, view.form);
    if (around === undefined) return true;
    const { reach } = this.#rules.rules[rule]!;
    const { text } = view;
    const before = Dfa.read;
    const mayMatch = around.mayMatch(unitsOf(text), text.length, anchor, to, reach);
    this.#confirmLeft -= Dfa.read - before;
    if (this.#confirmLeft < 0) this.#isTooMuch = true;
    return mayMatch;
  }

  /** A match may lie around an anchor at [from, to): widens the open window of the rule, or closes it and opens another. */
  #open(leaf: Leaf, view: View, rule: number, from: number, to: number): void {
    const [before, after] = this.#rules.rules[rule]!.reach;
    const start = Math.max(0, from - before);
    const end = Math.min(view.text.length, to + after);
    const [open, close] = [this.#start[rule]!, this.#end[rule]!];
    if (close === 0) {
      if (this.#found[rule] === 0) this.#opened.push(rule);
      this.#found[rule] ||= -1;
    } else if (start <= close && end - open <= WINDOW_CHARACTERS) {
      this.#start[rule] = Math.min(open, start);
      this.#end[rule] = Math.max(close, end);
      return;
    } else this.#close(leaf, view, rule);
    this.#start[rule] = start;
    this.#end[rule] = end;
  }

  /** Runs the rule's expression over its open window. */
  #close(leaf: Leaf, view: View, rule: number): void {
    const [start, end] = [this.#start[rule]!, this.#end[rule]!];
    this.#end[rule] = 0;
    if (end === 0 || this.#isTooMuch) return;
    const { confidence } = this.#rules.rules[rule]!;
    for (const match of this.#matches(rule, view.text, start, end)) {
      this.#confirmLeft -= MATCH_CHARACTERS;
      if (this.#confirmLeft < 0 || this.#findings.length - this.#lows >= BOUNDS.findings) break;
      const [valueStart, valueEnd] = [match.valueStart + start, match.valueEnd + start];
      if (valueStart < this.#found[rule]!) continue;
      if (isWithinPart(leaf, view, valueStart, valueEnd)) continue;
      if (view.isBroken(match.start + start, match.end + start)) continue;
      this.#found[rule] = valueEnd;
      if (confidence === 'low') {
        this.#noted.add(rule);
        if (this.#lows >= BOUNDS.lowFindings) break;
        this.#lows += 1;
      }
      this.#findings.push(this.#finding(leaf, view, rule, valueStart, valueEnd));
      this.#values.push(view.text.slice(valueStart, valueEnd));
      if (confidence === 'low') break;
    }
    if (this.#confirmLeft < 0 || this.#findings.length - this.#lows >= BOUNDS.findings)
      this.#isTooMuch = true;
  }

  /**
   * What the rule accepts in text[start, end), counted from `start`. Nearly all windows hold nothing, which is soon said; of the
   * others most readings of a string repeat most, and each is run once.
   */
  #matches(rule: number, text: string, start: number, end: number): readonly Match[] {
    const expression = this.#rules.expression(rule);
    if (expression.isIn?.(text, start, end) === false) {
      this.#confirmLeft -= (end - start) >> 1;
      return NONE;
    }
    const window = text.slice(Math.max(0, start - 1), end + 1);
    const key = `${rule} ${start === 0} ${end === text.length} ${window}`;
    const known = this.#windows.get(key);
    // Even to know it again, it had to be read.
    this.#confirmLeft -= known === undefined ? end - start : (end - start) >> 2;
    if (known !== undefined) return known;
    const { accepts } = this.#rules.rules[rule]!;
    const accepted: Match[] = [];
    for (const match of expression.matches(text, start, end)) {
      const value = text.slice(match.valueStart, match.valueEnd);
      if (accepts?.(value, text.slice(match.start, match.end)) === false) continue;
      accepted.push({
        start: match.start - start,
        end: match.end - start,
        valueStart: match.valueStart - start,
        valueEnd: match.valueEnd - start,
      });
    }
    this.#windows.set(key, accepted);
    return accepted;
  }

  #finding(leaf: Leaf, view: View, rule: number, start: number, end: number): Finding {
    const { id, class: ofClass, confidence } = this.#rules.rules[rule]!;
    return {
      rule: id,
      class: ofClass,
      confidence,
      path: leaf.path,
      steps: view.steps,
      span: leaf.isMade === true ? null : view.span(start, end),
      leaf,
    };
  }
}

/** Of joined strings only what spans two of them is news. */
function isWithinPart({ seams }: Leaf, view: View, start: number, end: number): boolean {
  if (seams === undefined) return false;
  const span = view.span(start, end);
  // The first seam behind where it starts.
  let [low, high] = [0, seams.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (seams[middle]! <= span[0]) low = middle + 1;
    else high = middle;
  }
  return low === seams.length || seams[low]! >= span[1];
}

/** Not all was read, or nothing could be: as bad as a finding of every class that was looked for, without a place. */
export function tooMuch({ rules, detectors }: RuleSet): Finding[] {
  const classes = new Set<FindingClass>([...rules, ...detectors].map((one) => one.class));
  return [...classes].map((ofClass) => ({
    rule: `${ofClass}.too-much`,
    class: ofClass,
    confidence: 'high',
    path: '',
    steps: [],
    span: null,
    leaf: null,
  }));
}
