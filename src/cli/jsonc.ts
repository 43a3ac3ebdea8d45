/**
 * JSON as editors write it: with comments and with commas before a closing bracket.
 *
 * One pass that knows where strings are; what is left goes to JSON.parse.
 */

/** The value, or undefined where it is not even that. */
export function parseJsonc(text: string): unknown {
  try {
    return JSON.parse(withoutTrailingCommas(withoutComments(text.replace(/^\ufeff/, ''))));
  } catch {
    return undefined;
  }
}

/** Strings first: what looks like a comment inside one is text. */
function withoutComments(text: string): string {
  return text.replace(/"(?:[^"\\\n]|\\.)*"|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (piece) =>
    piece.startsWith('"') ? piece : ' ',
  );
}

function withoutTrailingCommas(text: string): string {
  return text.replace(/"(?:[^"\\\n]|\\.)*"|,(?=\s*[}\]])/g, (piece) =>
    piece.startsWith('"') ? piece : '',
  );
}
