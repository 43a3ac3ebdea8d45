/**
 * Commands and code in a value that should be a name, an address or a number.
 *
 * A value is read as a shell would read it if it were pasted into a line, also with its quotes broken open. What then
 * stands behind a separator is an attack if it is a command. Names that are no English words (`ifconfig`) prove it by
 * themselves; names that are (`sleep`, `find`, `more`) need a sign of being run: an option, a number, a path, the end
 * of the value, or a separator stuck to what stands before it. So `O'Brien; Sons` and `AT&T` stay names.
 */

import type { Role } from './roles.ts';
import { baseName } from './shell-output.ts';
import { type Command, commandsOf } from './shell-words.ts';
import { high, medium, type Verdict, words } from './verdict.ts';

const INJECTION = 'arguments.shell.injection';
const CODE = 'arguments.code.injection';
const OPTION = 'arguments.shell.option-injection';
/** Nothing here parts commands or opens a bracket, so nothing below can be found. */
const PLAIN = /^[\w .,@/~+-]*$/;

const COMMANDS = words(`
  ls cat curl wget nc ncat netcat bash sh zsh dash ksh csh cmd powershell pwsh python python2 python3 perl ruby php node
  lua whoami ifconfig ipconfig netstat systeminfo nslookup ping traceroute tracert uname hostname ps rm chmod chown mkdir
  rmdir touch cp mv ln tar gzip unzip base64 xxd sudo su ssh scp sftp rsync telnet ftp tftp socat openssl gcc awk sed grep
  egrep xargs tee env printenv printf eval exec export crontab useradd adduser usermod passwd iptables systemctl mysql
  psql sqlite3 redis-cli mongo docker kubectl git svn apt apt-get yum dnf apk pip pip3 npm npx gem mkfifo mkfs dd shutdown
  reboot halt killall pkill nohup tasklist taskkill netsh schtasks wmic certutil bitsadmin mshta rundll32 regsvr32 cscript
  wscript attrib icacls cacls xcopy robocopy fsutil findstr iex iwr invoke-expression invoke-webrequest get-childitem
  get-content get-process start-process new-object write-host ver chcp arp nmap tcpdump dig hostnamectl lsof df du mount
  phpinfo chrome google-chrome burpcollaborator lscpu lsblk tac nl od timeout ip ss getent sysctl strings xterm gdb strace vim vi nano
`);
/** English words, or too short to prove anything. */
const WORDS = words(`
  id dir type echo sleep net more less find sort date time host who w last test set reg start sc route head tail cut
  kill at top man info help copy move del erase ren tree print pwd cd history wait timeout reset exit read source script
  file which locate nice split join look expand watch screen open say make go yes true false write wall system help groups
  users finger mail sendmail format
`);
/** Of the commands, those that sentences are made of as well. */
const ENGLISH = words(
  'cat node touch python ruby perl ping mount strings docker exec export ip chrome vim nano tee dig bash ls',
);
/** Of these, what is run without a word more; as it is written where case counts. */
const ALONE = words('id ID dir DIR w who pwd set ver history groups users');
const SEPARATOR = /[;|&\n\r`]|\$\(|[<>]\(|\\[nr]/;

/** @param role a pattern has pipes and brackets of its own */
export function judgeInjected(text: string, role: Role): Verdict[] {
  if (PLAIN.test(text)) return isOption(text) ? [medium(OPTION)] : [];
  const found = judgeCode(text);
  if (!SEPARATOR.test(text) || (role === 'url' && isTidyUrl(text))) {
    if (isOption(text)) found.push(medium(OPTION));
    return found;
  }
  // No host has any of these in it.
  if (role === 'host' && /^[\w.-]{1,253}\s?[;|&`$<>]/.test(text)) found.push(high(INJECTION));
  const all = [text];
  // Whoever pastes the value into quotes is broken out of by a quote in it.
  if (/['"]/.test(text)) all.push(text.replace(/["']/g, ''));
  // Carets are nothing to cmd.exe.
  if (text.includes('^')) all.push(text.replaceAll('^', ''));
  if (/\\[nr]/.test(text)) all.push(text.replace(/\\[nr]/g, '\n'));
  if (all.some((one) => hasInjected(one, role))) found.push(high(INJECTION));
  return found;
}

function hasInjected(text: string, role: Role): boolean {
  const hasSpacedPipe = /\|\s/.test(text);
  return commandsOf(text).some((command) => isInjected(command, text, role, hasSpacedPipe));
}

