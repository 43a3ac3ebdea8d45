/**
 * What a condition costs at most with these arguments, counted before it is evaluated: the engine has no meter.
 *
 * In steps of about a nanosecond; each constant is the dearest case measured (bench/micro/access.ts). Where the size of
 * something is known (a member of the arguments, a text of the expression) it counts as it is, else as large as everything
 * in the arguments together. A condition that could exceed `STEPS_MAX` is not evaluated, and that denies.
 */

import type { ASTNode } from '@marcbachmann/cel-js';
import type { Facts } from './expression.ts';

/** Half of the millisecond that one message may take of this thread. */
export const STEPS_MAX = 500_000;

/** How much there is in the arguments of a call, at every depth. */
export interface Size {
  readonly values: number;
  readonly chars: number;
  /** A list or a group stands in a list: comparing such takes a hundred times as long. */
  readonly isNested: boolean;
}

/** Where the cost is asked for: the facts, and within a quantifier the elements over which that goes. */
export interface Scope {
  readonly facts: Facts;
  readonly size: Size;
  readonly loop: Loop | null;
}

interface Loop {
  readonly name: string;
  readonly count: number;
  /** Of one element, on the average: together they are no more than all. */
  readonly values: number;
  readonly chars: number;
}

export type Cost = (scope: Scope) => number;

const NODE = 25;
/** A conversion, or a part of a time. */
const CALL = 400;
const EQUAL = { flat: 10, nested: 500, each: 100, char: 0.1 };
/** Per character of what they are applied to. */
const TEXT: Readonly<Record<string, number>> = {
  size: 7,
  re2: 25,
  lowerAscii: 1.5,
  upperAscii: 1.5,
  trim: 1.5,
  startsWith: 0.1,
  endsWith: 0.1,
};
const TEXT_OTHER = 1;
/** `contains` compares at each character, in the worst case, with the whole of what it looks for. */
const CONTAINS_EACH = 0.4;
/** With a time zone: a formatter of Intl is made. */
const ZONED = 60_000;
/** Texts among the facts are no longer (src/auth/claims.ts); a tool's name may be, and is looked at no more often. */
const FACT_CHARS = 256;

/** The cost of an expression that `Walk` has let through. */
export function costOf(node: ASTNode): Cost {
  switch (node.op) {
    case 'value':
    case 'id':
      return () => NODE;
    case 'rcall':
      return methodCost(node.args);
    case 'call':
      return functionCost(node.args[0], node.args[1]);
    case '==':
    case '!=':
      return equalCost(node.args[0], node.args[1]);
    case 'in':
      return inCost(node.args[0], node.args[1]);
    default:
      return plainCost(childrenOf(node));
  }
}

function plainCost(children: readonly ASTNode[]): Cost {
  const costs = children.map(costOf);
  // A comparison of texts, or a text made of two, looks at each character.
  return (scope) => {
    let sum = NODE;
    for (const cost of costs) sum += cost(scope);
    for (const child of children) sum += EQUAL.char * charsOf(child, scope);
    return sum;
  };
}

function functionCost(name: string, args: readonly ASTNode[]): Cost {
  const plain = plainCost(args);
  const each = TEXT[name] ?? TEXT_OTHER;
  if (name === 'has') return plain;
  return (scope) => CALL + plain(scope) + each * sum(args, scope, charsOf);
}

function methodCost([name, on, args]: [string, ASTNode, ASTNode[]]): Cost {
  if (name === 'all' || name === 'exists' || name === 'exists_one') return loopCost(on, args);
  const plain = plainCost([on, ...args]);
  if (name.startsWith('get')) return (scope) => CALL + plain(scope) + (args.length > 0 ? ZONED : 0);
  if (name === 'contains') {
    const wanted = args[0]?.op === 'value' ? String(args[0].args).length : 0;
    return (scope) => plain(scope) + (1 + CONTAINS_EACH * wanted) * charsOf(on, scope);
  }
  const each = TEXT[name] ?? TEXT_OTHER;
  return (scope) => plain(scope) + each * charsOf(on, scope);
}

function loopCost(on: ASTNode, [variable, body]: ASTNode[]): Cost {
  if (variable?.op !== 'id' || body === undefined) return () => Number.POSITIVE_INFINITY;
  const name = variable.args;
  const [receiver, each] = [costOf(on), costOf(body)];
  return (scope) => {
    const count = Math.max(1, lengthOf(on, scope));
    const [values, chars] = [valuesOf(on, scope) / count, charsOf(on, scope) / count];
    return (
      receiver(scope) + count * (NODE + each({ ...scope, loop: { name, count, values, chars } }))
    );
  };
}

