/** JSON that somebody else wrote, and that may be none. */

/** Undefined, which is no JSON value, for what is not JSON. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
