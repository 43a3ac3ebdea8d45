/**
 * Messages that nobody sent, such as clients and servers send: prose, source, records, logs, markup, what is encoded and quoted. They are
 * inspected before the first that count, as the first thousands of a new process cost ten to a hundred times as much as all later
 * ones: the engine compiles what it has run often, and the automata of rules make their states when a text first leads there.
 *
 * No two are alike. Between words of no meaning stand anchors of the rules, so that all of those are asked.
 */

import type { Direction } from './rule.ts';
import type { RuleSet } from './rule-set.ts';
import { findingsIn } from './task.ts';

/** Twice as many cost twice the time, and make the next hundred messages cheaper by a fifth. */
const MESSAGES = 900;
/** Of each ten, what goes where. */
const DIRECTIONS: readonly Direction[] = [
  ...(['request', 'response', 'response', 'request', 'response'] as const),
  ...(['request', 'response', 'definition', 'response', 'request'] as const),
];
const WORDS = (
  'the a of to and in is it for on that this with as are be by from or an at not we you all can if has have more will your our when ' +
  'which one they use was there been were only its but about file name value list data user page time line type item count result ' +
  'error order change call server client request answer message number text table field index query report branch commit release ' +
  'version update delivery customer invoice address meeting project team build test review summary please need make see read write ' +
  'open close find show send give take keep move start stop before after under over between without again always never every other ' +
  'first last next new old same large small public private local remote possible available different important current following ' +
  'because should would could does did done get set put run add remove create delete check look work issue question example note ' +
  'Monday April quarter morning week year café naïve Straße'
).split(' ');

export class Rehearsal {
  readonly #rules: RuleSet;
  readonly #kinds: readonly (() => unknown)[];
  #seed = 0x5eed;
  #made = 0;
  #asked = 0;

  constructor(rules: RuleSet) {
    this.#rules = rules;
    this.#kinds = [
      () => this.#prose(60),
      () => this.#markdown(),
      () => this.#source(),
      () => JSON.stringify(this.#many(5, () => this.#record())),
      () => this.#record(),
      () => this.#many(8, () => this.#logLine()).join('\n'),
      () => this.#markup(),
      () => this.#many(9, () => this.#many(5, () => this.#word()).join(',')).join('\r\n'),
      () => `${this.#prose(12)} ${this.#encoded()} ${this.#prose(12)}`,
      () => this.#prose(14),
    ];
  }

  get left(): number {
    return MESSAGES - this.#made;
  }

  /** Inspects the next ones: one, or as many as take no longer than so. */
  next(sliceMs: number): void {
    const until = performance.now() + sliceMs;
    do this.#inspect();
    while (this.left > 0 && performance.now() < until);
  }

  #inspect(): void {
    const direction = DIRECTIONS[this.#made % DIRECTIONS.length]!;
    // Each kind in each direction: as many kinds as directions would always meet the same ones.
    const kind = this.#kinds[(this.#made + Math.floor(this.#made / 10)) % this.#kinds.length]!;
    this.#made++;
    const bytes = Buffer.from(JSON.stringify(messageOf(direction, kind())));
    findingsIn(
      bytes,
      0,
      bytes.length,
      { direction, tool: 'look_up', definition: null },
      this.#rules,
    );
  }

  /** xorshift */
  #below(limit: number): number {
    this.#seed ^= this.#seed << 13;
    this.#seed ^= this.#seed >>> 17;
    this.#seed ^= this.#seed << 5;
    return (this.#seed >>> 0) % limit;
  }

  #any<T>(of: readonly T[]): T {
    return of[this.#below(of.length)]!;
  }

  #many<T>(most: number, make: () => T): T[] {
    return Array.from({ length: 1 + this.#below(most) }, make);
  }

  /** One in sixteen is an anchor, of one rule after the other. */
  #word(): string {
    if (this.#below(16) > 0) return this.#any(WORDS);
    const { rules } = this.#rules;
    return this.#any(rules[this.#asked++ % rules.length]!.anchors);
  }

  #sentence(): string {
    const words = Array.from({ length: 5 + this.#below(14) }, () => this.#word()).join(' ');
    const sign = this.#any([
      '.',
      '.',
      '.',
      ',',
      ':',
      '?',
      '!',
      ' (see above).',
      '; "so".',
      ' – that is it.',
    ]);
    return words.charAt(0).toUpperCase() + words.slice(1) + sign;
  }

