/**
 * A mistake in arguments, in words by which an agent can mend it: where it is, what stands there, what would be right.
 *
 * Values are not quoted: they may be secrets, and refusals are logged. Names of arguments are; they are cut.
 */

/** What is read of ajv's error. */
export interface Mistake {
  readonly instancePath: string;
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly message?: string;
  readonly parentSchema?: Readonly<Record<string, unknown>>;
  readonly data?: unknown;
}

const WORDS_MAX = 600;
const NAME_MAX = 80;
const LISTED_MAX = 30;

export function words(mistake: Mistake | undefined): string {
  if (mistake === undefined) return 'The arguments do not fit.';
  return cut(sentence(mistake), WORDS_MAX);
}

function sentence({ instancePath, keyword, params, message, parentSchema, data }: Mistake): string {
  const place = placeOf(instancePath);
  const it = place === '' ? 'The arguments' : `The argument ${place}`;
  const has = place === '' ? 'have' : 'has';
  switch (keyword) {
    case 'required':
    case 'dependentRequired':
    case 'dependencies':
      return `${it} ${place === '' ? 'lack' : 'lacks'} ${list(missing(params, parentSchema, data))}.`;
    case 'additionalProperties':
    case 'unevaluatedProperties': {
      const extra = String(params.additionalProperty ?? params.unevaluatedProperty);
      const known = Object.keys((parentSchema?.properties as object | undefined) ?? {});
      const right = known.length === 0 ? 'none are' : `known are ${list(known)}`;
      return `${it} ${has} ${list([extra])}, which is not known; ${right}.`;
    }
    case 'type':
      return `${it} must be ${kinds(params.type)}, not ${kindOf(data)}.`;
    case 'enum':
      return `${it} must be one of ${choices(params.allowedValues)}.`;
    case 'const':
      return `${it} must be ${choices([params.allowedValue])}.`;
    case 'pattern':
      return `${it} must match the pattern ${cut(String(params.pattern), 200)}.`;
    case 'format':
      return `${it} must have the format "${cut(String(params.format), NAME_MAX)}".`;
    default:
      return `${it} ${cut(message ?? 'must be something else', 200)}.`;
  }
}

/** All that is missing, not only the first: one more call mends it. */
function missing(
  params: Mistake['params'],
  parent: Mistake['parentSchema'],
  data: unknown,
): string[] {
  const first = String(params.missingProperty);
  const { required } = parent ?? {};
  if (!Array.isArray(required) || typeof data !== 'object' || data === null) return [first];
  const names = required.filter((name) => typeof name === 'string' && !Object.hasOwn(data, name));
  return names.includes(first) ? names : [first];
}

/** "/items/0/name" as `items[0].name`. */
function placeOf(path: string): string {
  const parts = path.split('/').slice(1);
  const shown = parts.map((part, at) => {
    const name = cut(part.replaceAll('~1', '/').replaceAll('~0', '~'), NAME_MAX);
    if (/^\d+$/.test(name) && at > 0) return `[${name}]`;
    return at === 0 ? name : `.${name}`;
  });
  return shown.length === 0 ? '' : `"${cut(shown.join(''), 200)}"`;
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, LISTED_MAX).map((name) => `"${cut(name, NAME_MAX)}"`);
  const rest = names.length - shown.length;
  return shown.join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}

function choices(values: unknown): string {
  const all = Array.isArray(values) ? values : [values];
  const shown = all.slice(0, LISTED_MAX).map((value) => cut(JSON.stringify(value), NAME_MAX));
  const rest = all.length - shown.length;
  return shown.join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}

function kinds(type: unknown): string {
  return Array.isArray(type) ? type.join(' or ') : String(type);
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

function cut(text: string, max: number): string {
  return text.length > max ? `${text.slice(0, max - 1)}…` : text;
}
