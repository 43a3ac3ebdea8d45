/**
 * SQL: what a query does, and SQL where none belongs.
 *
 * A query is split into statements (strings and comments put aside, so that a word in a string is no keyword) and each is
 * judged by its verb. Whether a write is welcome is learnt from the tool: `query`, `read`, `select` promise to look only.
 * In another parameter it is the break-out that is looked for: a literal closed, then logic, a comment, a second
 * statement; and functions that are there to wait, to read files or to run commands.
 */

import { high, low, medium, type Verdict } from './verdict.ts';

const STATEMENTS_MAX = 256;

/** Comments become blanks (they hide: DR/**\/OP is two words, DROP/**\/TABLE two as well), strings become ''. */
function bare(text: string): string {
  let [out, at] = ['', 0];
  while (at < text.length) {
    const character = text[at]!;
    const next = text[at + 1];
    if (character === '/' && next === '*') {
      const end = text.indexOf('*/', at + 2);
      // MySQL runs what stands in /*! … */, MariaDB also /*M! … */.
      const bang = text.slice(at + 2, at + 4).search(/^M?!/i) === 0 ? text.indexOf('!', at) : -1;
      if (bang >= 0) {
        out += ' ';
        at = bang + 1;
        while (text[at] !== undefined && /[0-9]/.test(text[at]!)) at++;
      } else {
        out += ' ';
        at = end < 0 ? text.length : end + 2;
      }
    } else if (character === '*' && next === '/') {
      // Where that ends.
      out += ' ';
      at += 2;
    } else if ((character === '-' && next === '-') || (character === '#' && next !== '>')) {
      const end = text.indexOf('\n', at);
      at = end < 0 ? text.length : end;
    } else if (character === "'" || character === '"' || character === '`') {
      const end = closingQuote(text, at, character);
      out += character === "'" ? "''" : ' name ';
      at = end + 1;
    } else {
      out += character;
      at++;
    }
  }
  return out;
}

function closingQuote(text: string, open: number, quote: string): number {
  for (let at = open + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === quote) {
      if (text[at + 1] !== quote) return at;
      at++;
    }
  }
  return text.length;
}

