/**
 * What a command line does that nobody should do because a text said so.
 *
 * The line is first undone (shell-words.ts); then every simple command is freed of its wrappers (sudo, env, xargs, time),
 * what is handed to an interpreter (`sh -c`, `eval`, a pipe into bash) is read as a line of its own, and each command is
 * held against the rules (command-rules.ts). Ordinary work (`rm -rf node_modules`, `git push`, `curl -O`) must pass: a
 * rule looks at the target, not at the verb.
 */

import { judgeCommand } from './command-rules.ts';
import { hostileText } from './hostile-text.ts';
import { judgeQuery } from './queries.ts';
import { matchesGlob } from './shell-expansion.ts';
import { baseName, inputOf } from './shell-output.ts';
import { type Command, commandsOf, SUBSTITUTED } from './shell-words.ts';
import { judgeUrls } from './urls.ts';
import { high, medium, NOT_JUDGED, type Verdict, words } from './verdict.ts';

const DEPTH_MAX = 4;
/** Commands judged in one text, nested lines included. */
const JUDGED_MAX = 8192;

const SHELLS = words(
  'sh bash zsh dash ksh mksh ash fish csh tcsh rbash busybox cmd powershell pwsh',
);
export const INTERPRETERS = words(
  'sh bash zsh dash ksh mksh ash fish csh tcsh python python2 python3 perl ruby node nodejs deno bun php lua osascript powershell pwsh iex cmd tclsh',
);
const DOWNLOADERS = words(
  'curl wget fetch aria2c axel http https lwp-request lynx iwr irm invoke-webrequest invoke-restmethod invoke-expression certutil',
);
/** Words before the command that is meant, with the options that take a value of their own. */
const WRAPPERS = words(
  'sudo doas env nohup time nice ionice setsid exec command builtin xargs stdbuf timeout unbuffer busybox chroot unshare nsenter watch strace ltrace su runuser then do else if while until ! { start call parallel',
);
const TAKES_VALUE = words('-u -g -n -c -I -i -L -P -s -k -d -p --user --group --signal -S -C');
/** Names that nobody hides who means well. */
const WORTH_HIDING = words(
  'rm dd mkfs shred wget curl nc ncat netcat bash sh zsh dash ksh python python3 perl ruby php cat tac less more head tail chmod chown kill useradd passwd id whoami uname ls ping nslookup dig sudo eval exec base64 ssh scp socat telnet ifconfig crontab iptables',
);

export function judgeShell(text: string): Verdict[] {
  const found = new Map<string, Verdict>();
  const state = { left: JUDGED_MAX };
  for (const reading of shellReadings(text)) judgeLine(reading, found, state, 0);
  // More commands than anybody writes: what was not looked at is not let through.
  if (state.left <= 0) found.set(NOT_JUDGED, medium(NOT_JUDGED));
  return [...found.values()];
}

