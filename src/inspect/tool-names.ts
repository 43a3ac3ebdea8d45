/**
 * Tools of one server that are named like another server's, and descriptions that give orders about another server's
 * tools: what only shows where several servers are joined.
 *
 * A name is compared by its skeleton: letters that look like others folded, case and separators gone. Where two servers
 * have a name in common, the one first in the file is the one whose name it is, whichever started first.
 */

import type { Confidence, Finding } from './rule.ts';
import { kindOf, lettersOf, MARK, SEVERAL, UNSEEN } from './views/look-alikes.ts';

/** Names remembered, over all servers: some ten times what the largest known installations list. */
const NAMES_MAX = 50_000;
/** Orders remembered of one definition. */
const MENTIONS_MAX = 64;
/** Of a definition, so much text is read for orders. */
const TEXT_MAX = 64 * 1024;
/** Letters around a name within which a word makes it an order. */
const REACH = 80;
const NAME = /[A-Za-z0-9_-]{5,100}/g;
/** A name of one word (search) stands in any text; one of several (send_email) is meant. */
const SEVERAL_WORDS = /[A-Za-z0-9][_-]+[A-Za-z0-9]|[a-z][A-Z]/;
const ORDER =
  /\b(?:must|always|never|instead of|rather than|do not|don'?t|should(?: not)?|before|after|when(?:ever)?|every time|replaces?|overrid(?:es?|ing)|supersedes?|deprecated|disabled?|broken|unsafe|call|invoke|use|using|run|prefer|forward|send|first|bcc|recipient)\b/i;

/** The letters of a name as they are seen, without case and separators. */
function plain(name: string): string {
  let seen = '';
  for (const letter of name.normalize('NFKC')) {
    const code = letter.codePointAt(0)!;
    const kind = code < 0x80 ? code : kindOf(code);
    if (kind === UNSEEN || kind === MARK) continue;
    seen += kind === 0 ? letter : kind >= SEVERAL ? lettersOf(kind) : String.fromCharCode(kind);
  }
  return seen.toLowerCase().replace(/[\s_.\-/:]+/g, '');
}

/** Whether a letter of it stands for one that it is not, or for none. */
function isDisguised(name: string): boolean {
  return [...name].some((letter) => letter > '\x7f' && kindOf(letter.codePointAt(0)!) !== 0);
}

/** Shorter names are alike by chance (ls, is). */
const LETTERS_MIN = 5;

/** The same, and of letters that are taken for each other in ASCII one for all. */
function skeleton(text: string): string {
  return text
    .replaceAll('rn', 'm')
    .replaceAll('vv', 'w')
    .replaceAll('cl', 'd')
    .replace(/[1|!i]/g, 'l')
    .replaceAll('0', 'o')
    .replaceAll('5', 's');
}

/** Names of tools that stand near an order in one of these texts, in small letters. */
export function mentionsIn(texts: Iterable<string>): string[] {
  const found = new Set<string>();
  let left = TEXT_MAX;
  for (const whole of texts) {
    const text = whole.slice(0, left);
    left -= text.length;
    for (const match of text.matchAll(NAME)) {
      const [name] = match;
      if (!SEVERAL_WORDS.test(name) || found.has(name.toLowerCase())) continue;
      const before = text.slice(Math.max(0, match.index - REACH), match.index);
      const past = match.index + name.length;
      if (!ORDER.test(before) && !ORDER.test(text.slice(past, past + REACH))) continue;
      found.add(name.toLowerCase());
      if (found.size === MENTIONS_MAX) return [...found];
    }
    if (left <= 0) break;
  }
  return [...found];
}

interface Owner {
  readonly server: string;
  readonly name: string;
}

export class ToolNames {
  /** Servers in the order of the file. */
  readonly #order: readonly string[];
  readonly #separator: string;
  readonly #known = new Set<string>();
  readonly #byPlain = new Map<string, Owner[]>();
  readonly #bySkeleton = new Map<string, Owner[]>();
  readonly #byMention = new Map<string, Owner[]>();

  constructor(order: readonly string[], separator: string) {
    this.#order = order;
    this.#separator = separator;
  }

  /**
   * Tools that a server has; true where one is new. What it had once counts until the next configuration: it lists other
   * tools to other clients, and what is withdrawn must not come and go with them.
   */
  add(server: string, names: readonly string[]): boolean {
    const before = this.#known.size;
    for (const name of names) {
      const key = `${server} ${name}`;
      if (this.#known.has(key) || this.#known.size >= NAMES_MAX) continue;
      this.#known.add(key);
      const owner = { server, name };
      const letters = plain(name);
      add(this.#byPlain, letters, owner);
      add(this.#bySkeleton, skeleton(letters), owner);
      add(this.#byMention, name.toLowerCase(), owner);
      add(this.#byMention, `${server}${this.#separator}${name}`.toLowerCase(), owner);
    }
    return this.#known.size > before;
  }

  /** `isShared`: whether it counts that a name is the same but for case and separators, and how much. */
  findings(
    server: string,
    name: string,
    mentions: readonly string[],
    isShared: Confidence | undefined,
  ): Finding[] {
    const found = [this.#imitates(server, name, isShared), this.#steers(server, mentions)];
    return found.filter((one) => one !== undefined);
  }

  #imitates(server: string, name: string, isShared: Confidence | undefined): Finding | undefined {
    const letters = plain(name);
    const other = this.#byPlain
      .get(letters)
      ?.find((one) => one.server !== server && one.name !== name);
    if (other !== undefined && isDisguised(name)) {
      return finding('poisoning.name-looks-alike', 'high', '/name', other);
    }
    const prefixed = this.#prefixed(server, name);
    if (prefixed !== undefined) return prefixed;
    const mine = this.#order.indexOf(server);
    const earlier = ({ server: other }: Owner) => {
      const theirs = this.#order.indexOf(other);
      return other !== server && theirs >= 0 && (mine < 0 || theirs < mine);
    };
    const shared = this.#byPlain.get(letters)?.find(earlier);
    if (shared !== undefined) {
      return isShared && finding('poisoning.name-shared', isShared, '/name', shared);
    }
    if (letters.length < LETTERS_MIN) return undefined;
    const like = this.#bySkeleton.get(skeleton(letters))?.find(earlier);
    return like && finding('poisoning.name-looks-alike', 'medium', '/name', like);
  }

  /** `github__create_issue`, listed by a server that is not github: where names have no prefix it would be that tool. */
  #prefixed(server: string, name: string): Finding | undefined {
    const at = name.indexOf(this.#separator);
    if (at <= 0) return undefined;
    const [of, rest] = [plain(name.slice(0, at)), plain(name.slice(at + this.#separator.length))];
    const owner = this.#byPlain
      .get(rest)
      ?.find((one) => one.server !== server && plain(one.server) === of);
    return owner && finding('poisoning.name-of-other-server', 'high', '/name', owner);
  }

  #steers(server: string, mentions: readonly string[]): Finding | undefined {
    for (const mention of mentions) {
      const owners = this.#byMention.get(mention);
      // What it may call its own it may speak of.
      if (owners === undefined || owners.some((one) => one.server === server)) continue;
      return finding('poisoning.steers-other-server', 'medium', '', owners[0]!);
    }
    return undefined;
  }
}

function add(to: Map<string, Owner[]>, key: string, owner: Owner): void {
  const known = to.get(key);
  if (known === undefined) to.set(key, [owner]);
  else known.push(owner);
}

function finding(
  rule: string,
  confidence: Confidence,
  path: string,
  { server, name }: Owner,
): Finding {
  // A name is its server's own words; one that is no plain word is not repeated.
  const what = /^[\w.-]{1,64}$/.test(name) ? `tool "${name}"` : 'a tool';
  const detail = `${what} of server "${server}"`;
  return { rule, class: 'poisoning', confidence, path, steps: [], span: null, leaf: null, detail };
}
