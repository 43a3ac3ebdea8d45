/**
 * What a shell would run: the simple commands of a text, with every disguise of POSIX shells undone.
 *
 *   x=r; ${x}m -r"f" $IFS /???/p*   →   rm  -rf  /???/p*        disguised: yes, yes, yes
 *
 * One pass over the text, no backtracking: quotes, escapes, ANSI-C strings, braces, variables that the text itself set,
 * substrings of well-known variables, and substitutions whose output can be told (`echo`, `printf`, their pipes through
 * base64, xxd and rev). What cannot be told is empty. Nothing is executed; nesting, expansion and commands are bounded.
 *
 * A word is disguised where it does not stand in the text as it is run: the names of honest commands have no reason to.
 */

import { braces, closing, EXPANSION_MAX, KNOWN, unescaped, type Word } from './shell-expansion.ts';
import { outputOf } from './shell-output.ts';

/** Characters that expansion may add to a text. */
const EXPANDED_MAX = 32_768;
const DEPTH_MAX = 6;
const COMMANDS_MAX = 4096;

export interface Command {
  readonly words: readonly string[];
  /** Targets by operator: `>` and `>>` write, `<` reads, `<<<` is the text itself. */
  readonly redirects: readonly (readonly [operator: string, target: string])[];
  /** The command whose output it reads, in the same pipe. */
  readonly from: Command | undefined;
  /** How deep in substitutions it stands; 0 is the text itself. */
  readonly depth: number;
  /** Which words are not written as they are run. */
  readonly disguised: readonly boolean[];
  /** What separates it from what stands before it; '' for the first. */
  readonly separator: string;
}

/** The name of the file that a process substitution is. */
export const SUBSTITUTED = '/dev/fd/63';

export function commandsOf(text: string): Command[] {
  const commands: Command[] = [];
  new Shell(commands, new Map(), { left: EXPANDED_MAX }, 0).read(text);
  return commands;
}

class Shell {
  readonly #commands: Command[];
  readonly #variables: Map<string, string>;
  readonly #depth: number;
  #text = '';
  #at = 0;
  #words: Word[] = [];
  #redirects: [string, string][] = [];
  #word: Word | undefined;
  #from: Command | undefined;
  #separator = '';

  /** Characters that expansion may still add: `x=$x$x` doubles with every use. */
  readonly #budget: { left: number };

  constructor(
    commands: Command[],
    variables: Map<string, string>,
    budget: { left: number },
    depth: number,
  ) {
    this.#commands = commands;
    this.#variables = variables;
    this.#budget = budget;
    this.#depth = depth;
  }

  /** The last command, whose output a substitution is. */
  read(text: string): Command | undefined {
    this.#text = text;
    const before = this.#commands.length;
    while (this.#at < text.length && this.#commands.length < COMMANDS_MAX) this.#step();
    this.#endCommand('');
    for (let at = this.#commands.length - 1; at >= before; at--)
      if (this.#commands[at]!.depth === this.#depth) return this.#commands[at];
    return undefined;
  }

  #step(): void {
    const character = this.#text[this.#at]!;
    const next = this.#text[this.#at + 1];
    switch (character) {
      case '\\':
        this.#escape(next);
        break;
      case "'":
        this.#single();
        break;
      case '"':
        this.#double();
        break;
      case '`':
        this.#backticks();
        break;
      case '$':
        this.#dollar(next);
        break;
      case '&':
        this.#ampersand(next);
        break;
      case '|':
        if (next === '|') this.#end(2, '||');
        else this.#end(next === '&' ? 2 : 1, '|');
        break;
      case '<':
      case '>':
        this.#redirect(character, next);
        break;
      case '\n':
      case ';':
      case '(':
      case ')':
        this.#end(1, character);
        break;
      case ' ':
      case '\t':
      case '\r':
        this.#endWord();
        this.#at++;
        break;
      default:
        this.#plain(character, next);
    }
  }

  #plain(character: string, next: string | undefined): void {
    const isStart = this.#word === undefined;
    if (character === '#' && isStart && this.#words.length > 0) {
      const line = this.#text.indexOf('\n', this.#at);
      this.#at = line < 0 ? this.#text.length : line;
    } else if (/[{}]/.test(character) && isStart && (next === undefined || /[\s;]/.test(next)))
      this.#end(1, '');
    else {
      this.#add(character);
      this.#at++;
    }
  }

  #current(): Word {
    this.#word ??= { text: '', isDisguised: false, isOpen: false, isQuoted: false };
    return this.#word;
  }