/** Runs of blanks and brackets as one: expressions over the rest then need no second look at any of it. */
const flat = (text: string): string =>
  text
    .replace(/[^\S\n]+/g, ' ')
    .replace(/\n\s*/g, '\n')
    .replace(/\){2,}/g, ')')
    .replace(/\({2,}/g, '(');

const WRITE = 'arguments.sql.write';
const DESTRUCTIVE = 'arguments.sql.destructive';
/** Beyond data: files, commands, accounts, the server itself. */
const BEYOND =
  /\binto\s+(?:out|dump)file\b|\bload_file\s?\(|\bload\s+data\b|\bxp_\w+|\bsp_(?:oacreate|configure|executesql|addlogin|addsrvrolemember)\b|\bcopy\b.{1,200}\b(?:program|from\s+''|to\s+'')|\bpg_(?:read_(?:binary_)?file|ls_dir|terminate_backend|sleep)\s?\(|\blo_(?:import|export)\s?\(|\bdblink\w*\s?\(|\bload_extension\s?\(|\butl_(?:http|file|inaddr|tcp)\b|\bdbms_(?:scheduler|java|xmlquery|pipe|lock)\b|\bopenrowset\s?\(|\bopendatasource\s?\(|\bwriteable_schema\b|\bwritable_schema\b|\b(?:sleep|benchmark)\s?\(\s?\d|\bwaitfor\s+(?:delay|time)\b|\bsys_(?:exec|eval)\s?\(|\bcreate\s+(?:or\s+replace\s+)?(?:function|extension|language)\b.{0,200}\b(?:language\s+(?:c|plpython3?u|plperlu)|soname|dblink|adminpack)\b/s;

/** @param isReadOnly the tool promises to look only; @param isForWrites it is there to write */
export function judgeQuery(text: string, isReadOnly: boolean, isForWrites: boolean): Verdict[] {
  const whole = flat(text);
  const found: Verdict[] = [];
  const plain = flat(bare(whole)).toLowerCase();
  // A query starts with a verb; one that starts by closing a literal was put into another.
  if (
    /^\s*["']\s*(?:[;)]|or\b|and\b|union\b|insert\b|drop\b|--)/i.test(whole) ||
    /^\s*\d*\s*["']\s*(?:;|--|or\b)/i.test(whole)
  )
    found.push(high('arguments.sql.injection'));
  for (const statement of [...plain.split(';', STATEMENTS_MAX), ...broken(whole)]) {
    const verdict = judgeStatement(statement.trim(), isReadOnly, isForWrites);
    if (verdict !== undefined) found.push(verdict);
  }
  if (BEYOND.test(plain)) found.push(high('arguments.sql.beyond-data'));
  if (/\b(?:or|and)\s+(?:''\s?=\s?''|(\d+)\s?=\s?\1\b)/.test(plain) && /--|#|\/\*/.test(whole))
    found.push(high('arguments.sql.injection'));
  return found;
}

/** What follows when the literal in which a text begins is closed: `'; drop table x --`. */
function broken(text: string): string[] {
  if (!/^[^'"]{0,64}["']/.test(text)) return [];
  // A query that starts with its verb has its literals where they belong.
  if (
    /^[\s(]*(?:select|with|explain|insert|update|delete|merge|show|describe|create|alter|replace|values|pragma|call|set)\b/i.test(
      text,
    )
  )
    return [];
  const quote = text.search(/["']/);
  return bare(text.slice(quote + 1))
    .toLowerCase()
    .split(';', STATEMENTS_MAX);
}

function judgeStatement(
  statement: string,
  isReadOnly: boolean,
  isForWrites: boolean,
): Verdict | undefined {
  const match =
    /^[\s(]*(?:explain\s+(?:analyze\s+)?(?:\([^)]{0,64}\)\s*)?)?([a-z]+)\s*(.{0,400})/s.exec(
      statement,
    );
  if (match === null) return undefined;
  let [, verb = '', rest = ''] = match;
  if (verb === 'with') {
    // WITH x AS (DELETE …) SELECT …: the write may stand in the expression or after it.
    const inner =
      /\b(delete\s+from|insert\s+into|update\s+\w|merge\s+into|truncate|drop)\b(.{0,400})/s.exec(
        statement,
      );
    if (inner === null) return undefined;
    [verb, rest] = [inner[1]!.split(/\s/)[0]!, inner[1]!.replace(/^\w+/, '') + inner[2]!];
  }
  const severity = severityOf(verb, rest.trim());
  if (severity === 2) return high(DESTRUCTIVE);
  if (severity === 1) return isReadOnly ? medium(WRITE) : isForWrites ? undefined : low(WRITE);
  if (severity === 3)
    return isForWrites && /^create|^alter/.test(verb) ? low(WRITE) : medium(WRITE);
  return verb === 'select' && /\binto\s+(?!''|@|:|\$)[a-z_#]/.test(rest) && /\bfrom\b/.test(rest)
    ? isReadOnly
      ? medium(WRITE)
      : low(WRITE)
    : undefined;
}

/** 0 looks, 1 writes rows, 2 destroys or hands out rights, 3 changes what is there. */
function severityOf(verb: string, rest: string): 0 | 1 | 2 | 3 {
  if (verb === 'drop')
    return /^(?:table|database|schema|view|index|user|role|column|function|procedure|trigger|keyspace|collection|materialized|sequence|tablespace|login|type|constraint|extension|stream|warehouse|if|all|temporary)\b/.test(
      rest,
    )
      ? 2
      : 0;
  if (verb === 'truncate') return rest === '' || /^\d/.test(rest) ? 0 : 2;
  if (verb === 'delete')
    return /^(?:from\b|\w+\s+(?:from|where)\b|top\b|only\b|low_priority|quick|ignore)/.test(rest)
      ? /\bwhere\b(?!\s*(?:1\s*=\s*1|true\b|''\s*=\s*''|\d+\s*$))/.test(rest)
        ? 1
        : 2
      : 0;
  if (verb === 'update')
    return /\bset\b/.test(rest)
      ? /\bwhere\b(?!\s*(?:1\s*=\s*1|true\b|''\s*=\s*''))/.test(rest)
        ? 1
        : 2
      : 0;
  if (/^(?:grant|revoke)$/.test(verb)) return /\b(?:to|from|on)\b/.test(rest) ? 2 : 0;
  if (/^(?:shutdown|kill)$/.test(verb))
    return /^(?:$|with\b|\d|immediate|abort|query|connection|--)/.test(rest) ? 2 : 0;
  if (/^(?:exec|execute)$/.test(verb))
    return /^(?:\(|immediate|master|xp_|sp_|'')/.test(rest) ? 2 : 3;
  if (verb === 'pragma')
    return /writable_schema|\bkey\b/.test(rest) && rest.includes('=') ? 2 : /=/.test(rest) ? 1 : 0;
  if (verb === 'insert')
    return /^(?:into|overwrite|ignore|or\b|low_priority|delayed)|\b(?:values|select)\b/.test(rest)
      ? 1
      : 0;
  if (verb === 'replace') return /^into\b|\bvalues\b/.test(rest) ? 1 : 0;
  if (/^(?:merge|upsert)$/.test(verb)) return /\binto\b/.test(rest) ? 1 : 0;
  if (/^(?:create|alter)$/.test(verb))
    return /^(?:or replace )?(?:user|role|login|server|system)\b/.test(rest)
      ? 2
      : /^(?:or replace|table|view|index|database|schema|function|procedure|trigger|temp|temporary|unique|materialized|sequence|type|extension|column|event|policy|external|virtual|global)\b/.test(
            rest,
          )
        ? 3
        : 0;
  if (
    /^(?:rename|attach|detach|vacuum|reindex|comment|lock|declare|call|do|set|load|copy|import|handler|optimize)$/.test(
      verb,
    )
  )
    return /^(?:attach|detach|load|import)$/.test(verb) &&
      /\b(?:database|data|''|into|as)\b|''/.test(rest)
      ? 2
      : /^(?:rename|copy)$/.test(verb) && rest !== ''
        ? 1
        : verb === 'set' && /^(?:global|password|role|session authorization)\b/.test(rest)
          ? 2
          : 0;
  return 0;
}

/** An operand of a comparison: a number, a literal, a name, a call. */
const OPERAND = String.raw`\(*\s?(?:not\s+)?(?:['"][^'"]{0,32}['"]?|[\w@.]{1,40}(?:\([^()]{0,60}\))?)`;
const LOGIC = String.raw`(?:\bx?or\b|\band\b|\|\||&&|\bhaving\b|\bwhen\b)`;
/** Each is a break-out together with what it is for; none is found in names, numbers, addresses or sentences. */
const INJECTIONS: readonly RegExp[] = [
  // A literal closed, then logic.
  new RegExp(
    String.raw`['"\x60)]\s*\)*\s*(?:%20|\+|\s)*${LOGIC}\s*${OPERAND}\s*(?:[=<>!]|\blike\b|\bis\b|\bin\b|\bbetween\b|\brlike\b|\bregexp\b|--|#|/\*|$)`,
  ),
  // A tautology, whatever stands before it.
  /\b(?:or|and|having|where|xor)\s+\(*\s?['"]?(\w{1,32})['"]?\s?(?:=|<=>|like)\s?\(*['"]?\1\b/,
  /\b(?:or|and|having)\s+\(*\s?\d+\s?[=<>]{1,2}\s?\d+/,
  // A literal closed, the rest commented away.
  /['"`]\s*\)*\s*;?\s*(?:--[\s+-]*$|#\s*$|\/\*|;%00)/,
  /^\s*(?:--\s|\/\*.{0,64}\*\/\s*\w)|\*\/\s*=|[\w')]\s*--\s*-?$|\/\*\s*$/,
  /\bunion\b(?:\s|\(|\+|\/\*.{0,64}?\*\/)*(?:all|distinct)?(?:\s|\(|\+)*\bselect\b/,
  /(?:^|[^\w.])(?:sleep|benchmark|pg_sleep|dbms_pipe\.receive_message|dbms_lock\.sleep|randomblob|xp_cmdshell|load_file|extractvalue|updatexml|utl_inaddr\.\w{1,32}|utl_http\.\w{1,32}|master\.\.xp_\w{1,32}|group_concat|convert_to|ascii|substr|substring)\s?\(\s?(?:[\d'"(@]|select|user|database|version|concat)/,
  /\bwaitfor\s+(?:delay|time)\b|\bxp_\w{3,32}\b|\bexec(?:ute)?\s+sp_|\bsp_(?:oacreate|executesql|configure|password|addlogin)\b|\binto\s+(?:out|dump)file\b/,
  /\binformation_schema\b|\bsys(?:objects|columns|users|databases)\b|\bpg_(?:catalog|shadow|user)\b|\bsqlite_master\b|\ball_tables\b|\bmysql\.user\b|@@(?:version|hostname|datadir|servername)/,
  // A second statement.
  /(?:^|[;'")\d])\s*\)*\s*;?\s*(?:drop\s+(?:table|database|schema|user|view|index|procedure)|truncate\s+table|delete\s+from|insert\s+into\s+\w|update\s+\w{1,64}\s+set\s|alter\s+(?:table|user|database)|create\s+(?:table|user|login|function|database)|exec(?:ute)?\s+(?:immediate|master|sp_|xp_|\()|shutdown\b|declare\s+@|grant\s+\w|merge\s+into)/,
  /;\s*(?:select|begin|declare|exec|execute|print|set|if|call|do|copy|attach|show|use)\s+[@(*'"\w]/,
  /(?:^|[('"`;,=])\s?\(?\s?select\s+(?:[*\d'"@(]|null|distinct|top\s|\w{1,64}\s?[,(.]).{0,400}?\bfrom\b\s*[\w("'[`]/s,
  /\(\s?select\b|\bexec\s?\(\s?['"@]|^\s*(?:print|exec|execute|select)\s+[@'"(]/,
  /\b(?:order|group)\s+by\s+(?:\d{1,3}(?:\s?(?:,|--|#|$|\/\*|;)))/,
  /['"]\s?(?:\|\||\+|-|\^|&|\*|=|<>|<|>|\blike\b|%)\s?(?:\(|['"]|\d+\s?(?:$|--|#)|\w{1,32}\()/,
  /\b(?:if|case|iif|isnull|ifnull|coalesce|elt|make_set|char|chr|ord|hex|unhex|concat|cast|convert)\s?\(.{0,64}?(?:\bthen\b|,).{0,64}?\)\s*(?:--|#|$|=|\/\*)/,
  /\bcase\s+when\b/,
  /'\s*(?:;|\)\s*;|\))\s*$|^\s*['"]\s*$|^\s*['"`)\\]+\s*(?:;|\b(?:or|and|group|order|having|limit|where|select|procedure|in|like|between|is)\b)/,
  /^\s*@\w{3,32}\s*$|\blimit\s+\d+\s*,\s*\d+\s*(?:--|#|$)|\bprocedure\s+analyse\b/,
];

/** Without any of these a value says nothing to a database; names, numbers and addresses have none. */
const TELL =
  /['"`;#=<>()|*]|--|@@|^\s*@|\b(?:union|select|drop|delete|insert|update|truncate|alter|create|waitfor|shutdown|declare|grant|exec|execute|print|order by|group by|having|like|procedure|information_schema|sys\w{4,9}|pg_\w{4,7}|sqlite_master|all_tables|mysql\.user|xp_\w|sp_\w|merge|limit|case)\b/i;

/** SQL in a value that is no query; comments count as blanks, as they do for the database. */
export function judgeSqlInValue(text: string): Verdict[] {
  if (!TELL.test(text)) return [];
  const lower = flat(text).toLowerCase();
  const spaced = lower.includes('/*') ? lower.replace(/\/\*[^*]{0,64}\*\//g, ' ') : lower;
  const isFound = INJECTIONS.some(
    (injection) => injection.test(lower) || (spaced !== lower && injection.test(spaced)),
  );
  return isFound ? [high('arguments.sql.injection')] : [];
}

/** A value that is a statement from its first word on. */
export const isStatement = (text: string): boolean =>
  /^\s{0,16}(?:select\s.{1,400}\sfrom|insert\s+into|update\s.{1,100}\sset|delete\s+from|create\s+(?:table|view|index)|drop\s+(?:table|database)|with\s+\w{1,64}\s+as)\s/is.test(
    text,
  );

/**
 * An e-mail address that something follows, or that is none but opens and closes what an address has not: its domain has
 * letters, digits, dots and hyphens, so that a quote or a bracket behind it is there to break out.
 */
export function judgeAddress(text: string): Verdict[] {
  const short = text.slice(0, 512);
  const domain = short.lastIndexOf('@');
  const isBroken =
    domain < 0
      ? /^[\s'"(*|;)]|['"(*|;)#]\s*$/.test(short)
      : /^@[\w.-]{1,253}\s?['"()*|=#\\!+]/.test(short.slice(domain));
  return isBroken && !/^\*?$/.test(short) ? [medium('arguments.sql.break-out')] : [];
}

/** Names of operators with which a document store takes a value for a condition or for code. */
export function judgeOperator(key: string, isInFilter: boolean): Verdict | undefined {
  if (/^\$(?:where|function|accumulator|expr.{0,0})$/.test(key) && key !== '$expr')
    return isInFilter ? medium('arguments.nosql.code') : high('arguments.nosql.code');
  if (isInFilter) return undefined;
  return /^\$(?:ne|gt|gte|lt|lte|in|nin|regex|exists|or|and|not|nor|eq|all|mod|type|size|elemmatch|jsonschema|expr|text)$/i.test(
    key,
  )
    ? high('arguments.nosql.injection')
    : undefined;
}
