/**
 * What a text from outside may hold.
 */

/** Control characters, and those that turn the direction of writing: a name must read in a log as what it is. */
export function hasControlCharacter(text: string): boolean {
  return /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/.test(
    text,
  );
}