/** cmd.exe takes carets out and knows `\` for a separator; a POSIX shell takes it for an escape. */
function shellReadings(text: string): string[] {
  const all = [text];
  if (text.includes('^')) all.push(text.replaceAll('^', ''));
  if (/\\[A-Za-z.]/.test(text)) all.push(text.replaceAll('^', '').replaceAll('\\', '/'));
  // PowerShell: `I`E`X, and ('I'+'EX').
  if (text.includes('`') && /powershell|pwsh|iex|invoke|-enc/i.test(text.replaceAll('`', '')))
    all.push(text.replaceAll('`', ''));
  if (/['"]\s?\+\s?['"]/.test(text)) all.push(text.replace(/['"]\s?\+\s?['"]/g, ''));
  return all;
}

function judgeLine(
  text: string,
  found: Map<string, Verdict>,
  state: { left: number },
  depth: number,
): void {
  const add = (verdict: Verdict) => {
    if (found.get(verdict.rule)?.confidence !== 'high') found.set(verdict.rule, verdict);
  };
  for (const verdict of hostileText(text)) add(verdict);
  const commands = commandsOf(text);
  /** Files that an earlier command of the line has fetched: run, they are what a pipe into a shell is. */
  const downloads = new Set<string>();
  for (const command of commands) {
    if (state.left-- <= 0) return;
    const bare = globbed(unwrapped(command.words));
    const isHidden = command.disguised[command.words.length - bare.length] === true;
    const name = baseName(bare[0] ?? '');
    if (isHidden && WORTH_HIDING.has(name)) add(high('arguments.shell.hidden-command'));
    if (name === '' && isHidden && command.words.some((word) => /^-/.test(word)))
      add(high('arguments.shell.hidden-command'));
    for (const verdict of judgeCommand({ ...command, words: bare })) add(verdict);
    for (const verdict of judgeWords(name, bare, command)) add(verdict);
    if (isDownloaded(bare, downloads)) add(high('arguments.shell.remote-code'));
    const isRun = isFedToInterpreter(name, bare, command);
    if (isRun && isFromNetwork(command, commands)) add(high('arguments.shell.remote-code'));
    if (isRun && isDecoded(command)) add(high('arguments.shell.encoded-command'));
    if (depth < DEPTH_MAX)
      for (const line of linesWithin(name, bare, command)) judgeLine(line, found, state, depth + 1);
  }
  // bash <(curl …), sh -c "$(curl …)", eval `wget -O- …`: the download stands in a substitution of the interpreter's.
  const runsSubstitution = commands.some(({ words: all, depth: at }) => {
    const bare = unwrapped(all);
    const name = baseName(bare[0] ?? '');
    const takesLine = bare.some((word) => word === '-c' || word.startsWith(SUBSTITUTED));
    return (
      at === 0 &&
      ((INTERPRETERS.has(name) && takesLine) ||
        name === 'eval' ||
        name === 'source' ||
        name === '.')
    );
  });
  if (
    runsSubstitution &&
    commands.some((one) => one.depth > 0 && DOWNLOADERS.has(baseName(one.words[0] ?? '')))
  )
    add(high('arguments.shell.remote-code'));
}

/** Addresses that a command fetches, statements that it hands to a database, names that it sends out as a question. */
function judgeWords(
  name: string,
  all: readonly string[],
  { disguised, words: whole }: Command,
): Verdict[] {
  if (DOWNLOADERS.has(name))
    return all
      .slice(1, 64)
      .flatMap((word) =>
        judgeUrls(word, true, true).filter(({ rule }) => rule === 'arguments.url.metadata'),
      );
  if (/^(?:psql|mysql|mariadb|sqlite3|sqlcmd|clickhouse-client|mysqlsh)$/.test(name))
    return all
      .slice(1, 64)
      .flatMap((word) =>
        judgeQuery(word, false, true).filter(({ confidence }) => confidence === 'high'),
      );
  // dig $(whoami).example: the answer of a command leaves as a name that is looked up.
  const offset = whole.length - all.length;
  if (
    /^(?:dig|nslookup|host|ping|drill)$/.test(name) &&
    all.some((word, at) => at > 0 && disguised[at + offset] && /\w\.\w|^\.\w/.test(word))
  )
    return [high('arguments.shell.exfiltration')];
  return [];
}

function isDownloaded(all: readonly string[], downloads: Set<string>): boolean {
  const name = baseName(all[0] ?? '');
  if (DOWNLOADERS.has(name)) {
    const at = all.findIndex((word) =>
      /^(?:-[a-zA-Z]*[oO]|--output|--output-document|-OutFile)$/.test(word),
    );
    if (at > 0 && all[at + 1] !== undefined) downloads.add(all[at + 1]!.replace(/^\.\//, ''));
    return false;
  }
  if (downloads.size === 0) return false;
  const runs =
    INTERPRETERS.has(name) || name === 'source' || name === '.' ? all.slice(0, 3) : all.slice(0, 1);
  return runs.some((word) => downloads.has(word.replace(/^\.\//, '')));
}

/** /???/c?t → /bin/cat: the first well-known program that a pattern stands for. */
function globbed(all: readonly string[]): readonly string[] {
  const first = all[0] ?? '';
  if (!/[?*[]/.test(first) || first.length > 64 || !/[a-z]/i.test(first)) return all;
  const pattern = baseName(first).replace(/\[(.)[^\]]{0,16}\]/g, '$1');
  const match = [...WORTH_HIDING].find((name) => matchesGlob(pattern, name));
  return match === undefined ? all : [match, ...all.slice(1)];
}

export function unwrapped(all: readonly string[]): readonly string[] {
  let at = 0;
  while (at < all.length - 1 && at < 64) {
    const word = all[at]!;
    const isWrapper = WRAPPERS.has(baseName(word));
    const isOption = at > 0 && word.startsWith('-');
    const isSetting = at > 0 && /^[A-Za-z_][A-Za-z0-9_]*=/.test(word);
    const isDuration = at > 0 && /^[0-9.]+[smhd]?$/.test(word);
    if (!isWrapper && !isOption && !isSetting && !isDuration) break;
    // `su -c 'line'` and `busybox sh -c` are read by linesWithin.
    if (baseName(word) === 'su' || (isOption && word === '-c')) break;
    at +=
      isOption && TAKES_VALUE.has(word) && !/^-/.test(all[at + 1] ?? '-') && at + 2 < all.length
        ? 2
        : 1;
  }
  return all.slice(at);
}

function isFedToInterpreter(name: string, all: readonly string[], command: Command): boolean {
  if (name === 'iex' || name === 'invoke-expression') return true;
  if (!INTERPRETERS.has(name)) return false;
  if (command.from === undefined && !command.redirects.some(([operator]) => operator === '<<<'))
    return false;
  // `… | python3 -c "program"` and `… | perl -ne …` read data; `| bash -s -- args` and `| python3 -` a program.
  return SHELLS.has(name)
    ? !all.some((word) => word === '-c')
    : all.length === 1 || all[1] === '-' || all[1] === '/dev/stdin';
}

function isFromNetwork(command: Command, commands: readonly Command[]): boolean {
  for (let one = command.from, at = 0; one !== undefined && at < 16; one = one.from, at++)
    if (DOWNLOADERS.has(baseName(unwrapped(one.words)[0] ?? ''))) return true;
  return commands.some(
    (one) => one.depth > command.depth && DOWNLOADERS.has(baseName(one.words[0] ?? '')),
  );
}

function isDecoded(command: Command): boolean {
  for (let one = command.from, at = 0; one !== undefined && at < 16; one = one.from, at++) {
    const name = baseName(one.words[0] ?? '');
    if (/^(?:base64|base32|xxd|openssl|uudecode|gunzip|zcat|rev|tr)$/.test(name)) return true;
    if (/^(?:echo|printf)$/.test(name) && /\\(?:x[0-9a-f]{2}|[0-7]{3})/i.test(one.words.join(' ')))
      return true;
  }
  return false;
}

/** Lines of their own that a command runs. */
function linesWithin(name: string, all: readonly string[], command: Command): string[] {
  const lines: string[] = [];
  const at = all.findIndex(
    (word, index) =>
      index > 0 && /^(?:-[a-z]{0,4}c|\/c|\/k|-command|--command|-e|-ec)$/i.test(word),
  );
  if ((INTERPRETERS.has(name) || /^(?:su|ssh|busybox|runuser|script)$/.test(name)) && at > 0)
    lines.push(SHELLS.has(name) ? all.slice(at + 1).join(' ') : (all[at + 1] ?? ''));
  if (name === 'eval' || name === 'iex' || name === 'invoke-expression')
    lines.push(all.slice(1).join(' '));
  const flag = all.findIndex(
    (word, index) => index > 0 && /^[-/]e(?:n(?:c(?:odedcommand|oded)?)?)?$/i.test(word),
  );
  if (/^(?:powershell|pwsh)$/.test(name) && flag > 0)
    lines.push(Buffer.from(all[flag + 1] ?? '', 'base64').toString('utf16le'));
  if (/^(?:powershell|pwsh)$/.test(name) && at < 0 && flag < 0) lines.push(all.slice(1).join(' '));
  // os.system("…"), system("…"): the line that a program hands to a shell is a literal of it.
  if (at > 0 ? !SHELLS.has(name) && INTERPRETERS.has(name) : /^[gmn]?awk$/.test(name)) {
    const program = all.slice(1).find((word) => /\W\(?\s?["'`]/.test(word)) ?? '';
    for (const [, literal] of program.matchAll(/["'`]([^"'`\n]{4,512})["'`]/g))
      if (lines.length < 16) lines.push(literal!);
  }
  if (name === 'find') {
    const exec = all.findIndex((word) => /^-(?:exec|execdir|ok)$/.test(word));
    if (exec > 0)
      lines.push(
        all
          .slice(exec + 1)
          .filter((word) => !/^(?:;|\+|\{\})$/.test(word))
          .join(' '),
      );
  }
  if (INTERPRETERS.has(name)) {
    const input = inputOf(command);
    if (input !== undefined && input !== '') lines.push(input);
  }
  // xargs gets its words from the pipe: echo / | xargs rm -rf.
  if (command.words[0] !== undefined && baseName(command.words[0]) === 'xargs') {
    const input = inputOf(command);
    if (input !== undefined && input !== '') lines.push(`${all.join(' ')} ${input}`);
  }
  return lines.filter((line) => line.length > 1);
}
