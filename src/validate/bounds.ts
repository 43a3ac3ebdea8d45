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

/**
 * What one check may cost, in questions of about 0.1 us: most of that is the record of a branch that did not fit.
 * Properties are asked once; what is asked of every item, or of every character, grows with the arguments.
 */
export interface Measure {
  readonly once: number;
  readonly perByte: number;
  /** Whether no bound follows from the schema alone: it refers to itself, or by names that are not followed here. */
  readonly isOpen: boolean;
}

/** The measure of a schema, or why it is not used. */
export function measure(schema: unknown): Measure | string {
  const fault = sizeFault(schema);
  if (fault !== undefined) return fault;
  const scale = new Scale(schema);
  return { ...scale.weigh(schema), isOpen: scale.isOpen };
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

/** Asked of every item or member: each takes two bytes of JSON at least. */
const REPEATED: ReadonlySet<string> = new Set([
  'items',
  'additionalItems',
  'unevaluatedItems',
  'contains',
  'additionalProperties',
  'unevaluatedProperties',
  'patternProperties',
  'propertyNames',
]);

interface Weight {
  readonly once: number;
  readonly perByte: number;
}

const ONE: Weight = { once: 1, perByte: 0 };
/** A pattern or a format walks a text: some 50 ns per character in RE2 of plain JavaScript. */
const TEXT: Weight = { once: 1, perByte: 1 };

class Scale {
  isOpen = false;
  readonly #root: unknown;
  readonly #known = new Map<object, Weight>();
  readonly #path = new Set<object>();

  constructor(root: unknown) {
    this.#root = root;
  }

  weigh(value: unknown): Weight {
    if (typeof value !== 'object' || value === null) return ONE;
    const known = this.#known.get(value);
    if (known !== undefined) return known;
    if (this.#path.has(value)) {
      this.isOpen = true;
      return ONE;
    }
    this.#path.add(value);
    let once = 1;
    let perByte = 0;
    for (const [key, child] of Object.entries(value)) {
      if (ASIDE.has(key) && value === this.#root) continue;
      const weight = this.#weighMember(key, child);
      const isRepeated = REPEATED.has(key);
      once += isRepeated ? 1 : weight.once;
      perByte += weight.perByte + (isRepeated ? weight.once / 2 : 0);
    }
    this.#path.delete(value);
    const weight = { once: Math.min(once, WEIGHT_MAX), perByte: Math.min(perByte, WEIGHT_MAX) };
    this.#known.set(value, weight);
    return weight;
  }

  #weighMember(key: string, child: unknown): Weight {
    if (OPEN.has(key) && child !== false && typeof child !== 'object') this.isOpen = true;
    if ((key === 'pattern' || key === 'format') && typeof child === 'string') return TEXT;
    if (key === '$ref' && typeof child === 'string') return this.#follow(child);
    return this.weigh(child);
  }

  #follow(ref: string): Weight {
    if (!ref.startsWith('#')) {
      this.isOpen = true;
      return ONE;
    }
    let target = this.#root;
    for (const part of ref.split('/').slice(1)) {
      const name = decoded(part).replaceAll('~1', '/').replaceAll('~0', '~');
      const isGroup = typeof target === 'object' && target !== null && Object.hasOwn(target, name);
      target = isGroup ? (target as Record<string, unknown>)[name] : undefined;
    }
    // An anchor, or nothing: the compiler knows.
    if (target === undefined || (ref !== '#' && !ref.startsWith('#/'))) this.isOpen = true;
    return target === undefined ? ONE : this.weigh(target);
  }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
