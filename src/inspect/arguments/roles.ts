/**
 * What a parameter is for, so that only that is judged which its server may act upon.
 *
 * A semicolon ends a command in a shell, separates statements in SQL, and is punctuation in a comment. Whether it
 * matters depends on the parameter, and that is learnt, in this order, from its schema (format, pattern of the
 * description), its name, and the name of its tool. A parameter that carries text for people, or the content of a file,
 * is `free`: it is never judged as a command. What nothing is known of is `unknown`: only what is hostile in every
 * reading is found there.
 */

import { words } from './verdict.ts';

export type Role =
  | 'shell'
  | 'code'
  | 'sql'
  | 'path'
  | 'url'
  | 'host'
  | 'pattern'
  | 'identifier'
  | 'free'
  | 'unknown';

/** By the last word of the name that says something: `sourceFilePath` is a path, `file_content` is content. */
const NAMES: ReadonlyMap<string, Role> = new Map(
  (
    [
      ['shell', 'command commands cmd cmds cmdline commandline shell bash script exec'],
      ['code', 'code javascript python snippet program js'],
      ['sql', 'sql statement ddl dml'],
      [
        'path',
        `path paths file files filename filenames filepath dir dirs directory directories folder folders root cwd
         dest destination output input source src workdir workspace template attachment archive image document
         location include savepath basedir logfile resource video audio theme layout view page locale`,
      ],
      [
        'url',
        `url urls uri uris href link links endpoint webhook callback redirect feed website site origin homepage
         referer proxy baseurl`,
      ],
      [
        'host',
        'host hosts hostname domain domains ip address addresses server upstream addr fqdn subdomain target',
      ],
      [
        'pattern',
        'pattern patterns regex regexp glob globs include exclude filter match selector xpath jq jql cql kql logql promql expr where formula condition conditions criteria',
      ],
      [
        'identifier',
        `id ids uuid guid name names email mail user username login account slug key tag branch ref repo repository
         owner org project package module version symbol ticker sku code_name channel role group table column
         database db schema collection bucket region zone namespace pod container service environment env
         customer order lang language country city format type sort field port extension password pass token
         session phone zip date customer_id host_name commit sha remote category status`,
      ],
      [
        'free',
        `content contents body text message messages comment comments description title subject summary note notes
         query q question prompt markdown html css xml yaml json csv diagram caption label reason observation
         observations instructions instruction details answer reply bio about topic keyword keywords thought
         data payload diff patch motto context conversation history abstract paragraph heading footer header
         search searchterm term terms sentence feedback review story transcript tweet post str string replacement`,
      ],
    ] as const
  ).flatMap(([role, list]) => [...words(list)].map((word) => [word, role] as const)),
);

/** Words of a tool's name: what it does with a parameter whose own name does not say. */
const RUNS_COMMANDS = words(
  'shell bash command cmd exec execute terminal process run spawn ssh powershell console',
);
const ASKS_DATABASES = words(
  'sql query queries db database postgres postgresql mysql sqlite mssql oracle clickhouse snowflake bigquery duckdb',
);
const RUNS_CODE = words(
  'eval evaluate python javascript js node code repl script notebook interpreter sandbox',
);
const SEARCHES = words('search wikipedia docs documentation issues notes web find lookup ask');

