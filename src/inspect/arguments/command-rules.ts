/** What one simple command does, judged by its program and its targets. Wrappers and disguises are gone already. */

import { DISK, isVital } from './command-targets.ts';
import { persists, sensitivityOf } from './paths.ts';
import { matchesGlob } from './shell-expansion.ts';
import { baseName } from './shell-output.ts';
import type { Command } from './shell-words.ts';
import { high, low, medium, type Verdict, words } from './verdict.ts';

const DESTRUCTIVE = 'arguments.shell.destructive';
const PERSISTENCE = 'arguments.shell.persistence';
const TAMPERING = 'arguments.shell.tampering';
const CREDENTIALS = 'arguments.shell.credentials';
const EXFILTRATION = 'arguments.shell.exfiltration';
const PRIVILEGE = 'arguments.shell.privilege';
const REMOTE = 'arguments.shell.remote-code';
const OPTION = 'arguments.shell.option-injection';

const targetsOf = (all: readonly string[]): string[] =>
  all.slice(1).filter((word) => !word.startsWith('-'));
const hasFlag = (all: readonly string[], short: string, long?: RegExp): boolean =>
  all.some(
    (word, at) =>
      at > 0 &&
      ((/^-[a-zA-Z]+$/.test(word) && word.includes(short)) || (long?.test(word) ?? false)),
  );

type Judge = (all: readonly string[], command: Command) => Verdict | undefined;
const when = (holds: boolean, verdict: Verdict): Verdict | undefined =>
  holds ? verdict : undefined;

const remove: Judge = (all) => {
  const targets = targetsOf(all);
  if (all.includes('--no-preserve-root')) return high(DESTRUCTIVE);
  if (targets.some(isHistory)) return high(TAMPERING);
  const isDeep = hasFlag(all, 'r', /^--recursive$/) || hasFlag(all, 'R');
  if (isDeep && targets.some(isVital)) return high(DESTRUCTIVE);
  return when(
    targets.some((one) => /^\/(?:\*|etc|boot|bin|usr|var\/log)/.test(one)),
    medium(DESTRUCTIVE),
  );
};
const isHistory = (path: string): boolean =>
  /(?:_history|\.histfile|consolehost_history\.txt)$/i.test(path) ||
  /^\/var\/log(?:\/|$)/.test(path);

const permissions: Judge = (all) => {
  const targets = targetsOf(all);
  const [mode = ''] = targets;
  if (/^(?:[ugoa]*\+[rwx]*s[rwx]*|[2467][0-7]{3})$/.test(mode)) return high(PRIVILEGE);
  const isDeep = hasFlag(all, 'R', /^--recursive$/);
  if (isDeep && targets.slice(1).some(isVital)) return high(DESTRUCTIVE);
  const isOpen = /^(?:0?777|0?666|[ugoa]*[+=]rwx|a\+w|o\+w)$/.test(mode);
  return when(
    isOpen && targets.slice(1).some((one) => /^\/(?:etc|root|boot|usr|var)?(?:\/|$)/.test(one)),
    high(PRIVILEGE),
  );
};

const copyDisk: Judge = (all) =>
  when(
    all.some((word) => /^of=/.test(word) && (DISK.test(word.slice(3)) || isVital(word.slice(3)))),
    high(DESTRUCTIVE),
  );

const find: Judge = (all) =>
  when(
    !all.some(
      (word, at) =>
        /^-(?:i?name|path|mtime|mmin|size|regex|newer|empty)$/.test(word) && all[at + 1] !== '*',
    ) &&
      (all.includes('-delete') ||
        all.some((word, at) => word === 'rm' && /^-(?:exec|execdir)$/.test(all[at - 1] ?? ''))) &&
      all[1] !== '.' &&
      isVital(all[1] ?? ''),
    high(DESTRUCTIVE),
  );

const crontab: Judge = (all, { from, redirects }) => {
  if (hasFlag(all, 'r')) return medium(DESTRUCTIVE);
  if (hasFlag(all, 'l') || hasFlag(all, 'e')) return undefined;
  return when(
    from !== undefined || redirects.length > 0 || targetsOf(all).length > 0 || all.includes('-'),
    high(PERSISTENCE),
  );
};

const git: Judge = (all) => {
  const verb = all.find((word, at) => at > 0 && !word.startsWith('-') && !/[=/]/.test(word)) ?? '';
  const line = all.join(' ');
  if (verb === 'push') {
    const isForced = /\s(?:--force|-f|--mirror|--delete)(?:\s|$)/.test(line);
    const isElsewhere = /\s(?:https?|ssh|git):\/\//.test(line);
    if (isForced && (isElsewhere || /--(?:all|mirror)\b/.test(line))) return high(DESTRUCTIVE);
    return when(isForced, low('arguments.shell.git-rewrite'));
  }
  if (/^(?:filter-branch|filter-repo)$/.test(verb)) return medium(DESTRUCTIVE);
  if (
    /\bext::|--upload-pack[= ]|core\.(?:sshcommand|fsmonitor)[= ]|core\.(?:pager|editor)=|protocol\.ext\.allow/i.test(
      line,
    )
  )
    return high(OPTION);
  const isLoss =
    (verb === 'clean' && /\s-[a-z]*f/.test(line)) || (verb === 'reset' && line.includes('--hard'));
  return when(isLoss, low('arguments.shell.git-rewrite'));
};

