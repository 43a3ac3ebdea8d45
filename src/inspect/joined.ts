/**
 * Strings that a message does not have but that its reader makes of it: JSON that stands in a string, and strings that
 * belong together, joined.
 *
 * A model reads the items of a list one after the other, so a payload that is split over them is read as one. What is
 * joined: all values in their order, and the values of one name (the `text` of each item, the `description` of each
 * parameter), with nothing between them and with a blank. All is linear in the message: a string is in four joined ones, and a piece of
 * hexadecimal code in two more.
 */

import { NotReadable, textLeaves } from './leaves.ts';
import type { Leaf } from './rule.ts';

/** JSON in a string in JSON … so deep it is read; what stands deeper is read as the text that it is. */
const NESTED_DEPTH_MAX = 3;
/** Of a long string only its edges are joined to its neighbours: no rule reaches farther. */
const EDGE_CHARACTERS = 1024;

/** What is to be read beside the strings themselves. */
export function joinedOf(leaves: readonly Leaf[]): Leaf[] {
  const nested: Leaf[] = [];
  const values = leaves
    .flatMap((leaf) => (leaf.isKey ? [] : valuesIn(leaf, nested, 0)))
    .filter((leaf) => leaf.text !== '' && !isTypeName(leaf));
  if (values.length < 2) return nested;
  const all = [...joinedWith(values), ...hexOf(values)];
  const groups = groupsOf(values).filter((group) => group.length > 1);
  if (groups.length === 1 && groups[0]!.length === values.length) return [...nested, ...all];
  return [...nested, ...all, ...groups.flatMap(joinedWith)];
}

/** `"type": "text"` stands between the items of every result, and is no part of what they say. */
const isTypeName = ({ group, text }: Leaf) =>
  group === 'type' && text.length <= TYPE_CHARACTERS && /^[a-z_]+$/.test(text);

/** Pieces of hexadecimal code that stand one behind the other, in any number of members. */
const HEX_PIECE = /^[0-9A-Fa-f]{1,24}$/;
/** Of fewer digits no rule is met. */
const HEX_DIGITS_MIN = 32;

/**
 * By itself, such code begins where it begins. Behind a word that ends in one of its letters (`delete` 7320 …) it is read
 * from there, half a character off.
 */
function hexOf(values: readonly Leaf[]): Leaf[] {
  const found: Leaf[] = [];
  let run: Leaf[] = [];
  let digits = 0;
  for (let at = 0; at <= values.length; at++) {
    const leaf = values[at];
    if (leaf !== undefined && HEX_PIECE.test(leaf.text)) {
      run.push(leaf);
      digits += leaf.text.length;
      continue;
    }
    if (run.length > 1 && digits >= HEX_DIGITS_MIN) found.push(...inBothPhases(run));
    if (run.length > 0) run = [];
    digits = 0;
  }
  return found;
}

/** Where the first piece stands elsewhere, the others may begin in the middle of a character. */
function inBothPhases(run: readonly Leaf[]): Leaf[] {
  const whole = joinedWith(run)[0]!;
  const later = (whole.seams ?? []).map((seam) => seam - 1);
  return [whole, new MadeLeaf(whole.text.slice(1), whole.path, false, '', later, true)];
}

function groupsOf(values: readonly Leaf[]): Leaf[][] {
  const groups = new Map<string, Leaf[]>();
  for (const leaf of values) {
    const name = leaf.group ?? '';
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [leaf]);
    else group.push(leaf);
  }
  return [...groups.values()];
}

/** The leaf itself, or the values of the JSON that it holds, whose strings are added to `nested`. */
function valuesIn(leaf: Leaf, nested: Leaf[], depth: number): Leaf[] {
  const inner = depth < NESTED_DEPTH_MAX ? jsonIn(leaf.text) : undefined;
  if (inner === undefined) return [leaf];
  const { path } = leaf;
  return inner.flatMap(({ text, isKey, group, isMade, path: within }) => {
    // What numbers spell is no part of the text: the same value, taken out of its strings, would still stand there.
    const where = isMade === true ? path + within : path;
    const one = new MadeLeaf(
      text,
      where,
      isKey,
      group || (leaf.group ?? ''),
      undefined,
      false,
      isMade,
    );
    nested.push(one);
    return isKey ? [] : valuesIn(one, nested, depth + 1);
  });
}

/** `resource_link` is the longest of the protocol's own. */
const TYPE_CHARACTERS = 16;

class MadeLeaf implements Leaf {
  readonly text: string;
  readonly path: string;
  readonly isKey: boolean;
  readonly group: string;
  readonly seams: readonly number[] | undefined;
  readonly isTight: boolean;
  readonly start = -1;
  readonly end = -1;
  readonly isMade = true;
  readonly isSpelled: boolean;

  constructor(
    text: string,
    path: string,
    isKey: boolean,
    group: string,
    seams?: readonly number[],
    isTight = false,
    isSpelled = false,
  ) {
    this.text = text;
    this.path = path;
    this.isKey = isKey;
    this.group = group;
    this.seams = seams;
    this.isTight = isTight;
    this.isSpelled = isSpelled;
  }
}

const BRACKETS: Readonly<Record<string, string>> = { '{': '}', '[': ']' };

function jsonIn(text: string): Leaf[] | undefined {
  const trimmed = text.trim();
  const close = BRACKETS[trimmed[0] ?? ''];
  if (close === undefined || !trimmed.endsWith(close) || !trimmed.includes('"')) return undefined;
  try {
    return textLeaves(trimmed);
  } catch (error) {
    if (error instanceof NotReadable) return undefined;
    throw error;
  }
}

function joinedWith(parts: readonly Leaf[]): Leaf[] {
  return ['', ' '].map((between) => {
    let text = '';
    const seams: number[] = [];
    for (const part of parts) {
      const shown = edges(part.text);
      if (text !== '') {
        text += between;
        seams.push(text.length);
      }
      text += shown;
    }
    return new MadeLeaf(text, parts[0]!.path, false, '', seams, between === '');
  });
}

function edges(text: string): string {
  if (text.length <= 2 * EDGE_CHARACTERS) return text;
  return `${text.slice(0, EDGE_CHARACTERS)}\n\n${text.slice(-EDGE_CHARACTERS)}`;
}
