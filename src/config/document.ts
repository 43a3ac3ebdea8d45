/**
 * One YAML file, read within bounds, with the position of everything in it.
 *
 * JSON is YAML, so `.json` files take the same way. What makes two readers disagree is a fault: duplicate keys, several
 * documents, tags. Nothing is interpreted here beyond YAML: see `interpolate.ts` and `schema.ts` for that.
 */

import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type ParsedNode,
  parseDocument,
  visit,
  type YAMLError,
} from 'yaml';
import { type Fault, pathText } from './fault.ts';

/** A thousand servers fit in a tenth of it. */
export const FILE_BYTES_MAX = 1024 * 1024;
/** More aliases than any hand writes; ten levels of ten would be 10^10 nodes ("billion laughs"). */
const ALIASES_MAX = 100;
const DEPTH_MAX = 64;

/** The words for what the parser found; its own would quote the file. */
const YAML_WORDS: Record<string, string> = {
  DUPLICATE_KEY: 'this key stands here twice; keep one of them',
  MULTIPLE_DOCS: 'a second document starts here; one file holds one configuration',
  TAB_AS_INDENT: 'a tab indents this line; indent with spaces',
  TAG_RESOLVE_FAILED: 'this tag is not known; tags are not needed here',
  MISSING_CHAR: 'a quote or bracket is missing here; in { } and [ ], text with braces needs quotes',
  UNEXPECTED_TOKEN: 'something does not belong here; in { } and [ ], text with braces needs quotes',
  BAD_INDENT: 'the indentation does not match the lines around it',
  MULTILINE_IMPLICIT_KEY: 'a key must stand on one line, followed by ": "',
  BLOCK_AS_IMPLICIT_KEY: 'a value with ": " in it needs quotes',
  BAD_SCALAR_START: 'a text that starts with this character needs quotes',
  BAD_DQ_ESCAPE: 'this escape is not known in "…"; double the backslash',
  NON_STRING_KEY: 'a key must be text',
  RESOURCE_EXHAUSTION: 'this is nested too deep',
};

export class ConfigDocument {
  readonly file: string;
  readonly #yaml: Document.Parsed;
  readonly #lines: LineCounter;

  constructor(file: string, yaml: Document.Parsed, lines: LineCounter) {
    this.file = file;
    this.#yaml = yaml;
    this.#lines = lines;
  }

  get yaml(): Document.Parsed {
    return this.#yaml;
  }

  /** The plain value; a sentence when it unfolds to more than a file may mean. */
  value(): { ok: true; value: unknown } | { ok: false; words: string } {
    try {
      return { ok: true, value: this.#yaml.toJS({ maxAliasCount: ALIASES_MAX }) };
    } catch {
      return { ok: false, words: 'the aliases in this file unfold to too much; write it out' };
    }
  }

  /** The node at a path, through aliases; undefined where the path leaves the file. */
  node(path: readonly PropertyKey[]): ParsedNode | undefined {
    let node: unknown = this.#yaml.contents;
    for (const part of path) {
      node = this.#open(node);
      if (isMap(node)) node = node.items.find((pair) => keyText(pair.key) === String(part))?.value;
      else if (isSeq(node)) node = node.items[Number(part)];
      else return undefined;
    }
    node = this.#open(node);
    return isNode(node) ? (node as ParsedNode) : undefined;
  }

  /** A fault at a path; at its key where `atKey`, else at its value. The nearest parent when there is no such place. */
  fault(path: readonly PropertyKey[], words: string, atKey = false): Fault {
    return { ...this.#place(path, atKey), path: pathText(path), words };
  }

  /** A fault at an offset of the text. */
  faultAt(offset: number, path: string, words: string): Fault {
    const { line, col } = this.#lines.linePos(offset);
    return { file: this.file, line, column: col, path, words };
  }

  #place(path: readonly PropertyKey[], atKey: boolean) {
    const key = path.at(-1);
    if (atKey && key !== undefined) {
      const parent = this.node(path.slice(0, -1));
      const pair = isMap(parent)
        ? parent.items.find((item) => keyText(item.key) === String(key))
        : undefined;
      const range = isNode(pair?.key) ? pair.key.range : undefined;
      if (range) return this.faultAt(range[0], '', '');
    }
    for (let length = path.length; length >= 0; length--) {
      const range = this.node(path.slice(0, length))?.range;
      if (range) return this.faultAt(range[0], '', '');
    }
    return { file: this.file, line: 0, column: 0 };
  }

  #open(node: unknown): unknown {
    return isAlias(node) ? node.resolve(this.#yaml) : node;
  }
}

function keyText(key: unknown): string | undefined {
  return isScalar(key) ? String(key.value) : undefined;
}

/** The document, or every fault of its syntax. */
export function parseFile(file: string, text: string): ConfigDocument | readonly Fault[] {
  const lines = new LineCounter();
  let yaml: Document.Parsed;
  try {
    yaml = parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      stringKeys: true,
      uniqueKeys: true,
      // 'silent' would also keep it quiet about a second document.
      logLevel: 'error',
    });
  } catch {
    // The composer recurses: a file of nothing but brackets exhausts the stack.
    return [{ file, line: 0, column: 0, path: '', words: 'this file is nested too deep' }];
  }
  const document = new ConfigDocument(file, yaml, lines);
  const problems = [...yaml.errors, ...yaml.warnings];
  if (problems.length > 0)
    return firstOfEachLine(problems.map((one) => syntaxFault(document, one)));
  const odd = oddities(document);
  return odd.length > 0 ? odd : document;
}

