/**
 * What a schema may be, and what holding something against it may cost.
 *
 * Schemas come from servers, and a server can be hostile: nested so deep that a compiler overflows its stack, so wide
 * that it takes seconds (measured with ajv 8.20: 20,000 properties 3.2 s, 5,000 branches 2.0 s), or so folded that thirty
 * definitions ask a billion questions about one value.
 */

/** Larger than the schemas of real servers by far; those of generated API servers reach 60 KB. */
export const SCHEMA_BYTES_MAX = 256 * 1024;
const DEPTH_MAX = 64;
const OBJECTS_MAX = 5_000;
const WEIGHT_MAX = 1e9;
/** A pattern or format walks a string, in the plain-JavaScript RE2 at some 50 ns per character. */
const TEXT_WEIGHT = 20;

export interface Measure {
  /** Questions asked about one value in the worst case, references followed. */
  readonly weight: number;
  /** Whether no bound on the questions follows from the schema alone: it refers to itself, or by names we do not follow. */
  readonly isOpen: boolean;
}

/** The measure of a schema, or why it is not used. */
export function measure(schema: unknown): Measure | string {
  const fault = sizeFault(schema);
  if (fault !== undefined) return fault;
  const scale = new Scale(schema);
  const weight = scale.weigh(schema);
  return { weight: Math.min(weight, WEIGHT_MAX), isOpen: scale.isOpen };
}

/** Without recursion of its own: the depth is what is in question. */
function sizeFault(schema: unknown): string | undefined {
  const open: [unknown, number][] = [[schema, 1]];
  let objects = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [value, depth] = next;
    if (typeof value !== 'object' || value === null) continue;
    objects += 1;
    if (depth > DEPTH_MAX) return `it is nested deeper than ${DEPTH_MAX}`;
    if (objects > OBJECTS_MAX) return `it has more than ${OBJECTS_MAX} parts`;
    for (const child of Object.values(value)) open.push([child, depth + 1]);
  }
  return undefined;
}

/** Asked only through a reference. */
const ASIDE: ReadonlySet<string> = new Set(['$defs', 'definitions']);
/** References that are resolved by more than a path from the root, and keywords that compare items with each other. */
const OPEN: ReadonlySet<string> = new Set([
  '$dynamicRef',
  '$recursiveRef',
  '$id',
  'id',
  'uniqueItems',
]);

class Scale {
  isOpen = false;
  readonly #root: unknown;
  readonly #known = new Map<object, number>();
  readonly #path = new Set<object>();

  constructor(root: unknown) {
    this.#root = root;
  }

  weigh(value: unknown): number {
    if (typeof value !== 'object' || value === null) return 1;
    const known = this.#known.get(value);
    if (known !== undefined) return known;
    if (this.#path.has(value)) {
      this.isOpen = true;
      return 1;
    }
    this.#path.add(value);
    let weight = 1;
    for (const [key, child] of Object.entries(value)) {
      if (ASIDE.has(key) && value === this.#root) continue;
      weight += this.#weighMember(key, child);
    }
    this.#path.delete(value);
    this.#known.set(value, weight);
    return Math.min(weight, WEIGHT_MAX);
  }

  #weighMember(key: string, child: unknown): number {
    if (OPEN.has(key) && child !== false && typeof child !== 'object') this.isOpen = true;
    if ((key === 'pattern' || key === 'format') && typeof child === 'string') return TEXT_WEIGHT;
    if (key === '$ref' && typeof child === 'string') return this.#follow(child);
    return this.weigh(child);
  }

  #follow(ref: string): number {
    if (!ref.startsWith('#')) {
      this.isOpen = true;
      return 1;
    }
    let target = this.#root;
    for (const part of ref.split('/').slice(1)) {
      const name = decoded(part).replaceAll('~1', '/').replaceAll('~0', '~');
      const isGroup = typeof target === 'object' && target !== null && Object.hasOwn(target, name);
      target = isGroup ? (target as Record<string, unknown>)[name] : undefined;
    }
    // An anchor, or nothing: the compiler knows.
    if (target === undefined || (ref !== '#' && !ref.startsWith('#/'))) this.isOpen = true;
    return target === undefined ? 1 : this.weigh(target);
  }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
