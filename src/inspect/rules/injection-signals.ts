/**
 * Signals that mean little alone and much together: a prompt that merely tries to steer.
 *
 * Each is a rule of low confidence: recorded, never acted on. One detector adds their weights within one string, each once,
 * and acts where the sum passes a threshold that grows with the length of the string, as a long text meets a few of them by
 * chance. What is reported names the signals. Weights are thirds of "sure": no single one suffices, and two that
 * often go together in ordinary text (a role and a format) do not either. Anchors are a part of what a signal is: some are narrower
 * than its expression, and the weights were settled with them.
 */

import type { Detector, Finding, Leaf, TextRule } from '../rule.ts';
import { COAXING_SIGNALS } from './injection-signals-coaxing.ts';
import { PRETEXT_SIGNALS } from './injection-signals-pretext.ts';
import { ROLE_SIGNALS } from './injection-signals-role.ts';
import { phrase } from './phrase.ts';

export interface Signal {
  readonly name: string;
  readonly weight: number;
  readonly anchors: readonly string[];
  readonly pattern: string;
}

const SIGNALS: readonly Signal[] = [...COAXING_SIGNALS, ...ROLE_SIGNALS, ...PRETEXT_SIGNALS];

const WEIGHTS: ReadonlyMap<string, number> = new Map(
  SIGNALS.map(({ name, weight }) => [`injection.signal-${name}`, weight]),
);

export const SIGNAL_RULES: readonly TextRule[] = SIGNALS.flatMap(({ name, anchors, pattern }) =>
  phrase({
    id: `injection.signal-${name}`,
    confidence: 'low',
    isJoined: false,
    in: ['response'],
    anchors,
    pattern,
  }),
);

const PARAGRAPH = 1200;
/** Sum in one paragraph that acts however long the text is. */
const DENSE = 2;
/** Characters of five pages: beyond, every signal is there by chance once the text is long enough. */
const LONG = 16_000;

/** Sum that acts: 1 in a paragraph, half as much again on a page, and in a long text one more whenever it is four times as long. */
function threshold({ text: { length } }: Leaf): number {
  if (length <= 4000) return length <= PARAGRAPH ? 1 : 1.5;
  return 2.5 + Math.max(0, Math.log2(length / LONG) / 2);
}

export const SUM_DETECTOR: Detector = {
  class: 'injection',
  in: ['response'],
  anchors: SIGNALS.flatMap(({ anchors }) => anchors),
  forms: ['words'],
  examine(_reading, found) {
    const byLeaf = new Map<Leaf, Met[]>();
    for (const { rule, leaf, span } of found) {
      const weight = WEIGHTS.get(rule);
      if (leaf === null || weight === undefined) continue;
      const signals = byLeaf.get(leaf) ?? [];
      // Each rule is found once in a string, but in several readings.
      if (signals.every((one) => one.rule !== rule))
        signals.push({ rule, weight, at: span?.[0] ?? 0 });
      byLeaf.set(leaf, signals);
    }
    return [...byLeaf].flatMap(([leaf, signals]) => sumOf(leaf, signals));
  },
};

/** One that was found. */
interface Met {
  readonly rule: string;
  readonly weight: number;
  readonly at: number;
}

/** The most that stands in one paragraph. */
function densest(signals: readonly Met[]): number {
  const sorted = signals.toSorted((a, b) => a.at - b.at);
  let [most, sum, first] = [0, 0, 0];
  for (const { weight, at } of sorted) {
    sum += weight;
    while (at - sorted[first]!.at > PARAGRAPH) sum -= sorted[first++]!.weight;
    most = Math.max(most, sum);
  }
  return most;
}

function sumOf(leaf: Leaf, signals: readonly Met[]): Finding[] {
  const sum = signals.reduce((total, { weight }) => total + weight, 0);
  // Weights are tenths: what adds up to the threshold must not miss it by a rounding.
  if (sum + 0.001 < threshold(leaf) && densest(signals) + 0.001 < DENSE) return [];
  const names = signals.map(({ rule }) => rule.slice('injection.signal-'.length)).join(', ');
  return [
    {
      rule: 'injection.signals',
      class: 'injection',
      confidence: 'medium',
      path: leaf.path,
      steps: [],
      span: [0, leaf.text.length],
      leaf,
      detail: names,
    },
  ];
}
