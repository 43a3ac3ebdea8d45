/**
 * Paths that leave where they start, that hide how, or that name what holds secrets.
 *
 * A path is judged as segments, the way a file system resolves it: `a/../b` stays inside and is nobody's business,
 * `../b` leaves. An absolute path names what it means; only one that climbs to the root first pretends to be another.
 */

import type { Undone } from './undo.ts';
import { high, low, medium, type Verdict } from './verdict.ts';

/** `isFree`: dots in a text for people. */
export function judgePath(reading: Undone, isPath: boolean): Verdict[] {
  const { text } = reading;
  const found: Verdict[] = [];
  if (reading.isOverlong) found.push(high('arguments.path.overlong-encoding'));
  // Not the `%003d` of a numbered file name.
  if (/\0(?!\d?d)/.test(text)) found.push(high('arguments.path.null-byte'));
  // Escapes that nothing decodes, where a separator would be (`..%bg%qf`): servers have been found that do.
  if (isPath && reading.isLast && /\.\.%|%[0-9a-z]{2}%[0-9a-z]{2}/i.test(text))
    found.push(medium('arguments.path.broken-escape'));
  const plain = unescaped(text);
  if (leaves(plain)) found.push(high('arguments.path.traversal'));
  else if (plain !== text && leaves(text)) found.push(high('arguments.path.traversal'));
  else if (/^\.\.(?:\/(?:\.\.)?)?\/?$/.test(text)) found.push(low('arguments.path.parent'));
  const sensitive = sensitivityOf(plain);
  if (sensitive !== undefined) found.push(sensitive);
  if (/^[\\/]{2}[?.][\\/]/.test(text)) found.push(medium('arguments.path.device-namespace'));
  else if (/^\\\\[^\\/?.][^\\/]*\\[^\\]/.test(text)) found.push(low('arguments.path.unc'));
  if (/\|\s?$|^\s?\|/.test(text) && /[\\/]/.test(text)) found.push(medium('arguments.path.pipe'));
  return found;
}

/** `0x2f`, `..2f`, `..;/`: separators as they are left by a filter that took away the sign before them. */
function unescaped(text: string): string {
  let plain = text;
  if (/0x(?:2[ef]|5c)/i.test(plain))
    plain = plain.replace(/0x2e/gi, '.').replace(/0x2f/gi, '/').replace(/0x5c/gi, '\\');
  if (/\.\.(?:2f|5c)/i.test(plain)) plain = plain.replace(/(\.\.)(?:2f|5c)/gi, '$1/');
  // Tomcat and others take `..;x/` for `../`.
  if (plain.includes('..;')) plain = plain.replace(/\.\.;[^\\/;]{0,32}(?=[\\/])/g, '..');
  // Control characters between the dots and the separator vanish on the way (`..%01\`).
  return plain.replace(/[\x01-\x1f\x7f]/g, '');
}

/** Whether a path ends up above where it started; `file:` and the like stripped by the caller. */
export function leaves(text: string): boolean {
  // The folder above, as it is listed.
  if (/^\.\.(?:\/\.\.)?\/?$/.test(text)) return false;
  if (!text.includes('..') && !text.includes('?.') && !text.includes('.?')) return false;
  const isAbsolute = /^(?:[\\/]|[a-z]:[\\/])/i.test(text);
  let [depth, climbs, strange, named] = [0, 0, 0, 0];
  for (const raw of text.split(/[\\/]/, 4096)) {
    const segment = raw.trim();
    if (segment === '' || segment === '.' || /^[a-z]:$/i.test(segment)) continue;
    if (segment === '..') {
      climbs++;
      if (--depth < 0) return true;
    } else if (/^[.?]+$/.test(segment)) {
      // `....//` survives a filter that takes `../` away once; `...` climbs two levels on some systems; `?` is a wildcard.
      if (segment.length > 3 || ++strange > 1) return true;
    } else {
      depth++;
      named++;
    }
  }
  // `/var/www/../../etc/passwd`: everything that stood before is undone, so it was there to be seen by a prefix check.
  return isAbsolute && climbs >= 2 && named > climbs && climbedToRoot(text);
}

function climbedToRoot(text: string): boolean {
  let [depth, hasStarted] = [0, false];
  for (const segment of text.replace(/^[a-z]:/i, '').split(/[\\/]/, 4096)) {
    if (segment === '' || segment === '.') continue;
    if (segment === '..') depth--;
    else depth++;
    if (hasStarted && depth === 0) return true;
    hasStarted = true;
  }
  return false;
}