function syntaxFault(document: ConfigDocument, problem: YAMLError): Fault {
  const words = YAML_WORDS[problem.code] ?? 'this is not valid YAML';
  return document.faultAt(problem.pos[0], '', words);
}

/** One slip makes the parser stumble over the rest of its line. */
function firstOfEachLine(faults: readonly Fault[]): Fault[] {
  const lines = new Set<number>();
  return faults.filter(({ line }) => !lines.has(line) && lines.add(line));
}

/** What YAML allows and no configuration means. */
function oddities(document: ConfigDocument): Fault[] {
  const faults: Fault[] = [];
  visit(document.yaml, {
    Node(_, node, path) {
      if (path.length <= DEPTH_MAX * 2) return;
      faults.push(document.faultAt(node.range?.[0] ?? 0, '', 'this is nested too deep'));
      return visit.BREAK;
    },
    Alias(_, alias) {
      if (alias.resolve(document.yaml) !== undefined) return;
      const words = 'this alias names no anchor that stands before it';
      faults.push(document.faultAt(alias.range?.[0] ?? 0, '', words));
    },
    Pair(_, pair) {
      // Parsers differ in whether this sets a key or a prototype.
      if (keyText(pair.key) !== '__proto__') return;
      const range = isNode(pair.key) ? pair.key.range : undefined;
      faults.push(document.faultAt(range?.[0] ?? 0, '', 'this key is not known here; remove it'));
    },
  });
  return faults;
}

/** The bytes of a regular file, or why not. Never blocks on a pipe and never reads more than `bytesMax`. */
export function readBounded(path: string, bytesMax: number): Buffer | string {
  let handle: number;
  try {
    // Without O_NONBLOCK, opening a FIFO waits for a writer that may never come.
    handle = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    return unreadable(error as NodeJS.ErrnoException);
  }
  try {
    const state = fstatSync(handle);
    if (!state.isFile()) return 'is not a regular file';
    // A file may grow between the two looks, so both count.
    if (state.size > bytesMax) return `is larger than ${bytesMax} bytes`;
    const bytes = readFileSync(handle);
    if (bytes.length > bytesMax) return `is larger than ${bytesMax} bytes`;
    return bytes;
  } catch (error) {
    return unreadable(error as NodeJS.ErrnoException);
  } finally {
    closeSync(handle);
  }
}

function unreadable({ code }: NodeJS.ErrnoException): string {
  return code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`;
}
