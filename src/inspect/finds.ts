/**
 * What one detector has found so far, each once.
 *
 * A text is read in many ways, and strings that were joined hold what their parts hold: the same value at the same place
 * is one finding, and where a value was found at a place that can be redacted, the same value without a place says
 * nothing new, but would block what can be redacted. What numbers spell is a place of its own.
 */

import type { Confidence, Finding, FindingClass, Leaf, View } from './rule.ts';

/** More than that in one message is no accident, and is refused as a whole (BOUNDS.findings). */
const FINDS_MAX = 256;

export class Finds {
  readonly #class: FindingClass;
  readonly #findings: { readonly finding: Finding; readonly value: string }[] = [];
  readonly #places = new Set<string>();
  readonly #placed = new Set<string>();

  constructor(ofClass: FindingClass) {
    this.#class = ofClass;
  }

  /** What stands in view.text[start, end). */
  add(
    rule: string,
    confidence: Confidence,
    { view, leaf }: { readonly view: View; readonly leaf: Leaf },
    start: number,
    end: number,
    detail?: string,
  ): void {
    const value = `${rule} ${view.text.slice(start, end).replace(/[^A-Za-z0-9]/g, '')}`;
    const span = leaf.isMade === true ? null : view.span(start, end);
    if (span !== null) {
      const place = `${rule} ${leaf.start} ${leaf.path} ${span}`;
      this.#placed.add(value);
      if (this.#places.has(place)) return;
      this.#places.add(place);
    }
    const { path } = leaf;
    const said = { rule, class: this.#class, confidence, path, steps: view.steps, span, leaf };
    this.#findings.push({ value, finding: detail === undefined ? said : { ...said, detail } });
  }

  /** Nothing more need be looked for: it would not be told. */
  get isFull(): boolean {
    return this.#findings.length > FINDS_MAX;
  }

  all(): Finding[] {
    return this.#findings.flatMap(({ finding, value }) =>
      finding.span === null && finding.leaf?.isSpelled !== true && this.#placed.has(value)
        ? []
        : [finding],
    );
  }
}