  #add(text: string): void {
    this.#current().text += text;
  }

  #escape(next: string | undefined): void {
    this.#at += 2;
    if (next === undefined || next === '\n') return;
    const word = this.#current();
    // `\ls` is `ls` without its alias; `l\s` is nothing but hidden.
    if (/[a-z]/i.test(next) && word.text !== '') word.isDisguised = true;
    word.text += next;
  }

  #single(): void {
    const end = this.#text.indexOf("'", this.#at + 1);
    const inner = this.#text.slice(this.#at + 1, end < 0 ? undefined : end);
    this.#quoted(inner);
    this.#at = end < 0 ? this.#text.length : end + 1;
  }

  #quoted(inner: string): void {
    const word = this.#current();
    // Quotes inside a word hide it (`r''m`); around a whole one they are manners.
    if (word.text !== '' || inner === '') word.isDisguised = true;
    word.isQuoted = true;
    word.text += inner;
  }

  #double(): void {
    const word = this.#current();
    if (word.text !== '') word.isDisguised = true;
    word.isQuoted = true;
    this.#at++;
    const start = word.text.length;
    while (this.#at < this.#text.length) {
      const character = this.#text[this.#at]!;
      if (character === '"') break;
      if (character === '\\') {
        const next = this.#text[this.#at + 1] ?? '';
        word.text += '$`"\\\n'.includes(next) ? next : `\\${next}`;
        this.#at += 2;
      } else if (character === '$') this.#dollar(this.#text[this.#at + 1], true);
      else if (character === '`') this.#backticks();
      else {
        word.text += character;
        this.#at++;
      }
    }
    if (word.text.length === start) word.isDisguised = true;
    this.#at++;
  }

  #backticks(): void {
    const end = this.#text.indexOf('`', this.#at + 1);
    const inner = this.#text.slice(this.#at + 1, end < 0 ? undefined : end);
    this.#at = end < 0 ? this.#text.length : end + 1;
    this.#substitute(inner);
  }

  #substitute(inner: string): void {
    const word = this.#current();
    word.isDisguised = true;
    if (this.#depth >= DEPTH_MAX) {
      word.isOpen = true;
      return;
    }
    const last = new Shell(this.#commands, this.#variables, this.#budget, this.#depth + 1).read(
      inner,
    );
    const output = last === undefined ? '' : outputOf(last);
    if (output !== undefined) this.#expand(output);
    else {
      word.isOpen = true;
      // The whole of a word is one bare command (`rm`): read it as its name, for whoever takes the ticks for quotes.
      if (last?.words.length === 1 && word.text === '') word.text += last.words[0]!;
    }
  }

  #dollar(next: string | undefined, isInQuotes = false): void {
    if (next === '(') {
      const isArithmetic = this.#text[this.#at + 2] === '(';
      const end = closing(this.#text, this.#at + 1);
      const inner = this.#text.slice(this.#at + 2, end);
      this.#at = end + 1;
      if (isArithmetic) this.#add('1');
      else this.#substitute(inner);
    } else if (next === '{') this.#braced(isInQuotes);
    else if (next === "'" && !isInQuotes) this.#ansi();
    else if (next === '"' && !isInQuotes) this.#at++;
    else if (next !== undefined && /[A-Za-z_]/.test(next)) {
      const name = /^[A-Za-z_][A-Za-z0-9_]*/.exec(
        this.#text.slice(this.#at + 1, this.#at + 65),
      )![0];
      this.#at += 1 + name.length;
      this.#variable(name, isInQuotes);
    } else if (next !== undefined && /[@*0-9#?!-]/.test(next)) {
      // Positional parameters are empty in a text of its own: `w$@hoami`.
      this.#at += 2;
      this.#current().isDisguised = true;
    } else {
      this.#add('$');
      this.#at++;
    }
  }

  #variable(name: string, isInQuotes: boolean): void {
    if (name === 'IFS') {
      if (isInQuotes) this.#add(' ');
      else this.#endWord();
      return;
    }
    const word = this.#current();
    const value = this.#variables.get(name);
    if (value === undefined) {
      word.isOpen = true;
      // Within a word, what was never set is empty, and only there to part it: c${x}url.
      if (word.text !== '' && /^[a-z]/i.test(this.#text[this.#at] ?? '')) word.isDisguised = true;
      else word.text += `$${name}`;
      return;
    }
    word.isDisguised = true;
    this.#expand(value);
  }

  #expand(text: string): void {
    const word = this.#current();
    this.#budget.left -= text.length;
    if (this.#budget.left < 0) word.isOpen = true;
    else word.text += text;
  }

  /** ${name}, ${name:from:length}, ${name:-other}, ${!name}. */
  #braced(isInQuotes: boolean): void {
    const end = closing(this.#text, this.#at + 1);
    const inner = this.#text.slice(this.#at + 2, end);
    this.#at = end + 1;
    const match = /^([!#]?)([A-Za-z_][A-Za-z0-9_]*|[@*0-9])(.*)$/s.exec(inner.slice(0, 256));
    if (match === null) return;
    const [, , name, rest] = match as unknown as [string, string, string, string];
    if (name === 'IFS') {
      this.#variable(name, isInQuotes);
      return;
    }
    const part = /^:\s*(\d{1,4})(?::\s*(\d{1,4}))?$/.exec(rest);
    const whole = this.#variables.get(name) ?? KNOWN[name];
    if (part !== null) {
      const from = Number(part[1]);
      const until = part[2] === undefined ? undefined : from + Number(part[2]);
      this.#current().isDisguised = true;
      this.#add((whole ?? '').slice(from, until));
    } else if (rest.startsWith(':-') || rest.startsWith(':=') || rest.startsWith('-')) {
      this.#current().isDisguised = true;
      this.#add(this.#variables.get(name) ?? rest.replace(/^:?[-=]/, ''));
    } else if (/^[@*0-9]$/.test(name)) this.#current().isDisguised = true;
    else this.#variable(name, isInQuotes);
  }

  #ansi(): void {
    let end = this.#at + 2;
    while (end < this.#text.length && this.#text[end] !== "'")
      end += this.#text[end] === '\\' ? 2 : 1;
    const inner = this.#text.slice(this.#at + 2, end);
    const word = this.#current();
    word.isDisguised ||= inner.includes('\\');
    word.text += unescaped(inner);
    this.#at = end + 1;
  }

  #ampersand(next: string | undefined): void {
    if (next === '>') this.#redirect('>', undefined, 1);
    else if (next === '&') this.#end(2, '&&');
    else this.#end(1, '&');
  }

  #redirect(character: string, next: string | undefined, skip = 0): void {
    if (next === '(') {
      // Process substitution: its commands run.
      const end = closing(this.#text, this.#at + 1);
      const inner = this.#text.slice(this.#at + 2, end);
      this.#at = end + 1;
      this.#substitute(inner);
      this.#current().text = SUBSTITUTED;
      return;
    }
    if (this.#word !== undefined && /^[0-9]$/.test(this.#word.text)) this.#word = undefined;
    this.#endWord();
    let operator = character;
    this.#at += 1 + skip;
    while (operator.length < 3 && this.#text[this.#at] === character)
      operator += this.#text[this.#at++];
    if (this.#text[this.#at] === '&' || this.#text[this.#at] === '|') this.#at++;
    this.#redirects.push([operator, '']);
  }

  #end(length: number, separator: string): void {
    this.#at += length;
    this.#endCommand(separator);
  }

  #endWord(): void {
    const word = this.#word;
    this.#word = undefined;
    if (word === undefined) return;
    const last = this.#redirects.at(-1);
    if (last !== undefined && last[1] === '') {
      last[1] = word.text;
      return;
    }
    if (this.#words.length < 512) {
      // An unquoted expansion is split into words again.
      if (word.isDisguised && !word.isQuoted && /\s/.test(word.text))
        for (const text of word.text.trim().split(/\s+/, EXPANSION_MAX))
          this.#words.push({ ...word, text });
      else for (const text of braces(word)) this.#words.push(text);
    }
  }

  #endCommand(separator: string): void {
    this.#endWord();
    const [words, redirects] = [this.#words, this.#redirects];
    const [from, before] = [this.#from, this.#separator];
    this.#words = [];
    this.#redirects = [];
    this.#from = undefined;
    this.#separator = separator;
    while (words[0] !== undefined && this.#assign(words[0])) words.shift();
    while (words[0]?.text === '' && words.length > 1) words.shift();
    if (words.length === 0 && redirects.length === 0) return;
    const command: Command = {
      words: words.map((word) => word.text),
      redirects,
      from,
      depth: this.#depth,
      separator: before,
      disguised: words.map((word) => word.isDisguised || /[?*[]/.test(word.text)),
    };
    this.#commands.push(command);
    if (separator === '|') this.#from = command;
  }

  #assign({ text, isQuoted }: Word): boolean {
    const equals = text.indexOf('=');
    if (equals < 1 || equals > 64) return false;
    const name = text.slice(0, equals);
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) || (isQuoted && /^\S+=$/.test(text))) return false;
    if (this.#variables.size < 256)
      this.#variables.set(name, text.slice(equals + 1, equals + 1025));
    return true;
  }
}
