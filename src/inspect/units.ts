/**
 * A text as its UTF-16 units, in an array that is used again: a loop over these takes a third of the time of one that asks
 * `charCodeAt`. One text after the other is there, and a text is looked at by several in turn: it is copied for the first.
 */

const FIRST_UNITS = 1 << 13;
/** What a larger text needed is given back with the next one: two megabytes. */
const KEPT_UNITS = 1 << 20;

let bytes = Buffer.alloc(0);
let units = new Uint16Array(0);
let last = '';

/** Good until the next call with another text. What stands behind the end of the text is of others. */
export function unitsOf(text: string): Uint16Array {
  if (text === last) {
    // One that is equal and another string is compared character by character, and an automaton asks at each of its stops.
    last = text;
    return units;
  }
  const { length } = text;
  const has = units.length;
  if (length > has || (has > KEPT_UNITS && length <= KEPT_UNITS)) resize(length);
  bytes.write(text, 0, 'utf16le');
  last = text;
  return units;
}

function resize(least: number): void {
  let size = FIRST_UNITS;
  while (size < least) size *= 2;
  // Not out of Node's own pool: an array of 16-bit units must begin at an even place.
  const memory = new ArrayBuffer(2 * size);
  bytes = Buffer.from(memory);
  units = new Uint16Array(memory);
}