const WORD = /[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+/g;
const wordsOf = (name: string): string[] =>
  (name.slice(0, 128).match(WORD) ?? []).map((word) => word.toLowerCase());

/** Tools and parameters remembered; names come from outside, so both are bounded. */
const TOOLS_MAX = 512;
const PARAMETERS_MAX = 256;
const ofTools = new Map<string, Roles>();

export class Roles {
  readonly #tool: readonly string[];
  readonly #schema: unknown;
  readonly #known = new Map<string, Role>();

  constructor(tool: string, schema?: unknown) {
    this.#tool = wordsOf(tool);
    this.#schema = schema;
  }

  static for(tool: string, schema: unknown): Roles {
    if (schema !== undefined) return new Roles(tool, schema);
    const known = ofTools.get(tool);
    if (known !== undefined) return known;
    if (ofTools.size >= TOOLS_MAX) ofTools.clear();
    const roles = new Roles(tool);
    ofTools.set(tool, roles);
    return roles;
  }

  /** @param path JSON Pointer into the arguments */
  of(path: string): Role {
    const known = this.#known.get(path);
    if (known !== undefined) return known;
    const keys = path
      .slice(1)
      .split('/')
      .filter((key) => !/^[0-9]+$/.test(key));
    const name = keys.at(-1) ?? '';
    const role = this.#fromSchema(path) ?? this.#fromName(name, keys.slice(0, -1)) ?? 'unknown';
    if (this.#known.size < PARAMETERS_MAX) this.#known.set(path, role);
    return role;
  }

  toolHas(any: ReadonlySet<string>): boolean {
    return this.#tool.some((word) => any.has(word));
  }

  #fromName(name: string, parents: readonly string[]): Role | undefined {
    const parts = wordsOf(name);
    // `headers`, `env`, `metadata`: free-form maps, whose keys are named by whoever fills them.
    if (parts.length === 0) return undefined;
    const whole = parts.join('');
    if (/^(?:args|argv|arguments)$/.test(whole) && this.toolHas(RUNS_COMMANDS)) return 'shell';
    if (/^(?:query|statement|queries|expression)$/.test(whole)) return this.#ofQuery(whole);
    if (whole === 'input' && this.toolHas(RUNS_COMMANDS)) return 'shell';
    if (whole === 'script' && !this.toolHas(RUNS_COMMANDS)) return 'code';
    if (whole === 'code' && !this.toolHas(RUNS_CODE) && !this.toolHas(RUNS_COMMANDS))
      return 'identifier';
    if (/^(?:text|source)$/.test(whole) && parents.length === 0 && this.toolHas(RUNS_CODE))
      return 'code';
    for (const part of [whole, ...parts.toReversed()]) {
      const role = NAMES.get(part);
      if (role !== undefined) return role;
    }
    return undefined;
  }

  #ofQuery(name: string): Role {
    const databases = this.#tool.filter((word) => ASKS_DATABASES.has(word));
    const isSearch = this.toolHas(SEARCHES);
    // `query` of `run_query` is a statement; of `search`, words.
    if (databases.length > 0 && !isSearch) return 'sql';
    if (name === 'expression') return 'pattern';
    return name === 'query' || name === 'queries' ? 'free' : 'unknown';
  }

  #fromSchema(path: string): Role | undefined {
    const schema = at(this.#schema, path);
    if (schema === undefined) return undefined;
    if (Array.isArray(schema.enum) || 'const' in schema) return 'identifier';
    const { format, description } = schema;
    if (typeof format === 'string') {
      if (/^(?:uri|iri|url)/.test(format)) return 'url';
      if (/hostname|^ipv[46]$/.test(format)) return 'host';
      if (/^(?:email|idn-email|uuid|date|date-time|time)$/.test(format)) return 'identifier';
      if (/path$/.test(format)) return 'path';
      if (format === 'regex') return 'pattern';
    }
    const name = path.slice(path.lastIndexOf('/') + 1);
    // A name that says what it is says it better than a sentence about it.
    if (typeof description !== 'string' || this.#fromName(name, []) !== undefined) return undefined;
    return fromDescription(description.slice(0, 400).toLowerCase());
  }
}

function fromDescription(text: string): Role | undefined {
  if (/\bsql\b/.test(text)) return 'sql';
  if (/(?:shell|bash|terminal|system) command|command (?:line )?to (?:run|execute)/.test(text))
    return 'shell';
  if (/\b(?:file|directory|folder) ?(?:path|name)\b|\bpath (?:to|of)\b/.test(text)) return 'path';
  if (/\b(?:url|uri)\b/.test(text)) return 'url';
  if (/\bhost ?name\b|\bip address\b|\bdomain name\b/.test(text)) return 'host';
  if (/\b(?:regex|regular expression|glob)\b/.test(text)) return 'pattern';
  if (/\b(?:identifier|id|name) of\b/.test(text)) return 'identifier';
  if (/\b(?:text|message|content|question|description|sentence)\b/.test(text)) return 'free';
  return undefined;
}

type Node = Record<string, unknown>;
const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null;

/** The property's own schema; plain `properties` and `items` only, as deep as the pointer goes. */
function at(schema: unknown, path: string): Node | undefined {
  let node = schema;
  for (const key of path.split('/').slice(1, 16)) {
    if (!isNode(node)) return undefined;
    const { properties, items } = node;
    if (/^[0-9]+$/.test(key) && isNode(items)) node = items;
    else if (isNode(properties) && Object.hasOwn(properties, key)) node = properties[key];
    else return undefined;
  }
  return isNode(node) ? node : undefined;
}
