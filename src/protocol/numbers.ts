/**
 * Whether a JSON number means the same to everybody.
 *
 * The gateway judges doubles. A server may read the digits: 9007199254740993 is ...992 to the judge and ...993 to a
 * server with big integers, 1e400 is no number here and a large one there. Literals with a fraction or an exponent are
 * floating point to every reader, so for those only overflow and underflow change what is meant.
 */

/** Longer literals are called inexact unread: converting digits to a BigInt takes more than linear time. */
const LITERAL_LENGTH_MAX = 400;

/** Literals of up to this many characters without an exponent are always exact. */
export const PLAIN_LENGTH_MAX = 15;

/** `literal` is a valid JSON number. */
export function isExact(literal: string): boolean {
  if (literal.length > LITERAL_LENGTH_MAX) return false;
  const number = Number(literal);
  if (!Number.isFinite(number)) return false;
  if (/[.eE]/.test(literal)) return number !== 0 || !/^[^eE]*[1-9]/.test(literal);
  return Number.isSafeInteger(number) || BigInt(literal) === BigInt(number);
}
