/**
 * Two small JSON parsers that owe nothing to JSON.parse: one keeps the first of duplicate keys, one the last.
 *
 * Between them they stand for what servers in other languages make of the same bytes. Objects become Maps, so that no
 * key is special. Throws a SyntaxError for what is not JSON.
 */

export type Wins = 'first' | 'last';
export type Json = null | boolean | number | string | Json[] | Map<string, Json>;

const ESCAPES: Record<string, string> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

class Parser {
  #at = 0;
  readonly #text: string;
  readonly #wins: Wins;

  constructor(text: string, wins: Wins) {
    this.#text = text;
    this.#wins = wins;
  }

  whole(): Json {
    const value = this.#value();
    this.#blank();
    if (this.#at < this.#text.length) this.#fail();
    return value;
  }

  #fail(): never {
    throw new SyntaxError(`at ${this.#at}`);
  }

  #blank(): void {
    while (' \t\n\r'.includes(this.#text[this.#at] ?? 'x')) this.#at++;
  }

  #take(wanted: string): boolean {
    this.#blank();
    if (this.#text[this.#at] !== wanted) return false;
    this.#at++;
    return true;
  }

  #need(wanted: string): void {
    if (!this.#take(wanted)) this.#fail();
  }

  #value(): Json {
    if (this.#take('{')) return this.#object();
    if (this.#take('[')) return this.#array();
    if (this.#take('"')) return this.#string();
    const rest = this.#text.slice(this.#at, this.#at + 500);
    for (const [word, value] of [
      ['true', true],
      ['false', false],
      ['null', null],
    ] as const) {
      if (rest.startsWith(word)) {
        this.#at += word.length;
        return value;
      }
    }
    const number = /^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/.exec(rest);
    if (number === null) this.#fail();
    this.#at += number[0].length;
    return Number(number[0]);
  }

  #object(): Map<string, Json> {
    const members = new Map<string, Json>();
    if (this.#take('}')) return members;
    do {
      this.#need('"');
      const key = this.#string();
      this.#need(':');
      const value = this.#value();
      if (this.#wins === 'last' || !members.has(key)) members.set(key, value);
    } while (this.#take(','));
    this.#need('}');
    return members;
  }

  #array(): Json[] {
    const items: Json[] = [];
    if (this.#take(']')) return items;
    do items.push(this.#value());
    while (this.#take(','));
    this.#need(']');
    return items;
  }

  #string(): string {
    let text = '';
    for (;;) {
      const unit = this.#text[this.#at++];
      if (unit === undefined || unit < ' ') this.#fail();
      if (unit === '"') return text;
      text += unit === '\\' ? this.#escape() : unit;
    }
  }

  #escape(): string {
    const letter = this.#text[this.#at++] ?? '';
    if (letter !== 'u') return ESCAPES[letter] ?? this.#fail();
    const digits = this.#text.slice(this.#at, this.#at + 4);
    if (!/^[0-9a-fA-F]{4}$/.test(digits)) this.#fail();
    this.#at += 4;
    return String.fromCharCode(Number.parseInt(digits, 16));
  }
}

export function parseJson(text: string, wins: Wins): Json {
  return new Parser(text, wins).whole();
}

/** What JSON.parse returned, with Maps for objects; -0 is 0. */
export function asMaps(value: unknown): Json {
  if (Array.isArray(value)) return value.map(asMaps);
  if (typeof value === 'object' && value !== null) {
    return new Map(Object.entries(value).map(([key, member]) => [key, asMaps(member)]));
  }
  return value === 0 ? 0 : (value as Json);
}