  #prose(words: number): string {
    let text = this.#sentence();
    while (text.length < 5 * words) text += ` ${this.#sentence()}`;
    return text;
  }

  #digits(count: number, of = '0123456789abcdef'): string {
    return Array.from({ length: count }, () => of[this.#below(of.length)]).join('');
  }

  #markdown(): string {
    const items = this.#many(
      4,
      () => `- **${this.#word()}**: ${this.#sentence()} \`${this.#word()}\``,
    );
    return `# ${this.#sentence()}\n\n${this.#prose(20)}\n\n${items.join('\n')}\n\n[${this.#word()}](https://example.com/${this.#word()}?id=${this.#below(9999)})`;
  }

  #source(): string {
    const name = () =>
      this.#any(WORDS).replace(/\W/g, '') + this.#any(['', 'Of', 'Count', '_id', '2']);
    const lines = this.#many(9, () =>
      this.#any([
        () => `  const ${name()} = ${name()}(${name()}, '${this.#word()}'); // ${this.#sentence()}`,
        () =>
          `  if (${name()}.${name()} !== ${this.#below(100)} && !${name()}) return [...${name()}];`,
        () => `  ${name()}["${this.#word()}"] = "a" + "${this.#word()}\\n";`,
        () => `import { ${name()} } from './${name()}/${name()}.js';`,
      ])(),
    );
    return `function ${name()}(${name()}) {\n${lines.join('\n')}\n}\n`;
  }

  #record(): Record<string, unknown> {
    return {
      id: this.#below(1e6),
      key: this.#digits(this.#any([8, 24, 40])),
      state: this.#any(['open', 'closed']),
      title: this.#sentence(),
      created_at: `2025-0${1 + this.#below(9)}-1${this.#below(9)}T0${this.#below(9)}:1${this.#below(9)}:00.000Z`,
      url: `https://example.com/${this.#any(WORDS)}/${this.#digits(12)}?q=a%20b`,
      tags: this.#many(3, () => this.#word()),
      owner: { name: this.#word(), mail: `${this.#any(WORDS)}@example.com`, isActive: true },
      body: this.#prose(16),
    };
  }

  #logLine(): string {
    const at = `2025-03-0${1 + this.#below(9)} 10:0${this.#below(9)}:${10 + this.#below(49)}`;
    const level = this.#any(['INFO', 'WARN', 'ERROR']);
    return `${at} ${level} [${this.#any(WORDS)}-${this.#below(99)}] ${this.#sentence()} id=${this.#digits(16)} took=${this.#below(900)}ms 10.0.0.${this.#below(255)}`;
  }

  #markup(): string {
    return `<div class="${this.#word()}"><p>${this.#sentence()}</p><!-- ${this.#word()} --><a href="/x?a=1&amp;b=${this.#below(99)}">${this.#word()}</a>&nbsp;${this.#sentence()}</div>`;
  }

  /** What undoings change. */
  #encoded(): string {
    const text = this.#sentence();
    const bytes = Buffer.from(text);
    const kinds = [
      () => bytes.toString('base64'),
      () => bytes.toString('hex'),
      () => encodeURIComponent(text),
      () => JSON.stringify(JSON.stringify({ text })),
      () => [...bytes.subarray(0, 20)].join(' '),
      () => [...text].slice(0, 20).join(' '),
      () => [...text].reverse().join(''),
      () => text.replace(/[eaio]/g, (sign) => '34!0'['eaio'.indexOf(sign)]!),
      () =>
        text.replace(/[a-z]/g, (sign) =>
          String.fromCharCode(((sign.charCodeAt(0) - 84) % 26) + 97),
        ),
      () => text.replaceAll('e', '\u0435').replaceAll(' ', ' \u200b'),
      () => this.#digits(43, 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'),
    ];
    return this.#any(kinds)();
  }
}

function messageOf(direction: Direction, of: unknown): unknown {
  if (direction === 'request')
    return typeof of === 'string' ? { query: of, limit: 10 } : { path: '/tmp/a', options: of };
  if (direction === 'response')
    return typeof of === 'string'
      ? { content: [{ type: 'text', text: of }] }
      : { content: [], structuredContent: of };
  const description = typeof of === 'string' ? of : JSON.stringify(of);
  const properties = { query: { type: 'string', description: 'What to look for' } };
  return { name: 'look_up', description, inputSchema: { type: 'object', properties } };
}