function equalCost(a: ASTNode, b: ASTNode): Cost {
  const [left, right] = [costOf(a), costOf(b)];
  return (scope) => {
    const values = Math.min(valuesOf(a, scope), valuesOf(b, scope));
    const chars = Math.min(charsOf(a, scope), charsOf(b, scope));
    const deep = values > 1 ? EQUAL.nested + EQUAL.each * values : 0;
    return NODE + left(scope) + right(scope) + deep + EQUAL.char * chars;
  };
}

/** One element against each of the others. */
function inCost(a: ASTNode, b: ASTNode): Cost {
  const [left, right] = [costOf(a), costOf(b)];
  return (scope) => {
    const pair = scope.size.isNested ? EQUAL.nested : EQUAL.flat;
    const pairs = pair * valuesOf(b, scope);
    return NODE + left(scope) + right(scope) + pairs + EQUAL.char * charsOf(b, scope);
  };
}

// === how large something is ===

/** The values in it, at every depth. */
function valuesOf(node: ASTNode, scope: Scope): number {
  if (node.op === 'value') return 1;
  const known = memberOf(node, scope);
  if (known !== undefined) return known === EVERYTHING ? scope.size.values : countOf(known, scope);
  const root = rootOf(node);
  if (root !== undefined && root === scope.loop?.name) return scope.loop.values;
  if (root !== undefined) return listOf(node, scope)?.length ?? 1;
  return Math.max(1, sum(childrenOf(node), scope, valuesOf));
}

/** The elements of it. */
function lengthOf(node: ASTNode, scope: Scope): number {
  if (node.op === 'list') return node.args.length;
  const known = memberOf(node, scope);
  if (Array.isArray(known)) return known.length;
  return valuesOf(node, scope);
}

/** The characters of all texts in it. */
function charsOf(node: ASTNode, scope: Scope): number {
  if (node.op === 'value') return typeof node.args === 'string' ? node.args.length : 0;
  const known = memberOf(node, scope);
  if (typeof known === 'string') return known.length;
  if (known === EVERYTHING || typeof known === 'object') return scope.size.chars;
  if (known !== undefined) return 0;
  const root = rootOf(node);
  if (root !== undefined && root === scope.loop?.name) return scope.loop.chars;
  if (root !== undefined) return listOf(node, scope)?.join('').length ?? FACT_CHARS;
  return sum(childrenOf(node), scope, charsOf);
}

function countOf(value: unknown, { size }: Scope): number {
  if (typeof value !== 'object' || value === null) return 1;
  return Array.isArray(value) && !size.isNested ? value.length : size.values;
}

const EVERYTHING = Symbol('everything');

/** What stands in the arguments under names of the expression; EVERYTHING where one of them is computed. */
function memberOf(node: ASTNode, scope: Scope): unknown {
  if (rootOf(node) !== 'args' || scope.loop?.name === 'args') return undefined;
  return resolve(node, scope.facts.args);
}

function resolve(node: ASTNode, args: unknown): unknown {
  if (node.op === 'id') return args;
  if (node.op !== '.' && node.op !== '[]') return EVERYTHING;
  const [of, key] = node.args;
  const name = typeof key === 'string' ? key : key.op === 'value' ? key.args : EVERYTHING;
  const group = resolve(of, args);
  if (group === EVERYTHING || typeof group !== 'object' || group === null) return group;
  const isPlain = typeof name === 'string' || typeof name === 'number' || typeof name === 'bigint';
  if (!isPlain) return EVERYTHING;
  // Not there: evaluating it ends at once.
  return Object.hasOwn(group, String(name)) ? (group as never)[String(name)] : null;
}

/** The variable of which this is a member of a member …; undefined where it is something else. */
function rootOf(node: ASTNode): string | undefined {
  if (node.op === 'id') return node.args;
  return node.op === '.' || node.op === '[]' ? rootOf(node.args[0]) : undefined;
}

/** The roles or scopes of the caller, where this is a list of them. */
function listOf(node: ASTNode, { facts }: Scope): readonly string[] | undefined {
  if (node.op !== '.' || node.args[0].op !== 'id' || node.args[0].args !== 'caller')
    return undefined;
  if (node.args[1] === 'roles') return facts.caller.roles;
  return node.args[1] === 'scopes' ? facts.caller.scopes : undefined;
}

function sum(
  nodes: readonly ASTNode[],
  scope: Scope,
  of: (node: ASTNode, scope: Scope) => number,
): number {
  let all = 0;
  for (const node of nodes) all += of(node, scope);
  return all;
}

/** Whatever stands below a node, of any kind. */
function childrenOf({ args }: ASTNode): ASTNode[] {
  const found: ASTNode[] = [];
  const look = (value: unknown) => {
    if (Array.isArray(value)) for (const one of value) look(one);
    else if (typeof value === 'object' && value !== null && 'op' in value) {
      found.push(value as ASTNode);
    }
  };
  look(args);
  return found;
}
