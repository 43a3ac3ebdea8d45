/** All rules made ready: their anchors for each way of reading, their expressions, and which of them read where. */

import { Anchors } from './anchors.ts';
import { Around } from './around.ts';
import type { Tables } from './automaton.ts';
import { type Finder, Linear } from './linear.ts';
import { PlainStrings } from './plain.ts';
import type { Detector, Direction, FindingClass, Form, TextRule } from './rule.ts';
import { Scout } from './scout.ts';

export const FORMS: readonly Form[] = ['exact', 'compact', 'words', 'joined'];
export const ALL_DIRECTIONS: readonly Direction[] = ['request', 'response', 'definition'];

/** Of the anchors of one form in one direction, by the names of both. */
export type AllTables = Readonly<Record<string, Tables>>;

/** What an operator has beside our own rules; plain data, so that another thread makes the same set of it. */
export interface Operator {
  readonly rules?: readonly TextRule[];
  /** The gateway's own secrets. */
  readonly knownValues?: readonly string[];
  readonly canaryKey?: string | undefined;
  /** Whether personal data is looked for: it is dear, and off by default. */
  readonly hasPii?: boolean;
  readonly off?: Off;
}

/** Classes whose findings lead to nothing, by direction: they are not looked for. */
export type Off = Readonly<Record<Direction, readonly FindingClass[]>>;

export class RuleSet {
  readonly rules: readonly TextRule[];
  /** Numbered on behind the rules. */
  readonly detectors: readonly Detector[];
  readonly operator: Operator;
  /** For the one text that is being read: of each rule, the window that is open and where its last finding ended. */
  readonly windows: {
    readonly start: Int32Array;
    readonly end: Int32Array;
    readonly found: Int32Array;
  };
  /** That these rules were asked about in this thread. */
  messages = 0;
  readonly #given: AllTables;
  readonly #anchors = new Map<string, Anchors>();
  readonly #plain: Partial<Record<Direction, PlainStrings>> = {};
  readonly #scouts: Partial<Record<Direction, Scout>> = {};
  readonly #expressions: (Finder | undefined)[] = [];
  /** Of each rule by form. */
  readonly #arounds: Partial<Record<Form, Around>>[] = [];

  /** `tables` are those of another RuleSet of the same rules, in another thread; they are made where absent. */
  constructor(
    rules: readonly TextRule[],
    detectors: readonly Detector[],
    { operator = {}, tables = {} }: { operator?: Operator; tables?: AllTables } = {},
  ) {
    this.rules = rules;
    this.operator = operator;
    this.detectors = detectors;
    this.#given = tables;
    const { length } = rules;
    this.windows = {
      start: new Int32Array(length),
      end: new Int32Array(length),
      found: new Int32Array(length),
    };
  }

  /** Whether the rule or detector looks for something in this direction. */
  isOn(index: number, direction: Direction): boolean {
    const one = this.rules[index] ?? this.detectors[index - this.rules.length]!;
    return (
      one.in?.includes(direction) !== false &&
      this.operator.off?.[direction].includes(one.class) !== true
    );
  }

  /** Of the rules and detectors that read this form in this direction; made when they are first asked for. */
  anchors(direction: Direction, form: Form): Anchors {
    const key = `${direction} ${form}`;
    const known = this.#anchors.get(key);
    if (known !== undefined) return known;
    const rulesOf = new Map<string, number[]>();
    for (const [index, { anchors = [], forms = FORMS }] of [
      ...this.rules,
      ...this.detectors,
    ].entries()) {
      if (!forms.includes(form) || !this.isOn(index, direction)) continue;
      for (const anchor of new Set(anchors)) {
        if (!Anchors.canStandIn(form, anchor)) continue;
        const of = rulesOf.get(anchor);
        if (of === undefined) rulesOf.set(anchor, [index]);
        else of.push(index);
      }
    }
    const made = new Anchors(form, rulesOf, this.#given[key]);
    this.#anchors.set(key, made);
    return made;
  }

  /** All of them, for another thread. */
  get tables(): AllTables {
    const all = ALL_DIRECTIONS.flatMap((direction) =>
      FORMS.map((form) => [`${direction} ${form}`, this.anchors(direction, form)] as const),
    );
    return Object.fromEntries(all.map(([key, { automaton }]) => [key, automaton.tables]));
  }

  /** What these rules find nothing in. */
  plain(direction: Direction): PlainStrings {
    this.#plain[direction] ??= new PlainStrings();
    return this.#plain[direction];
  }

  /** Tells which forms of a text are worth making; made when it is first asked for. */
  scout(direction: Direction): Scout {
    this.#scouts[direction] ??= new Scout(this, direction);
    return this.#scouts[direction];
  }

  /** The expression of a rule, compiled when it is first asked for. */
  expression(rule: number): Finder {
    const known = this.#expressions[rule];
    if (known !== undefined) return known;
    const { finder, pattern, forms, anchors, confidence } = this.rules[rule]!;
    const linear = finder === undefined ? new Linear(pattern) : undefined;
    const compiled = finder ?? linear!;
    this.#expressions[rule] = compiled;
    const arounds: Partial<Record<Form, Around>> = {};
    for (const form of linear === undefined ? [] : forms) {
      const standing = anchors.filter((anchor) => Anchors.canStandIn(form, anchor));
      if (standing.length === 0) continue;
      const before = form === 'words' ? ' ' : '';
      const around = Around.of({ pattern, confidence }, standing, before, linear!.steps);
      if (around !== undefined) arounds[form] = around;
    }
    this.#arounds[rule] = arounds;
    return compiled;
  }

  /** What tells whether a match may lie around an anchor; undefined where nothing can. */
  around(rule: number, form: Form): Around | undefined {
    if (this.#arounds[rule] === undefined) this.expression(rule);
    return this.#arounds[rule]![form];
  }

  /** Rules whose expression is yet to be compiled. */
  get uncompiled(): number {
    return this.rules.length - this.#expressions.filter((one) => one !== undefined).length;
  }

  /** The first of them; -1 where there is none. */
  get firstUncompiled(): number {
    return this.rules.findIndex((_, at) => this.#expressions[at] === undefined);
  }
}
