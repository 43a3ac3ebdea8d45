/**
 * What inspection looks for, and what it says of what it found.
 *
 * A text rule is data: literals of which one is in every match, and a linear expression (RE2 syntax) that is run only
 * around them. What cannot be said as an expression is a detector: a function over one subject.
 */

import type { Finder } from './linear.ts';

export type FindingClass = 'secret' | 'injection' | 'poisoning' | 'arguments' | 'pii';

/** request: arguments on their way to a server; response: what came back; definition: one entry of a list. */
export type Direction = 'request' | 'response' | 'definition';

/** How sure; high and medium act where nothing else is configured, and low is recorded. */
export type Confidence = 'high' | 'medium' | 'low';

/**
 * The form of a text in which a rule reads.
 *
 *   exact    letters as they stand, case kept: secrets, URLs
 *   compact  exact without anything that could have been put between two characters (blanks, quotes, markup, joints)
 *   words    look-alikes folded to ASCII, lower case, words one blank apart: prose
 *   joined   words without the blanks: prose whose gaps were moved or taken away
 */
export type Form = 'exact' | 'compact' | 'words' | 'joined';

export interface TextRule {
  /** `class.what-it-is`, stable: suppressions and audit records name it. */
  readonly id: string;
  readonly class: FindingClass;
  readonly confidence: Confidence;
  readonly forms: readonly Form[];
  /** Everywhere where absent. */
  readonly in?: readonly Direction[];
  /** Lower case; ASCII is found whatever the case. Others only in rules that read `exact` (or `words` in letters that are not folded). */
  readonly anchors: readonly string[];
  /** Every match lies within so many characters before the start and after the end of an anchor. */
  readonly reach: readonly [before: number, after: number];
  /** RE2 syntax. A group called `value` is what is redacted; the whole match where there is none. */
  readonly pattern: string;
  /** Finds what the pattern says in its place, where that pays. */
  readonly finder?: Finder;
  /** The last word over a match: checksum, entropy, placeholder. Pure and bounded. `match` is all of it, names included. */
  readonly accepts?: (value: string, match: string) => boolean;
}

/** One string of a message. */
export interface Leaf {
  readonly text: string;
  /** JSON Pointer (RFC 6901) into what was inspected. */
  readonly path: string;
  /** Where its JSON string stands in the bytes, quotes included; -1 where it has no place of its own there. */
  readonly start: number;
  readonly end: number;
  readonly isKey: boolean;
  /** Strings that belong together have one: the nearest name above that is not an index. */
  readonly group?: string;
  /** It was made of others, and nothing can be redacted in it. */
  readonly isMade?: boolean;
  /** It was made of numbers, which its reader may take for text: it is a value of its own, unlike others that are made. */
  readonly isSpelled?: boolean;
  /** Of strings that were joined: where each but the first begins. What lies within one of them is found there. */
  readonly seams?: readonly number[] | undefined;
  /** They were joined without a blank, and stand elsewhere with one: what blanks make no difference to is read there. */
  readonly isTight?: boolean;
}

/** One reading of a leaf. */
export interface View {
  readonly text: string;
  readonly form: Form;
  /** What was undone to get it, outermost first; empty for the text as it stands. */
  readonly steps: readonly string[];
  /** What of the leaf's text says text[start, end): of an encoded segment always the whole. */
  span(start: number, end: number): readonly [start: number, end: number];
  /** Of a long text only pieces are read anew: whether text[start, end) is of two of them, and so stands nowhere. */
  isBroken(start: number, end: number): boolean;
}

export interface Finding {
  readonly rule: string;
  readonly class: FindingClass;
  readonly confidence: Confidence;
  readonly path: string;
  readonly steps: readonly string[];
  /** In the leaf's text; null where it cannot be mapped back: such a finding can only block. */
  readonly span: readonly [start: number, end: number] | null;
  readonly leaf: Leaf | null;
  /** What else may be said of it, as the tenant of a canary; never a part of what was found. */
  readonly detail?: string;
}

/** What is inspected at once: the arguments of a call, a result, one definition. */
export interface Subject {
  readonly direction: Direction;
  readonly leaves: readonly Leaf[];
  /** Original name of the tool that is called or defined; '' where there is none. */
  readonly tool: string;
  /** Its input schema, where it is known. */
  readonly schema?: unknown;
}

/** A subject with all its readings. */
export interface Reading {
  readonly subject: Subject;
  readonly views: readonly { readonly leaf: Leaf; readonly views: readonly View[] }[];
}

export interface Detector {
  readonly class: FindingClass;
  readonly in: readonly Direction[];
  /**
   * ASCII, in lower case: where a reading (or the message as it came) has none of these in any case, it has nothing to
   * say. It is always asked where there are none, and then sees of each string no more than the form `exact` for certain.
   */
  readonly anchors?: readonly string[];
  /** The forms in which it is called by its anchors, and in which it looks; all where absent. */
  readonly forms?: readonly Form[];
  /** `found` is what the text rules found, low confidence included: signals that weigh only together. */
  examine(reading: Reading, found: readonly Finding[]): Finding[];
}