/** Lower case, one kind of separator, dots resolved. */
function canonical(text: string): string {
  const out: string[] = [];
  const plain = text
    .replace(/^(?:file|netdoc|local_file):[\\/]*(?:localhost(?=[\\/]))?/i, '/')
    .replace(/\0.*$/s, '')
    .toLowerCase();
  for (const segment of plain.split(/[\\/]+/, 256)) {
    if (segment === '..') out.pop();
    else if (segment !== '.') out.push(segment.trim());
  }
  return out.join('/');
}

/**
 * Files that exist to hold credentials or to identify, by their well-known names: an agent that is sent there by
 * something it read has no honest business with them. Suffixes (`.example`, `.sample`, `.pub`) tell the harmless sisters.
 */
const SECRET_FILES: readonly RegExp[] = [
  /(?:^|\/)\.ssh(?:\/(?:id_[a-z0-9_]+|identity|authorized_keys2?|config|[a-z0-9_.-]+\.pem))?$/,
  /(?:^|\/)id_(?:rsa|dsa|ecdsa|ed25519)(?:_sk)?(?:\.(?:bak|old|key|pem))?$/,
  /(?:^|\/)\.(?:aws|kube)$|(?:^|\/)\.aws\/(?:credentials|config|sso\/cache)/,
  /(?:^|\/)\.(?:azure|gcloud|oci|bluemix|aliyun|tccli)\/[a-z]/,
  /(?:^|\/)\.config\/(?:gcloud|gh\/hosts\.yml|doctl|rclone\/rclone\.conf|op|containers\/auth\.json|git\/credentials)/,
  /application_default_credentials\.json$/,
  /(?:^|\/)\.kube\/(?:config|cache)|(?:^|\/)kubeconfig$|^\/etc\/kubernetes\/(?:admin|kubelet|controller-manager|scheduler)\.conf$|^\/etc\/kubernetes\/pki|^\/etc\/rancher\/k3s\/k3s\.yaml$/,
  /^\/(?:var\/)?run\/secrets\//,
  /(?:^|\/)\.(?:netrc|pgpass|my\.cnf|mylogin\.cnf|git-credentials|npmrc|pypirc|dockercfg|htpasswd|vault-token|s3cfg|boto|terraformrc|databrickscfg|snowsql\/config|cargo\/credentials(?:\.toml)?|gem\/credentials|composer\/auth\.json|docker\/config\.json|m2\/settings\.xml|gradle\/gradle\.properties)$/,
  /(?:^|\/)_netrc$/,
  /(?:^|\/)\.gnupg(?:\/|$)/,
  /(?:^|\/)\.env(?:\.(?:local|prod|production|staging|stage|dev|development|live|backup|bak|old))?$/,
  /(?:^|\/)\.(?:bash|zsh|sh|python|mysql|psql|sqlite|node_repl|rediscli|irb)_history$|(?:^|\/)\.histfile$|consolehost_history\.txt$/,
  /^\/?etc\/(?:shadow|gshadow|passwd|master\.passwd|sudoers|security\/passwd|opasswd)-?$|^\/etc\/sudoers\.d/,
  /^\/etc\/(?:ssh\/ssh_host_[a-z0-9]+_key|ssl\/private|letsencrypt\/(?:live|archive)|krb5\.keytab|openvpn|wireguard|ppp\/(?:chap|pap)-secrets|rndc\.key)/,
  /^\/(?:private\/)?var\/db\/(?:dslocal|shadow)|\/library\/keychains(?:\/|$)/,
  /^\/proc\/(?:self|thread-self|[0-9]+)\/(?:environ|cmdline|mem|maps|fd|root|cwd|exe|auxv|status|stat|sched)|^\/proc\/(?:kcore|kallsyms|sched_debug|net\/(?:tcp|arp|route|fib_trie))|^\/dev\/(?:mem|kmem|fd\/|sd[a-z]|nvme[0-9])/,
  /(?:^|\/)(?:docker|containerd|crio|podman)\.sock$/,
  /(?:^|\/)terraform\.tfstate(?:\.backup)?$/,
  /(?:^|\/)\.git\/(?:config|credentials)$/,
  /(?:^|\/)wp-config\.php(?:\.bak|~)?$|(?:^|\/)\.htpasswd$/,
  /(?:^|\/)(?:login data|login data for account|cookies\.sqlite|key[34]\.db|logins\.json|cookies\.binarycookies)$/,
  /\/(?:chrome|chromium|brave-browser|edge|firefox)\/.{0,80}\/(?:cookies|web data|local state|local extension settings)/,
  /(?:^|\/)wallet\.dat$|\/\.(?:bitcoin|ethereum|electrum|monero)\/|\/exodus\/exodus\.wallet/,
  /windows\/(?:system32\/config\/(?:sam|system|security|software)|repair\/(?:sam|system)|ntds\/ntds\.dit|panther\/unattend\.xml|win\.ini|system\.ini|debug\/netsetup\.log)/,
  /(?:^|\/)ntds\.dit$|(?:^|\/)(?:boot|win)\.ini$|(?:^|\/)ntuser\.dat$|microsoft\/(?:credentials|protect|vault)\//,
  /(?:^|\/)(?:unattend|sysprep)\.(?:xml|inf)$|inetpub\/.{0,80}web\.config$/,
  /(?:^|\/)(?:cursor\/mcp\.json|claude_desktop_config\.json|\.claude\.json|\.claude\/\.credentials\.json|\.codex\/auth\.json|\.gemini\/oauth_creds\.json)$/,
  /(?:^|\/)service[-_]?account[a-z0-9_-]*\.json$/,
  /(?:^|\/)\.1password\/|(?:^|\/)[^/]+\.kdbx$|(?:^|\/)bitwarden\/data\.json$/,
  /^\/root\/\.(?:ssh|aws|gnupg|kube|docker)$/,
];
/** Where a write means to come back: start-up files and schedules. Reading them is everyday work. */
const PERSISTENT: readonly RegExp[] = [
  /^\/etc\/(?:cron|at\.(?:allow|deny)|rc\.local|profile|ld\.so\.preload|pam\.d|init\.d|systemd\/system|udev\/rules\.d|update-motd\.d|sudoers|hosts$)/,
  /^\/var\/spool\/(?:cron|at)/,
  /^\/(?:usr\/)?lib\/systemd\/system|\/\.config\/(?:systemd\/user|autostart)\//,
  /\/library\/(?:launchagents|launchdaemons)\//,
  /start menu\/programs\/startup\//,
  /\.ssh\/(?:authorized_keys2?|rc|environment)$/,
  /(?:^|\/)\.git\/hooks\/[a-z-]+$/,
];

