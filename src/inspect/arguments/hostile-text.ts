/**
 * Lines that are hostile as they stand, whatever the shell or the language: reverse shells, fork bombs, code that fetches
 * and runs code. Each is a pair of ends that belong together only there (a socket, and a shell's input and output); the
 * pair is looked for without its middle, so that another order of arguments or another port changes nothing.
 */

import { high, medium, type Verdict } from './verdict.ts';

const REVERSE = 'arguments.shell.reverse-shell';
const REMOTE = 'arguments.shell.remote-code';

/** All parts present, in any order. */
const TOGETHER: readonly (readonly [string, readonly RegExp[]])[] = [
  [REVERSE, [/\/dev\/(?:tcp|udp)\/[a-z0-9$_.{[]/]],
  [REVERSE, [/\/inet\/(?:tcp|udp)\/\d/, /getline|\|&/]],
  [
    REVERSE,
    [
      /socket/,
      /\bdup2\b|pty\.spawn|\/bin\/\w{0,4}sh\b|cmd\.exe|powershell|>&s|sh -i/,
      /connect|af_inet|pf_inet|fsockopen|tcpsocket|tcpclient/,
    ],
  ],
  [
    REVERSE,
    [
      /tcpsocket\.(?:new|open)|fsockopen\s?\(|socket\.tcp|net\.socket|net\.connect|net\.dial/,
      /\/bin\/\w{0,4}sh\b|\bsh\s[-<]|cmd\.exe|proc_open|shell_exec|powershell/,
    ],
  ],
  [
    REVERSE,
    [/net\.sockets\.tcpclient|sockets\.tcpclient/, /getstream|iex|invoke-expression|streamreader/],
  ],
  [REVERSE, [/\bmkfifo\b|\bmknod\b/, /\bnc\b|\bncat\b|\bnetcat\b|\btelnet\b|openssl|\bsocat\b/]],
  [REVERSE, [/\bsocat\b/, /\bexec:|\bsystem:/]],
  [REVERSE, [/\bopenssl\b/, /s_client/, /\/bin\/|\bsh\b|bash|cmd/]],
  [REVERSE, [/\btelnet\b/, /\|\s?(?:\/bin\/)?(?:ba|z|da|k)?sh\b/]],
  [
    REVERSE,
    [
      /\b(?:nc|ncat|netcat)(?:\.exe|\.traditional|\.openbsd)?\b/,
      /\s-[a-z]*e\s?\S*(?:sh|cmd|powershell)|\s-c\s?\S*sh\b|--(?:sh-)?exec/,
    ],
  ],
  [REVERSE, [/\bxterm\b/, /-display\s/]],
  [REVERSE, [/\b(?:ba|z|da|k)?sh -i\b/, />&|>\/dev|0<|<&|\d>&\d/]],
  [REVERSE, [/runtime\.getruntime\(\)\.exec|processbuilder/, /socket/]],
  [
    REMOTE,
    [
      /\biex\b|invoke-expression/,
      /downloadstring|downloadfile|downloaddata|invoke-webrequest|invoke-restmethod|\biwr\b|\birm\b|net\.webclient/,
    ],
  ],
  [
    REMOTE,
    [
      /\b(?:exec|eval)\s?\([^)]{0,80}(?:urlopen|requests\.get|urllib|http\.get|fetch\(|\w\.(?:text|content|read\())/,
      /urlopen|requests\.|urllib|http|fetch\(/,
    ],
  ],
  [
    REMOTE,
    [
      /\b(?:exec|eval|system|popen)\s?\([^)]{0,80}(?:b64decode\(|atob\(|base64_decode|frombase64string|marshal\.loads|codecs\.decode)/,
    ],
  ],
  [
    'arguments.shell.destructive',
    [
      /:\s?\(\s?\)\s?\{\s?:\s?\|\s?:\s?&|\b(\w{1,16})\(\)\s?\{\s?\w{1,16}\s?\|\s?\w{1,16}\s?&\s?\}\s?;/,
    ],
  ],
  ['arguments.shell.destructive', [/\bformat(?:\.com)?\s+[a-z]:/]],
  [
    'arguments.shell.destructive',
    [
      /\bshutil["')]{0,2}\.rmtree\s?\(|fs\.rm(?:dir)?sync\s?\(|\brimraf\b|fileutils\.rm_rf/,
      /\(\s?["'`](?:\/(?:etc|usr|var|home|root|bin|srv|boot)?\/?|~\/?|c:[\\/]*)["'`]/,
    ],
  ],
  ['arguments.shell.tampering', [/set-mppreference|add-mppreference/, /disable|exclusion/]],
  ['arguments.shell.tampering', [/netsh/, /firewall/, /\boff\b|disable/]],
  ['arguments.shell.tampering', [/histfile=|histsize=0|histcontrol=ignore/]],
  ['arguments.shell.credentials', [/\blsass\b/, /dump|comsvcs|minidump/]],
  [
    'arguments.shell.persistence',
    [/currentversion[\\/]run(?:once)?\b/, /reg(?:\.exe)? add|new-itemproperty|set-itemproperty/],
  ],
  [
    'arguments.shell.encoded-command',
    [
      /\b(?:powershell|pwsh)(?:\.exe)?\b/,
      /\s[-/–]e(?:n(?:c(?:o(?:d(?:e(?:d(?:c(?:o(?:m(?:m(?:a(?:nd?)?)?)?)?)?)?)?)?)?)?)?)?\s+['"]?[a-z0-9+/=]{12}/,
    ],
  ],
  ['arguments.shell.hidden-command', [/\bld_preload=\S{0,64}\/(?:tmp|shm)\//]],
  ['arguments.shell.shellshock', [/\(\s?\)\s?\{\s?[^}]{0,16};\s?\}\s?;/]],
  [
    'arguments.shell.escape',
    [
      /\bnsenter\b|--privileged|-v\s?\/:\/|--pid[= ]host/,
      /nsenter\s.*-t\s?1\b|chroot|docker\.sock|docker run|-v\s?\/:\//,
    ],
  ],
];
/** One of these is in all of them. */
const TELL =
  /ld_preload|\/dev\/|\/inet\/|sock|net\.|mkfifo|mknod|socat|openssl|telnet|\bn(?:et)?cat|\bnc\b|xterm|sh -i|getruntime|processbuilder|\biex\b|invoke-|exec|eval|system|popen|\(\s?\)|\bformat|rmtree|rm(?:dir)?sync|rimraf|rm_rf|mppreference|netsh|hist|lsass|currentversion|powershell|pwsh|nsenter|docker|--p|-v|while/;

export function hostileText(text: string): Verdict[] {
  const lower = text.toLowerCase();
  if (!TELL.test(lower)) return [];
  const found: Verdict[] = [];
  for (const [rule, parts] of TOGETHER)
    if (parts.every((part) => part.test(lower))) found.push(high(rule));
  if (/\bwhile\s+(?:true|:)\s*;/.test(lower) && /\byes\b|\/dev\/zero|\bfork\b/.test(lower))
    found.push(medium('arguments.shell.destructive'));
  return found;
}
