/**
 * Takes what was found out of the bytes of a JSON value and leaves a typed placeholder: `<redacted:github-token:1>`.
 *
 * Only the strings concerned are written anew; numbers, order and blanks of the rest stay as they are, so the result is
 * the same JSON in all other parts. The same value gets the same number wherever it stands, also where no rule found it:
 * structured content and the text that repeats it stay in agreement.
 */

import { elements, members } from '../protocol/members.ts';
import { type Edit, splice } from '../protocol/splice.ts';
import type { Finding } from './rule.ts';

/** More of them in one message is not a leak but a dump; each is looked for everywhere. */
const VALUES_MAX = 256;
/** Shorter values would be found in words that have nothing to do with them. */
const REPEATED_CHARS_MIN = 8;

/** The bytes with the value in [start, end) redacted; undefined where that cannot be done surely. `names` of one message. */
export function redact(
  bytes: Buffer,
  start: number,
  end: number,
  findings: readonly Finding[],
  names: Names,
): Buffer | undefined {
  const byPath = new Map<string, Span[]>();
  for (const { rule, path, span, leaf } of findings) {
    if (span === null || leaf === null) return undefined;
    const key = `${leaf.isKey ? 'key' : 'value'} ${path}`;
    const spans = byPath.get(key) ?? [];
    const put = names.of(rule, leaf.text.slice(...span));
    spans.push({ start: span[0], end: span[1], put, text: leaf.text });
    byPath.set(key, spans);
  }
  if (names.size > VALUES_MAX) return undefined;
  const edits: Edit[] = [];
  for (const one of strings(bytes, start, end)) {
    const text = JSON.parse(bytes.utf8Slice(one.start, one.end)) as string;
    const spans = byPath.get(one.key);
    byPath.delete(one.key);
    // What was judged is not what stands here.
    if (spans?.some((span) => span.text !== text)) return undefined;
    const put = names.inText(spans === undefined ? text : replacedIn(text, spans));
    if (put === text) continue;
    edits.push({ start: one.start, end: one.end, put: JSON.stringify(put) });
  }
  // A place that is not in the bytes.
  return byPath.size > 0 ? undefined : splice(bytes, edits);
}

interface Span {
  readonly start: number;
  readonly end: number;
  readonly put: string;
  /** The string that it is a part of. */
  readonly text: string;
}

/** Overlapping spans become one: the first names it. */
function replacedIn(text: string, spans: readonly Span[]): string {
  const sorted = spans.toSorted((a, b) => a.start - b.start || b.end - a.end);
  let shown = '';
  let from = 0;
  for (const { start, end, put } of sorted) {
    if (start >= from) shown += text.slice(from, start) + put;
    from = Math.max(from, end);
  }
  return shown + text.slice(from);
}

/** The placeholders of one message. */
export class Names {
  readonly #byValue = new Map<string, string>();
  readonly #counts = new Map<string, number>();

  get size(): number {
    return this.#byValue.size;
  }

  of(rule: string, value: string): string {
    const known = this.#byValue.get(value);
    if (known !== undefined) return known;
    const kind = rule.slice(rule.indexOf('.') + 1);
    const count = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, count);
    const name = `<redacted:${kind}:${count}>`;
    this.#byValue.set(value, name);
    return name;
  }

  /** The same values wherever else they stand, as they are or as JSON within a text. */
  inText(text: string): string {
    for (const [value, name] of this.#byValue) {
      if (value.length < REPEATED_CHARS_MIN) continue;
      if (text.includes(value)) text = text.replaceAll(value, () => name);
      const escaped = JSON.stringify(value).slice(1, -1);
      if (escaped !== value && text.includes(escaped)) text = text.replaceAll(escaped, () => name);
    }
    return text;
  }
}

interface Place {
  readonly key: string;
  readonly start: number;
  readonly end: number;
}

const QUOTE = 0x22;

/** Every string of a JSON value, keys included, with its pointer; the caller has bounded the depth. */
function* strings(bytes: Buffer, start: number, end: number, path = ''): Generator<Place> {
  const first = bytes[start];
  if (first === QUOTE) yield { key: `value ${path}`, start, end };
  else if (first === 0x5b) {
    for (const [at, one] of elements(bytes, start, end).entries()) {
      yield* strings(bytes, one.start, one.end, `${path}/${at}`);
    }
  } else if (first === 0x7b) {
    for (const one of members(bytes, start, end)) {
      const at = `${path}/${one.key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
      yield { key: `key ${at}`, start: one.keyStart, end: pastKey(bytes, one.keyStart, one.start) };
      yield* strings(bytes, one.start, one.end, at);
    }
  }
}

/** The key's closing quote is the last one before its value. */
function pastKey(bytes: Buffer, keyStart: number, valueStart: number): number {
  let at = valueStart - 1;
  while (at > keyStart && bytes[at] !== QUOTE) at -= 1;
  return at + 1;
}
