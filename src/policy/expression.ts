/**
 * Conditions in CEL, compiled and bounded when the configuration is loaded.
 *
 * The engine has no limit on what an expression costs while it runs, so the expression and what it sees are bounded: a
 * list of known functions and nothing else (no `map`, no `cel.bind`, with which text can be doubled at every step), no
 * quantifier within a quantifier, arguments of bounded size (`arguments.ts`), and a count of the steps before (`cost.ts`). `matches` of the engine is a JavaScript
 * RegExp, which one crafted text can stall (8.9 s, measured): it is refused in favour of `re2`, which is linear.
 * Whatever fails while it runs is 'error', and the caller of this denies.
 */

import { type ASTNode, Environment, type ParseResult } from '@marcbachmann/cel-js';
import { RE2JS } from 're2js';
import { isSmall } from './automaton.ts';
import { costOf, type Size, STEPS_MAX } from './cost.ts';

/** What a condition may look at. */
export interface Facts {
  readonly caller: {
    readonly id: string;
    readonly by: string;
    readonly agent: string;
    readonly user: string;
    readonly roles: readonly string[];
    readonly scopes: readonly string[];
    readonly tenant: string;
  };
  readonly tool: {
    readonly kind: string;
    readonly server: string;
    readonly name: string;
    readonly readOnly: boolean;
    readonly destructive: boolean;
    readonly idempotent: boolean;
    readonly openWorld: boolean;
  };
  readonly args: Readonly<Record<string, unknown>>;
  readonly session: { readonly route: string; readonly era: string };
  readonly time: Date;
  /** '' over stdio. */
  readonly ip: string;
  /** Of the arguments, as JSON. Not for conditions: what is too large for them may still be within a limit. */
  readonly bytes: number;
}

export interface Expression {
  /** Which of the variables it looks at; of the caller, which members (`caller.id`). */
  readonly uses: ReadonlySet<string>;
  /** Steps that it takes at most: see `cost.ts`. */
  cost(facts: Facts, size: Size): number;
  holds(facts: Facts): boolean | 'error';
}

export const EXPRESSION_CHARS_MAX = 2_000;
const AST_NODES_MAX = 250;
const AST_DEPTH_MAX = 24;
const QUANTIFIERS_MAX = 3;
const PATTERN_CHARS_MAX = 500;

const CALLER = ['id', 'by', 'agent', 'user', 'roles', 'scopes', 'tenant'] as const;
/** Everything is linear in what it is given, and gives nothing longer. */
const FUNCTIONS = new Set([
  'has',
  'size',
  'string',
  'int',
  'uint',
  'double',
  'bool',
  'dyn',
  'timestamp',
  'duration',
]);
/** Their argument must stand in the expression: the engine reads a long one in 7 ms, a crafted one not at all (measured). */
const READERS = new Set(['timestamp', 'duration']);
const QUANTIFIERS = new Set(['all', 'exists', 'exists_one']);
/** Their argument must stand in the expression: compiled once, and no search for one long text in another. */
const LITERAL = new Set(['re2', 'contains']);
const METHODS = new Set([
  'size',
  'startsWith',
  'endsWith',
  'lowerAscii',
  'upperAscii',
  'trim',
  'getDate',
  'getDayOfMonth',
  'getDayOfWeek',
  'getDayOfYear',
  'getFullYear',
  'getHours',
  'getMilliseconds',
  'getMinutes',
  'getMonth',
  'getSeconds',
]);

const base = new Environment({
  limits: { maxAstNodes: AST_NODES_MAX, maxDepth: AST_DEPTH_MAX },
})
  .registerVariable({
    name: 'caller',
    schema: {
      id: 'string',
      by: 'string',
      agent: 'string',
      user: 'string',
      roles: 'list<string>',
      scopes: 'list<string>',
      tenant: 'string',
    },
  })
  .registerVariable({
    name: 'tool',
    schema: {
      kind: 'string',
      server: 'string',
      name: 'string',
      readOnly: 'bool',
      destructive: 'bool',
      idempotent: 'bool',
      openWorld: 'bool',
    },
  })
  .registerVariable({ name: 'session', schema: { route: 'string', era: 'string' } })
  .registerVariable('args', 'map<string, dyn>')
  .registerVariable('time', 'google.protobuf.Timestamp')
  .registerVariable('ip', 'string');

