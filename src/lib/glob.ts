/**
 * Patterns with `*` for any text, and nothing else that is special.
 *
 * Linear in the length of both for one star, and never worse than their product: an operator's pattern must not be able
 * to stall the loop.
 */

export function matches(pattern: string, subject: string): boolean {
  let p = 0;
  let s = 0;
  let star = -1;
  let mark = 0;
  while (s < subject.length) {
    if (p < pattern.length && pattern[p] === '*') {
      star = p++;
      mark = s;
    } else if (p < pattern.length && pattern[p] === subject[s]) {
      p += 1;
      s += 1;
    } else if (star >= 0) {
      p = star + 1;
      s = ++mark;
    } else {
      return false;
    }
  }
  while (pattern[p] === '*') p += 1;
  return p === pattern.length;
}
