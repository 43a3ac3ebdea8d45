/** All rules made ready: one automaton over the anchors of all, their expressions, and which of them read where. */

import { Automaton, compile, type Tables } from './automaton.ts';
import { type Finder, Linear } from './linear.ts';
import { PlainStrings } from './plain.ts';
import type { Detector, Direction, FindingClass, Form, TextRule } from './rule.ts';
import { Scout } from './scout.ts';

const FORMS: Readonly<Record<Form, number>> = { exact: 1, compact: 2, words: 4, joined: 8 };
const DIRECTIONS: Readonly<Record<Direction, number>> = {
  request: 16,
  response: 32,
  definition: 64,
};
export const ALL_DIRECTIONS: readonly Direction[] = ['request', 'response', 'definition'];
const ANY = 1 | 2 | 4 | 8;

/** What a rule must have, all bits of it, to be run over such a text. */
export const wanted = (form: Form, direction: Direction) => FORMS[form] | DIRECTIONS[direction];

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
  readonly detectors: readonly Detector[];
  readonly automaton: Automaton;
  /** Length of each literal, in characters. */
  readonly lengths: Uint16Array;
  /** Where each rule runs: bits of `wanted`. Detectors are numbered on behind the rules. */
  readonly where: Uint8Array;
  /** The rules and detectors of a literal: `ruleOf` from `ruleFrom[literal]` up to `ruleFrom[literal + 1]`. */
  readonly ruleFrom: Uint32Array;
  readonly ruleOf: Uint16Array;
  readonly operator: Operator;
  /** For the one text that is being read: of each rule, the window that is open and where its last finding ended. */
  readonly windows: {
    readonly start: Int32Array;
    readonly end: Int32Array;
    readonly found: Int32Array;
  };
  readonly #plain: Partial<Record<Direction, PlainStrings>> = {};
  #scout: Scout | undefined;
  readonly #expressions: (Finder | undefined)[] = [];

  /** `tables` are those of another RuleSet of the same rules, in another thread; they are made where absent. */
  constructor(
    rules: readonly TextRule[],
    detectors: readonly Detector[],
    { operator = {}, tables }: { operator?: Operator; tables?: Tables | undefined } = {},
  ) {
    this.rules = rules;
    this.operator = operator;
    this.detectors = detectors;
    const { length } = rules;
    this.windows = {
      start: new Int32Array(length),
      end: new Int32Array(length),
      found: new Int32Array(length),
    };
    const byLiteral = new Map<string, number[]>();
    [...rules, ...detectors].forEach(({ anchors }, index) => {
      for (const anchor of new Set(anchors)) {
        const rulesOfIt = byLiteral.get(anchor) ?? [];
        rulesOfIt.push(index);
        byLiteral.set(anchor, rulesOfIt);
      }
    });
    const literals = [...byLiteral.keys()];
    this.automaton = new Automaton(tables ?? compile(literals));
    this.lengths = Uint16Array.from(literals, ({ length }) => length);
    this.where = Uint8Array.from([...rules, ...detectors], (one) => whereOf(one, operator.off));
    this.ruleOf = Uint16Array.from([...byLiteral.values()].flat());
    this.ruleFrom = new Uint32Array(literals.length + 1);
    [...byLiteral.values()].forEach((of, literal) => {
      this.ruleFrom[literal + 1] = this.ruleFrom[literal]! + of.length;
    });
  }

  /** Whether the rule or detector looks for something in this direction. */
  isOn(index: number, direction: Direction): boolean {
    return (this.where[index]! & DIRECTIONS[direction]) !== 0;
  }

  /** What these rules find nothing in. */
  plain(direction: Direction): PlainStrings {
    this.#plain[direction] ??= new PlainStrings();
    return this.#plain[direction];
  }

  /** Tells which forms of a text are worth making; made when it is first asked for. */
  get scout(): Scout {
    this.#scout ??= new Scout(this);
    return this.#scout;
  }

  /** The expression of a rule, compiled when it is first asked for. */
  expression(rule: number): Finder {
    const known = this.#expressions[rule];
    if (known !== undefined) return known;
    const { finder, pattern } = this.rules[rule]!;
    const compiled = finder ?? new Linear(pattern);
    this.#expressions[rule] = compiled;
    return compiled;
  }

  /** Compiles what nothing has asked for yet, one expression whenever `later` says: some take a tenth of a second. */
  compileRest(later: (next: () => void) => void): void {
    const rule = this.rules.findIndex((_, at) => this.#expressions[at] === undefined);
    if (rule < 0) return;
    later(() => {
      this.expression(rule);
      this.compileRest(later);
    });
  }
}

function whereOf(rule: TextRule | Detector, off: Off | undefined): number {
  let where = 'forms' in rule ? rule.forms.reduce((bits, form) => bits | FORMS[form], 0) : ANY;
  for (const direction of ALL_DIRECTIONS) {
    const isOn = off?.[direction].includes(rule.class) !== true;
    if (isOn && rule.in?.includes(direction) !== false) where |= DIRECTIONS[direction];
  }
  return where;
}