/** The engine with the patterns of one expression: they go when it goes. */
function environmentWith(patterns: ReadonlyMap<string, RE2JS>): Environment {
  return base
    .clone()
    .registerFunction('string.re2(string): bool', (text: string, pattern: string) => {
      const regexp = patterns.get(pattern);
      // Every pattern that stands in an expression was compiled with it; another one cannot get here.
      if (regexp === undefined) throw new Error('a pattern that is not compiled');
      return regexp.test(text);
    });
}

/** A compiled condition, or what is wrong with it, as the end of "this must be …". */
export function compile(text: string): Expression | string {
  if (text.length > EXPRESSION_CHARS_MAX) return `at most ${EXPRESSION_CHARS_MAX} characters long`;
  const look = new Walk();
  const { uses, patterns } = look;
  let program: ParseResult;
  try {
    program = environmentWith(patterns).parse(text);
  } catch (error) {
    return `a CEL expression; ${summary(error)}`;
  }
  const fault = look.node(program.ast);
  if (fault !== undefined) return `a CEL expression without ${fault}`;
  const cost = costOf(program.ast);
  if (cost({ facts: USUAL, size: NO_ARGUMENTS, loop: null }) > STEPS_MAX) {
    return 'a CEL expression that takes fewer steps';
  }
  const { valid, type, error } = program.check();
  if (!valid) return `a CEL expression; ${summary(error)}`;
  if (type !== 'bool' && type !== 'dyn') return `a CEL expression that is true or false`;
  return {
    uses,
    cost: (facts, size) => cost({ facts, size, loop: null }),
    holds(facts) {
      try {
        const value: unknown = program(facts);
        return typeof value === 'boolean' ? value : 'error';
      } catch {
        return 'error';
      }
    },
  };
}

const NO_ARGUMENTS: Size = { values: 0, chars: 0, isNested: false };
/** A caller with as many roles and scopes as few have: what is too dear with them is refused when it is loaded. */
const MANY = Array.from({ length: 64 }, (_, at) => `role-of-a-usual-length-${at}`);
const USUAL: Facts = {
  caller: { id: '', by: '', agent: '', user: '', roles: MANY, scopes: MANY, tenant: '' },
  tool: {
    ...{ kind: '', server: '', name: '', readOnly: false, destructive: false },
    ...{ idempotent: false, openWorld: false },
  },
  args: {},
  session: { route: '', era: '' },
  time: new Date(0),
  ip: '',
  bytes: 0,
};

/** The engine's one line, without its picture of the source. */
function summary(error: unknown): string {
  const { summary: line, range } = error as { summary?: string; range?: { start: number } };
  const place = range === undefined ? '' : ` (at character ${range.start + 1})`;
  return `${(line ?? 'it cannot be read').slice(0, 200)}${place}`;
}

/** One look over an expression: what it uses, and the first thing that may not be in it, in words. */
class Walk {
  readonly uses = new Set<string>();
  readonly patterns = new Map<string, RE2JS>();
  #quantified = 0;

  /** `quantifiers`: how many this node stands in. */
  node(node: ASTNode, quantifiers = 0): string | undefined {
    switch (node.op) {
      case 'value':
        return undefined;
      case 'id':
        this.#use(node.args);
        return undefined;
      case '.':
        return this.#member(node.args[0], node.args[1], quantifiers);
      case '[]': {
        const [of, key] = node.args;
        const name = key.op === 'value' ? key.args : null;
        return this.#member(of, name, quantifiers) ?? this.node(key, quantifiers);
      }
      case 'call': {
        const [name, args] = node.args;
        if (!FUNCTIONS.has(name)) return unknown(name);
        if (READERS.has(name) && args[0]?.op !== 'value') {
          return `"${name}" of anything but a text written in it`;
        }
        return this.#repeated(args, quantifiers) ?? this.#nodes(args, quantifiers);
      }
      case 'rcall':
        return this.#method(node.args, quantifiers);
      case 'map':
        return this.#nodes(node.args.flat(), quantifiers);
      case '!_':
      case '-_':
        return this.node(node.args, quantifiers);
      case '+':
        return this.#repeated(node.args, quantifiers) ?? this.#nodes(node.args, quantifiers);
      case '.?':
      case '[?]':
        return 'optional members';
      default:
        return this.#nodes(node.args, quantifiers);
    }
  }

