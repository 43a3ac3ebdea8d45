/**
 * Words that are each set in markup of their own: `<b>Ignore</b> <i>all</i>`, `\textbf{Ignore} \emph{all}`. Read as they are shown,
 * without any of it. Markup within a word is a joint (joints.ts).
 */

import type { Writer } from './writer.ts';

/** Fewer are the markup of an ordinary text. */
const TAGS_LEAST = 4;
const TAG = /<\/?[a-z][a-z0-9-]{0,15}(?:\s[^<>]{0,200})?\/?>|\\[a-z]{2,16}\{|(?<=[^\s{}])\}/gi;
/** Told by single literals, which are searched for many times as fast as an expression. */
const SIGNS = ['</', '\\text', '\\emph'];
/** Between the shown words of blocks there is a gap: what stands in a line are these. */
const INLINE =
  /^(?:<\/?(?:a|abbr|b|bdi|bdo|big|cite|code|del|em|font|i|ins|kbd|mark|q|s|samp|small|span|strike|strong|sub|sup|tt|u|var)\b|\\|\})/i;

export function untag(text: string, writer: Writer): boolean {
  if (!SIGNS.some((sign) => text.includes(sign))) return false;
  let [kept, count] = [0, 0];
  for (const match of text.matchAll(TAG)) {
    if (!INLINE.test(match[0])) continue;
    if (kept < match.index) writer.keep(kept, match.index);
    kept = match.index + match[0].length;
    count++;
  }
  if (kept < text.length) writer.keep(kept, text.length);
  return count >= TAGS_LEAST;
}