const upload: Judge = (all, command) => {
  const line = all.join(' ');
  // -F name=@file, -d @file, --post-file=file.
  const files = all.flatMap((word) => {
    const at = Math.max(word.indexOf('@'), word.indexOf('='));
    return at < 0 ? [word] : [word, word.slice(at + 1)];
  });
  const sends =
    /\s(?:-d|--data[a-z-]*|-F|--form|-T|--upload-file|--post-(?:file|data)|--body-file)\b/.test(
      line,
    ) || /\s-[dFT]\S/.test(line);
  if (sends && files.some((file) => sensitivityOf(file) !== undefined)) return high(EXFILTRATION);
  const sendsInput = /(?:@-|\s-T\s?-|@\/dev\/stdin|--post-file=-)(?:\s|$)/.test(line);
  if (sendsInput && command.from !== undefined && readsSecrets(command.from))
    return high(EXFILTRATION);
  if (/\$\((?:env|printenv|cat|whoami|id|hostname)|`(?:env|cat|id|whoami)/.test(line))
    return high(EXFILTRATION);
  if (
    /\s(?:-o|-O|--output)\s?\S*(?:\/etc\/|\/bin\/|authorized_keys|\.bashrc|\/cron|\.php\b)/.test(
      line,
    )
  )
    return high(PERSISTENCE);
  return when(
    sends &&
      files.some((file, at) => at > 0 && /^@?\/|^~/.test(file)) &&
      /https?:\/\/\d+\.\d+\.\d+\.\d+/.test(line),
    medium(EXFILTRATION),
  );
};

const netcat: Judge = (all, { from, redirects }) => {
  if (hasFlag(all, 'e') || hasFlag(all, 'c', /^--(?:exec|sh-exec)$/))
    return high('arguments.shell.reverse-shell');
  if (redirects.some(([operator, target]) => operator === '<' && target !== ''))
    return high(EXFILTRATION);
  return when(from !== undefined && readsSecrets(from), high(EXFILTRATION));
};

const readsSecrets = (command: Command): boolean => {
  for (
    let one: Command | undefined = command, at = 0;
    one !== undefined && at < 8;
    one = one.from, at++
  ) {
    const name = baseName(one.words[0] ?? '');
    if (/^(?:env|printenv|set|export|history|tar|mysqldump|pg_dump|gpg)$/.test(name)) return true;
    if (one.words.some((word) => sensitivityOf(word) !== undefined)) return true;
  }
  return false;
};

const install: Judge = (all) => {
  const line = all.join(' ');
  if (
    /(?:--(?:extra-)?index-url|-i|--registry|--trusted-host)[ =]?(?:http:\/\/|https?:\/\/\d)/.test(
      line,
    )
  )
    return medium('arguments.shell.foreign-package');
  if (
    /\s(?:git\+)?https?:\/\/(?:github\.com|gitlab\.com|bitbucket\.org|codeload\.github\.com|files\.pythonhosted\.org|registry\.npmjs\.org)\//.test(
      line,
    )
  )
    return low('arguments.shell.foreign-package');
  return when(
    /\s(?:git\+)?https?:\/\//.test(line) && /\s(?:install|add|i|exec|x)\s/.test(line),
    medium('arguments.shell.foreign-package'),
  );
};

const service: Judge = (all) => {
  const line = all.join(' ').toLowerCase();
  if (
    /\b(?:stop|disable|mask|kill|off)\b/.test(line) &&
    /auditd|rsyslog|syslog|firewalld|ufw|apparmor|falcon|clamav|osquery|sysmon|windefend|windows defender|mpssvc|wazuh|fail2ban|crowdstrike|iptables/.test(
      line,
    )
  )
    return high(TAMPERING);
  return when(/\b(?:enable)\b/.test(line), low(PERSISTENCE));
};

const account: Judge = (all) => {
  const line = all.join(' ');
  if (
    /(?:^|\s)(?:sudo|wheel|root|admin|administrators|docker)(?:\s|$)/i.test(line) ||
    /-o\s*-u\s*0|-u\s*0\b/.test(line)
  )
    return high(PRIVILEGE);
  return medium(PERSISTENCE);
};

const windowsDelete: Judge = (all) => {
  const line = all.join(' ').toLowerCase();
  const isDeep = /\s(?:\/s|-recurse|-r|-rec)\b/.test(line);
  return when(
    isDeep &&
      all
        .slice(1)
        .some(
          (word) =>
            !/^\/[a-z]$/i.test(word) &&
            (isVital(word) || /^[a-z]:[\\/]?[^\\/]*[\\/]?\*?$/i.test(word)),
        ),
    high(DESTRUCTIVE),
  );
};

/** Programs that need more than a look at their line. */
const JUDGES: readonly (readonly [names: string, judge: Judge])[] = [
  ['rm unlink', remove],
  ['del erase rd rmdir remove-item ri', windowsDelete],
  ['chmod chown chgrp chattr setfacl icacls takeown', permissions],
  ['dd', copyDisk],
  ['find', find],
  ['crontab', crontab],
  ['systemctl service sc net stop-service set-service', service],
  ['useradd adduser usermod groupadd gpasswd chpasswd chsh', account],
  ['git', git],
  ['curl wget', upload],
  ['nc ncat netcat', netcat],
  ['pip pip2 pip3 npm pnpm yarn gem easy_install uv', install],
  [
    'at batch',
    (all, { from }) => when(from !== undefined || all.includes('-f'), high(PERSISTENCE)),
  ],
  [
    'truncate',
    (all) =>
      when(
        targetsOf(all).some((one) => isHistory(one) || isVital(one)),
        high(TAMPERING),
      ),
  ],
  ['mv', (all) => when(all.at(-1) === '/dev/null' && all.length > 2, high(DESTRUCTIVE))],
];

/** By their arguments, joined by blanks and in lower case. */
const LINES: readonly (readonly [names: string, line: RegExp, verdict: Verdict])[] = [
  [
    'wipefs shred blkdiscard sgdisk srm clear-disk initialize-disk format-volume',
    /./,
    high(DESTRUCTIVE),
  ],
  ['diskpart', /^/, high(DESTRUCTIVE)],
  ['shutdown reboot poweroff halt stop-computer restart-computer', /^/, low(DESTRUCTIVE)],
  ['init telinit', /^[06]$/, high(DESTRUCTIVE)],
  ['kill', /^-(?:9|kill|sigkill) -1$/, high(DESTRUCTIVE)],
  ['vssadmin wbadmin wmic', /delete|shadowcopy/, high(DESTRUCTIVE)],
  ['bcdedit cipher fsutil', /\/set|\/delete|\/w:|deletejournal/, high(DESTRUCTIVE)],
  ['kubectl', /\bdelete\b.*(?:--all\b|\s-a\b|\bns\b|\bnamespaces?\b)/, medium(DESTRUCTIVE)],
  ['terraform tofu pulumi', /\bdestroy\b.*(?:-auto-approve|--yes)/, medium(DESTRUCTIVE)],
  ['aws gsutil', /\brm\b.*s3:\/\/[^/\s]+\/?\s.*--recursive|\brb\b.*--force/, medium(DESTRUCTIVE)],
  ['schtasks', /\/create/, high(PERSISTENCE)],
  ['launchctl', /^(?:load|bootstrap|submit)/, medium(PERSISTENCE)],
  ['reg', /\b(?:delete|save)\b.*\bhk(?:lm|ey)|\\run\b|\/run\b/, high(PERSISTENCE)],
  ['passwd', /./, medium(PRIVILEGE)],
  ['visudo setcap', /^/, medium(PRIVILEGE)],
  ['net net1', /\buser\b.*\/add|localgroup.*\/add|\buser\s+\S+\s+\S+/, high(PRIVILEGE)],
  ['insmod modprobe rmmod', /(?:^|\s)[./~]/, high(PRIVILEGE)],
  ['history', /(?:^|\s)-[a-z]*[cdw]/, high(TAMPERING)],
  ['unset', /\bhist(?:file|size|control)\b/, high(TAMPERING)],
  ['auditctl', /-e\s*0|-d/, high(TAMPERING)],
  ['setenforce', /^(?:0|permissive)$/, high(TAMPERING)],
  [
    'iptables ip6tables nft ufw pfctl',
    /(?:^|\s)(?:-f|--flush|-x|flush|disable|reset)(?:\s|$)|-p\s+(?:input|output|forward)\s+accept/,
    high(TAMPERING),
  ],
  ['wevtutil', /^(?:cl|clear-log)\b/, high(TAMPERING)],
  ['clear-eventlog clear-history', /^/, high(TAMPERING)],
  ['mimikatz lazagne secretsdump ntdsutil', /^/, high(CREDENTIALS)],
  ['security', /^(?:dump-keychain|find-(?:generic|internet)-password)/, high(CREDENTIALS)],
  ['procdump', /lsass/, high(CREDENTIALS)],
  ['mshta regsvr32 rundll32', /https?:|javascript:|vbscript:/, high(REMOTE)],
  ['certutil bitsadmin', /urlcache|\/transfer|-decode/, high(REMOTE)],
  [
    'chrome chromium google-chrome',
    /--(?:gpu-launcher|renderer-cmd-prefix|utility-cmd-prefix|browser-subprocess-path)/,
    high(OPTION),
  ],
  ['ssh', /(?:proxy|local)command\s*=/, high(OPTION)],
];

type Rule = readonly [judge: Judge | undefined, lines: readonly (readonly [RegExp, Verdict])[]];
const RULES: ReadonlyMap<string, Rule> = tabled();

function tabled(): Map<string, Rule> {
  const table = new Map<string, Rule>();
  for (const [names, judge] of JUDGES)
    for (const name of words(names)) table.set(name, [judge, []]);
  for (const [names, line, verdict] of LINES)
    for (const name of words(names)) {
      const [judge, lines] = table.get(name) ?? [undefined, []];
      table.set(name, [judge, [...lines, [line, verdict]]]);
    }
  return table;
}

export function judgeCommand(command: Command): Verdict[] {
  const { words: all, redirects } = command;
  const name = baseName(all[0] ?? '');
  const found: Verdict[] = [];
  const add = (verdict: Verdict | undefined) => verdict !== undefined && found.push(verdict);
  const [judge, lines] = RULES.get(name) ?? [undefined, []];
  if (name.startsWith('mkfs')) add(high(DESTRUCTIVE));
  add(judge?.(all, command));
  const line = lines.length === 0 ? '' : all.slice(1).join(' ').toLowerCase();
  for (const [expression, verdict] of lines) add(when(expression.test(line), verdict));
  for (const [operator, target] of redirects)
    if (operator === '>' || operator === '>>') add(written(operator, target, all));
  if (name === 'tee') for (const target of targetsOf(all)) add(written('>', target, all));
  if (/^(?:cp|mv|ln|install|rsync|scp|sed)$/.test(name))
    add(when(persists(all.at(-1) ?? '') && name !== 'sed', medium(PERSISTENCE)));
  if (reads(name, all)) add(medium(CREDENTIALS));
  return found;
}

/** `.env` of the project itself is loaded by everyday commands; the others are read for what is in them. */
function reads(name: string, all: readonly string[]): boolean {
  if (
    /^(?:ssh|ssh-add|ssh-copy-id|chmod|mkdir|touch|ls|stat|test|\[|git|echo|docker|docker-compose|kubectl|npm|node|export|source|\.|aws|helm|terraform)$/.test(
      name,
    )
  )
    return false;
  return all.slice(1).some((word) => {
    const file = word
      .slice(word.lastIndexOf('=') + 1)
      .replace(/^@/, '')
      .replace(/^[a-z0-9_.-]+@[a-z0-9_.-]+:/i, '');
    return (
      !/(?:^|\/)\.env(?:\.[a-z]+)?$|\.git\/config$|package\.json$/.test(file) &&
      (sensitivityOf(file) !== undefined || globsFamous(file))
    );
  });
}

/** /e?c/sh*w: a pattern that no other file of a system fits is as good as the name. */
function globsFamous(path: string): boolean {
  if (!/^\/[^/]{1,16}\/[^/]{2,16}$/.test(path) || !/[?*]/.test(path)) return false;
  const [, folder = '', file = ''] = path.split('/');
  return fits(folder, 'etc') && (fits(file, 'passwd') || fits(file, 'shadow'));
}
const fits = (pattern: string, name: string): boolean =>
  pattern === name || (/[?*]/.test(pattern) && /\w/.test(pattern) && matchesGlob(pattern, name));

function written(operator: string, target: string, all: readonly string[]): Verdict | undefined {
  if (DISK.test(target) || /^\/proc\/sys/.test(target)) return high(DESTRUCTIVE);
  if (isHistory(target) && operator === '>') return high(TAMPERING);
  if (persists(target)) return high(PERSISTENCE);
  if (
    /(?:^|\/)\.(?:bashrc|bash_profile|bash_login|profile|zshrc|zprofile|zshenv|config\/fish\/config\.fish)$/.test(
      target,
    )
  )
    return /curl|wget|\bnc\b|base64|alias (?:sudo|ls|cd|ssh)|\/dev\/tcp|bash -i|https?:/.test(
      all.join(' '),
    )
      ? high(PERSISTENCE)
      : low(PERSISTENCE);
  if (
    /\.(?:php|phtml|jsp|jspx|asp|aspx|cgi)$/i.test(target) &&
    /<\?|<%|system\(|eval\(|exec\(/i.test(all.join(' '))
  )
    return high('arguments.shell.web-shell');
  return sensitivityOf(target) !== undefined && !/\.env/.test(target)
    ? medium(CREDENTIALS)
    : undefined;
}
