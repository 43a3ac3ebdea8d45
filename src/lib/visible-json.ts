/**
 * JSON text that drives no terminal and hides nothing from who reads it.
 *
 * JSON.stringify escapes what is below a blank and leaves the rest: DEL, the C1 controls (U+009B begins a sequence as ESC [
 * does), line ends of Unicode, and what turns the direction of writing. In JSON all of it can stand in strings only, and
 * escaped it says the same.
 */

const UNSEEN = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

export function visibleJson(json: string): string {
  return json.replace(
    UNSEEN,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