  #member(of: ASTNode, name: unknown, quantifiers: number): string | undefined {
    if (of.op !== 'id' || of.args !== 'caller' || typeof name !== 'string') {
      return this.node(of, quantifiers);
    }
    this.uses.add(`caller.${name}`);
    return undefined;
  }

  #method([name, on, args]: [string, ASTNode, ASTNode[]], quantifiers: number) {
    if (name === 'matches') return '"matches", whose time has no bound; use "re2"';
    const isQuantifier = QUANTIFIERS.has(name);
    if (isQuantifier && quantifiers > 0) return 'a quantifier within a quantifier';
    const isKnown = isQuantifier || METHODS.has(name) || LITERAL.has(name);
    if (!isKnown) return unknown(name);
    if (isQuantifier && ++this.#quantified > QUANTIFIERS_MAX) {
      return `more than ${QUANTIFIERS_MAX} quantifiers`;
    }
    const inside = this.#repeated([on, ...args], quantifiers) ?? this.node(on, quantifiers);
    if (inside !== undefined) return inside;
    if (LITERAL.has(name)) return this.#literal(name, args);
    return this.#nodes(args, quantifiers + (isQuantifier ? 1 : 0));
  }

  #literal(name: string, [argument]: readonly ASTNode[]): string | undefined {
    const text = argument?.op === 'value' ? argument.args : undefined;
    if (typeof text !== 'string') return `"${name}" of anything but a text written in it`;
    if (name !== 're2') return undefined;
    const regexp = compilePattern(text);
    if (typeof regexp === 'string') return `a pattern that is not ${regexp}`;
    this.patterns.set(text, regexp);
    return undefined;
  }

  /** Within a quantifier: the whole of a long argument, gone through once for every element of another. */
  #repeated(nodes: readonly ASTNode[], quantifiers: number): string | undefined {
    if (quantifiers === 0 || !nodes.some(mentionsArguments)) return undefined;
    return 'a function of "args" within a quantifier';
  }

  #nodes(nodes: readonly ASTNode[], quantifiers: number): string | undefined {
    for (const node of nodes) {
      const fault = this.node(node, quantifiers);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }

  #use(name: string): void {
    if (name === 'caller') for (const member of CALLER) this.uses.add(`caller.${member}`);
    else this.uses.add(name);
  }
}

/** Plain access to members and elements: more is made of functions, which are looked at by themselves. */
function mentionsArguments(node: ASTNode): boolean {
  if (node.op === 'id') return node.args === 'args';
  if (node.op === '.' || node.op === '[]') return mentionsArguments(node.args[0]);
  return false;
}

function unknown(name: string): string {
  return `"${name}", which is not known here`;
}

/** Found anywhere in the text unless it is anchored, or the whole of it; or what the pattern must be. */
export function compilePattern(text: string, must: 'occur' | 'whole' = 'occur'): RE2JS | string {
  if (text.length > PATTERN_CHARS_MAX) return `at most ${PATTERN_CHARS_MAX} characters long`;
  let pattern: RE2JS;
  try {
    pattern = RE2JS.compile(text);
    // As a search: it goes through a table, where the engine's own match of the whole does not.
    if (must === 'whole') pattern = RE2JS.compile(`\\A(?:${text})\\z`);
  } catch {
    return 'a pattern of RE2 (no look-around, no back-references)';
  }
  if (isSmall(pattern)) return pattern;
  return 'a pattern of few states (no counted repetition of a hundred, or behind what repeats itself)';
}
