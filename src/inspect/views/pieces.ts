/**
 * What of a long text is read anew when a part of it was undone: the changes and what stands around them. All else is what it
 * was, and was read.
 *
 * So a text costs what is hidden in it and not what is beside that: padding hides nothing, as it does not use up what a
 * message may cost, and a large message that is harmless costs little more than its own length.
 */

/** Shorter texts are read as a whole, which says the same. */
const LONG = 1024;
/** Farther than rules reach, but those of long tokens: of these, none is cut … */
const AROUND = 320;
/** … unless it is longer than any. */
const TOKEN_MAX = 8192;
/** Where more than this share would be read, all of it is. */
const SHARE_MAX = 0.75;
/** What no phrase and no token goes across (views.ts asks). */
export const SEAM = '\n';

/** Starts and ends in turn; undefined for the whole. `changes`: likewise, of what is new in the text. */
export function piecesOf(text: string, changes: readonly number[]): number[] | undefined {
  if (text.length < LONG || changes.length === 0) return undefined;
  const pieces: number[] = [];
  let sum = 0;
  for (let at = 0; at < changes.length; at += 2) {
    const start = backToBlank(text, changes[at]! - AROUND, TOKEN_MAX);
    const end = onToBlank(text, changes[at + 1]! + AROUND, TOKEN_MAX);
    if (pieces.length > 0 && start <= pieces.at(-1)!) {
      sum += Math.max(0, end - pieces.at(-1)!);
      pieces[pieces.length - 1] = Math.max(end, pieces.at(-1)!);
    } else {
      pieces.push(start, end);
      sum += end - start;
    }
    if (sum > SHARE_MAX * text.length) return undefined;
  }
  return pieces;
}

function backToBlank(text: string, from: number, tokenMax: number): number {
  const least = Math.max(0, from - tokenMax);
  let at = Math.max(0, from);
  while (at > least && text.charCodeAt(at - 1) > 0x20) at--;
  return at;
}

function onToBlank(text: string, from: number, tokenMax: number): number {
  const most = Math.min(text.length, from + tokenMax);
  let at = Math.min(text.length, from);
  while (at < most && text.charCodeAt(at) > 0x20) at++;
  return at;
}

/** A text is taken apart so where guesses are made of it: each tells from what is near whether it is one. */
export const PART_CHARACTERS = 1 << 13;
/** As far as any phrase reaches. */
const OVERLAP = 1024;
/** A part ends at a blank, where there is one so near. */
const PART_TOKEN_MAX = 256;

/** Starts and ends, in turn, of the parts of a long text; none of one that is not. */
export function partsOf(text: string): number[] {
  const parts: number[] = [];
  if (text.length < 2 * PART_CHARACTERS) return parts;
  for (let from = 0; from < text.length; ) {
    const end =
      text.length - from < PART_CHARACTERS + OVERLAP
        ? text.length
        : onToBlank(text, from + PART_CHARACTERS, PART_TOKEN_MAX);
    parts.push(from, end);
    if (end === text.length) break;
    from = Math.max(from + 1, backToBlank(text, end - OVERLAP, PART_TOKEN_MAX));
  }
  return parts;
}