function isInjected(command: Command, text: string, role: Role, hasSpacedPipe: boolean): boolean {
  const { separator, words: all } = command;
  const isSubstitution = command.depth > 0;
  if (separator === '' && !isSubstitution) return false;
  const name = baseName(all[0] ?? '')
    .replace(/^@/, '')
    .replace(/[)"'}\]\0-\x1f]+$/, '');
  if (name === '') return false;
  const isPath =
    /^\/[\w?*]{1,16}\/[\w/]*[?*][\w?*/]*$|^\/(?:usr\/|s?bin\/|tmp\/|etc\/)|^[a-z]:\\|^\.\//i.test(
      all[0]!,
    );
  const isKnown = COMMANDS.has(name);
  if (!isKnown && !WORDS.has(name) && !isPath) return false;
  if (role === 'url' && isQueryPart(separator, text, all)) return false;
  if (role === 'pattern' || role === 'unknown') {
    // An alternation of a regular expression: `(?:ls|cat|id)`. A pipe to a command is written with a blank, or a path.
    if (isSubstitution && role === 'pattern') return all.length > 1 && (isKnown || looksRun(all));
    if (separator === '|' && !isPath && !hasSpacedPipe && (all.length < 2 || !looksRun(all)))
      return false;
    if (/^[()]$/.test(separator)) return false;
  }
  if (/^[()]$/.test(separator) && !isPath) return false;
  if (isSubstitution || isPath) return true;
  // `; cat food` after some words goes on with them.
  if (ENGLISH.has(name) && /^[a-z']+$/i.test(all[1] ?? 'x') && isSentence(text)) return false;
  if (isKnown)
    return (
      all.length > 1 ||
      !/\s/.test(text) ||
      isGlued(text, separator) ||
      separator.length === 2 ||
      separator === '|'
    );
  if (
    command.redirects.length > 0 ||
    (separator.length === 2 && role !== 'unknown' && role !== 'pattern')
  )
    return true;
  return looksRun(all) && (separator !== '&' || isGlued(text, separator));
}

/** Nothing but the ampersands of a query parts it. */
const isTidyUrl = (text: string): boolean =>
  /^[a-z]{2,8}:\/\/[^\s;|`$<>(){}\\'"?]*\?[^\s;|`$<>(){}\\'"]*$/i.test(text);

/** `?a=1&id=2`: what follows an ampersand of a query is a name with a value. */
const isQueryPart = (separator: string, text: string, all: readonly string[]): boolean =>
  separator === '&' && text.includes('?') && !/&\s/.test(text) && /[=]/.test(all[0] ?? '');

/** Three words and more before anything parts them. */
const isSentence = (text: string): boolean =>
  text
    .slice(0, 512)
    .split(/[;|&\n]/, 1)[0]!
    .trim()
    .split(/\s+/).length > 2;

/** The separator follows without a blank and has one after it (`x& dir`), or none at all around it in a text of words. */
function isGlued(text: string, separator: string): boolean {
  if (separator === '' || separator === '\n') return true;
  const at = text.indexOf(separator);
  return at > 0 && !/\s/.test(text[at - 1]!);
}

/** An English word used as a command: nothing after it, or what only commands take. */
function looksRun(all: readonly string[]): boolean {
  if (all.length === 1) return ALONE.has(all[0]!);
  const next = all[1]!;
  if (/^(?:[-/][a-z0-9?]|[~./\\*$%]|[a-z]:)/i.test(next)) return true;
  if (/^[0-9.]+[smhd]?$/.test(next)) return all.length === 2;
  if (baseName(all[0]!) === 'net')
    return /^(?:user|users|view|localgroup|group|share|start|stop|use|accounts|session|config)$/i.test(
      next,
    );
  if (/^(?:reg|sc)$/i.test(all[0]!))
    return /^(?:add|delete|query|save|export|config|create|start|stop)$/i.test(next);
  if (baseName(all[0]!) === 'route') return /^(?:print|add|delete)$/i.test(next);
  if (/^(?:which|where|man|help|wait|time)$/.test(all[0]!)) return COMMANDS.has(baseName(next));
  if (baseName(all[0]!) === 'echo') return true;
  return false;
}

/** Code of the languages that servers are written in, and of their templates: none of it is a name. */
const CODES: readonly RegExp[] = [
  /<\?(?:php|=)|<\?\s*system/,
  /phpinfo\s?\(|shell_exec\s?\(|passthru\s?\(|proc_open\s?\(/,
  /(?:system|exec|eval|popen|assert|passthru|spawn)\s?\(\s?['"`$]/,
  /\b(?:system|shell_exec|passthru|popen|proc_open|pcntl_exec|eval|assert|exec|execfile|file_get_contents|include|require|create_function|call_user_func|preg_replace|__import__|getruntime|os\.system|os\.popen|subprocess\.\w{1,16}|child_process\.\w{1,16}|process\.mainmodule)\s?\(/,
  /\$_(?:get|post|request|cookie|server|files)\s?\[/,
  /\{\$\{|\$\{@|\$\{(?:jndi|script|dns|url):/,
  /\(\s?\)\s?\{\s?:?;?\s?\}\s?;/,
  /<!--#\s?(?:exec|include|echo|printenv)/,
  /<!(?:entity|doctype)\s/,
  /<\s?(?:script|iframe|object|embed|svg|img|body)\b[^>]{0,64}(?:>|on\w{3,16}\s?=|src\s?=)/,
  /\bjavascript:\s?\S|\bon(?:error|load|mouseover|focus|click)\s?=\s?["']?\w{2}/,
  /<%[=@!]?[^%]{1,128}%>/,
];
/** `{{…}}`, `${…}`, `#{…}`: with arithmetic, or with a way to an interpreter's inside. */
const TEMPLATE =
  /(?:\{\{|\$\{|#\{|\*\{|@\(|\{%|<%=)[^{}@]{0,160}?(?:\d{1,6}\s?[*+]\s?['"]?\d|__(?:class|globals|init|import|mro|subclasses|builtins)__|getruntime|\bt\(java|freemarker|\.constructor|self\.__|config\.(?:__|items\()|\{\{\s?config\s?\}\}|request\.(?:__|application|environ)|cycler|lipsum|joiner|namespace|settings\.secret|_self\.|process\.|require\(|global\.|popen|system\(|exec\(|runtime|classloader|registerundefinedfiltercallback|\bimport\s)/;

/** Output sent to a file, where no output is. */
const WRITTEN =
  /(?:^|[^-=<>])>{1,2}\s?(?:\/(?:tmp|var|etc|dev|home|root|www|srv|usr)\/|[\w./-]{1,64}\.(?:php|jsp|aspx?|sh|bat|ps1|exe)\b)/;

export function judgeCode(text: string): Verdict[] {
  if (!/[<>({$%*=\r:\]]/.test(text)) return [];
  const lower = text.slice(0, 16_384).toLowerCase();
  const found = judgeAnywhere(lower);
  if (CODES.some((code) => code.test(lower))) found.push(high(CODE));
  if (WRITTEN.test(lower)) found.push(high(INJECTION));
  if (
    /\*\(\|\(|\(\|\(\w{1,32}=|\*\)\s?\(\s?[|&!]?\s?\(?\w{1,32}\s?=|\)\(\|\(|\)\(&\)|\*\)\(\w+=\*/.test(
      lower,
    )
  )
    found.push(high('arguments.ldap.injection'));
  if (
    /'\s?(?:or|and)\s?(?:count|name|string-length|position)\s?\(|'\s?\]\s?\||\/\*\[|\bparent::|ancestor::/.test(
      lower,
    )
  )
    found.push(medium('arguments.xpath.injection'));
  if (/\r\n\s?[a-z-]{3,32}:|\r\n\r\n|\r\n\s?(?:http\/|<)/.test(lower))
    found.push(high('arguments.header.injection'));
  if (/(?:%[sxnpd]){4}|%n%n|%\d{1,4}\$n|(?:%0?8x\.?){3}/.test(lower))
    found.push(medium('arguments.format-string'));
  return found;
}

/** Hostile in a value of any kind that is not text for people. */
export function judgeAnywhere(lower: string): Verdict[] {
  const found: Verdict[] = [];
  const at = TEMPLATE.test(lower);
  if (at) found.push(high('arguments.template.injection'));
  if (/\$\{/.test(lower)) {
    // ${${lower:j}ndi:…}, ${${::-j}${::-n}…}: Log4j's own lookups, undone.
    const plain = lower.replace(
      /\$\{(?:lower|upper|::-|[a-z]{1,8}:[^:}]{0,32}:-)[:-]{0,2}([a-z:/]{1,8})\}/g,
      '$1',
    );
    if (/\$\{\s?jndi/.test(plain)) found.push(high('arguments.jndi.injection'));
  }
  if (/<!entity\s[^>]{0,200}\b(?:system|public)\b/.test(lower))
    found.push(high('arguments.xml.external-entity'));
  return found;
}

/** A value that a program would take for an option that runs something: `--upload-pack=…`, `-oProxyCommand=…`. */
const isOption = (text: string): boolean =>
  /^\s?-{1,2}(?:oproxycommand|upload-pack|receive-pack|exec|use-compress-program|checkpoint-action|to-command|rsh|open-files-in-pager|output=\/|config=|pager)/i.test(
    text,
  );