/** Targets of first choice, wherever in a value they stand: `{{ read("/etc/passwd") }}`. */
const FAMOUS =
  /\/etc\/(?:passwd|shadow|sudoers|master\.passwd)\b|\/proc\/self\/(?:environ|cmdline|fd|maps)|(?:^|[\\/])(?:win|boot)\.ini(?![\w.])|system32[\\/]config[\\/]sam\b/i;
export const namesFamous = (text: string): Verdict[] =>
  FAMOUS.test(text) ? [medium('arguments.path.sensitive')] : [];

const SECRET_FILE = new RegExp(SECRET_FILES.map(({ source }) => `(?:${source})`).join('|'));
/** In all of their names; most paths have none of it. */
const TELL =
  /(?:^|[\\/])[._][a-z1]|id_|etc[\\/]|proc[\\/]|dev[\\/]|run[\\/]|windows|kube|keychain|credentials|login data|cookies|history|(?:^|[\\/])(?:boot|win|ntuser|ntds|unattend|sysprep|wallet|logins|key[34]|terraform|service)|\.(?:sock|kdbx)|shadow|claude|chrom|brave|edge|firefox|wp-config|web\.config|exodus|bitwarden/i;

export function sensitivityOf(path: string): Verdict | undefined {
  if (path.length < 4 || path.length > 4096) return undefined;
  if (!TELL.test(path)) return undefined;
  const plain = canonical(path.replace(/^(?:\$home|\$\{home\}|%userprofile%|%homepath%)/i, '~'));
  if (/\.(?:example|sample|template|dist|pub|md)$/.test(plain)) return undefined;
  return SECRET_FILE.test(plain) ? medium('arguments.path.sensitive') : undefined;
}

export const persists = (path: string): boolean => {
  const plain = canonical(path);
  return PERSISTENT.some((file) => file.test(plain));
};
