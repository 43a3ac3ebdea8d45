/**
 * Secrets that the gateway itself holds: what is in its environment and in the files of its configuration.
 *
 * Nothing has to be guessed of them, so they are found whatever they look like, in every reading of a text, and in base64
 * in the middle of something longer, where they may begin at any of three places in a group. A value is never in a
 * finding, a message or an error; the index keeps it in memory, where it is anyway.
 */

import { Finds } from './finds.ts';
import type { Detector } from './rule.ts';
import { isKeyLike, kindOf } from './rules/named.ts';
import { entropy } from './rules/plausible.ts';

export const KNOWN_VALUE_MIN = 12;
const ANCHOR_CHARACTERS = 12;
const VALUE_MAX = 8192;
/** Distinct texts to look for; each value has up to nineteen. More than this is not a set of secrets. */
const NEEDLES_MAX = 20_000;
/** A line of a file of several lines, as a key in PEM, must be so long to be looked for alone. */
const LINE_MIN = 24;
const ENTROPY_MIN = 3;

/**
 * A detector of these values, or undefined where none of them is long and irregular enough to be told from ordinary text.
 * Values come from where secrets are kept: no test of what they look like is made but that.
 */
export function knownValues(values: readonly string[]): Detector | undefined {
  const worth = values.flatMap(partsOf).filter(isWorthLookingFor);
  const needles = [...new Set(worth.flatMap(spellingsOf))].slice(0, NEEDLES_MAX);
  if (needles.length === 0) return undefined;
  const index = new NeedleIndex(needles);
  return {
    class: 'secret',
    in: ['request', 'response', 'definition'],
    anchors: needles.map(anchorOf),
    forms: ['exact', 'compact'],
    examine: ({ views }) => {
      const finds = new Finds('secret');
      for (const { leaf, views: readings } of views) {
        for (const view of readings) {
          if (view.form !== 'exact' && view.form !== 'compact') continue;
          for (const [start, end] of finds.isFull ? [] : index.find(view.text))
            finds.add('secret.known-value', 'high', { view, leaf }, start, end);
        }
      }
      return finds.all();
    },
  };
}

/** What the automaton looks for: the beginning, which is ASCII. */
function anchorOf(needle: string): string {
  return needle.slice(0, ANCHOR_CHARACTERS).toLowerCase();
}

function partsOf(value: string): string[] {
  const whole = value.trim();
  const lines = whole.split(/\r?\n/);
  if (lines.length === 1) return [whole];
  return lines.filter((line) => line.length >= LINE_MIN && !line.startsWith('-----'));
}

function isWorthLookingFor(value: string): boolean {
  return (
    value.length >= KNOWN_VALUE_MIN &&
    value.length <= VALUE_MAX &&
    // An automaton looks for the beginning, in ASCII.
    /^[\x20-\x7e]{12}/.test(value) &&
    entropy(value) > ENTROPY_MIN
  );
}

/**
 * As it is, without its signs (for readings from which joints were taken), the middles of its base64, and what a letter
 * for a letter makes of these: other encodings are undone before, but nobody sees in a key that it was turned round.
 */
function spellingsOf(value: string): string[] {
  const spelt = [value];
  const bare = value.replace(/[^A-Za-z0-9]/g, '');
  if (bare.length >= KNOWN_VALUE_MIN) spelt.push(bare);
  const middles = [0, 1, 2]
    .map((shift) => base64Middle(Buffer.from(value, 'utf8'), shift))
    .filter((middle) => middle.length >= KNOWN_VALUE_MIN);
  for (const middle of middles) {
    spelt.push(middle, middle.replaceAll('+', '-').replaceAll('/', '_'));
  }
  spelt.push(...spelt.map(turned));
  spelt.push(rotated(value), value.toLowerCase(), value.toUpperCase());
  // What is looked for begins in ASCII.
  return spelt.filter((one) => /^[\x20-\x7e]{12}/.test(one));
}

const turned = (text: string): string => [...text].reverse().join('');

/** ROT13. */
function rotated(text: string): string {
  return text.replace(/[A-Za-z]/g, (letter) => {
    const first = letter <= 'Z' ? 65 : 97;
    return String.fromCharCode(((letter.charCodeAt(0) - first + 13) % 26) + first);
  });
}

/** The characters that depend on these bytes alone, where `shift` other bytes stand before them in their group of three. */
export function base64Middle(bytes: Buffer, shift: number): string {
  const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
  const first = Math.ceil((shift * 8) / 6);
  const last = Math.floor(((shift + bytes.length) * 8) / 6);
  return text.slice(first, last);
}

/** All places of many texts in one pass: a table over a hash of four characters tells where it is worth comparing. */
class NeedleIndex {
  readonly #isStart = new Uint8Array(1 << 16);
  readonly #byStart = new Map<number, string[]>();

  constructor(needles: readonly string[]) {
    for (const needle of needles) {
      const hash = hashOf(packed(needle, 0));
      this.#isStart[hash] = 1;
      const others = this.#byStart.get(hash) ?? [];
      others.push(needle);
      // The longest first: it is what is to be redacted.
      this.#byStart.set(
        hash,
        others.sort((a, b) => b.length - a.length),
      );
    }
  }

  find(text: string): [start: number, end: number][] {
    const found: [number, number][] = [];
    let key = packed(text, 0);
    for (let at = 0; at + 4 <= text.length; at++) {
      if (at > 0) key = (key << 8) | (text.charCodeAt(at + 3) & 255);
      if (this.#isStart[hashOf(key)] === 0) continue;
      const needle = this.#byStart.get(hashOf(key))?.find((one) => text.startsWith(one, at));
      if (needle === undefined) continue;
      found.push([at, at + needle.length]);
      at += needle.length - 1;
      key = packed(text, at);
    }
    return found;
  }
}

const packed = (text: string, at: number): number =>
  ((text.charCodeAt(at) & 255) << 24) |
  ((text.charCodeAt(at + 1) & 255) << 16) |
  ((text.charCodeAt(at + 2) & 255) << 8) |
  (text.charCodeAt(at + 3) & 255);

const hashOf = (key: number): number => Math.imul(key, 0x9e3779b1) >>> 16;

/** Variables that systems, shells, terminals, runtimes and CI set, and that hold nothing to hide. */
const HARMLESS_NAMES = new Set(
  (
    'PATH HOME PWD OLDPWD USER LOGNAME SHELL SHLVL TERM TERM_PROGRAM TERM_PROGRAM_VERSION TERM_SESSION_ID COLORTERM LANG ' +
    'LANGUAGE TZ EDITOR VISUAL PAGER LESS LESSOPEN LESSCLOSE LS_COLORS HOSTNAME HOST HOSTTYPE OSTYPE MACHTYPE MAIL ' +
    'DISPLAY WAYLAND_DISPLAY SSH_TTY SSH_CLIENT SSH_CONNECTION SSH_AUTH_SOCK SSH_AGENT_PID DBUS_SESSION_BUS_ADDRESS ' +
    'DESKTOP_SESSION GDMSESSION WINDOWID COLUMNS LINES TMPDIR TMP TEMP PS1 PS2 PS4 PROMPT IFS _ MANPATH INFOPATH ' +
    'NODE NODE_ENV NODE_PATH NODE_OPTIONS NODE_VERSION NODE_EXTRA_CA_CERTS NVM_DIR NVM_BIN NVM_INC NVM_CD_FLAGS ' +
    'YARN_VERSION PNPM_HOME INIT_CWD PYTHONPATH PYTHONHOME PYTHON_VERSION VIRTUAL_ENV CONDA_PREFIX CONDA_EXE ' +
    'GOPATH GOROOT GOBIN GOPROXY CARGO_HOME RUSTUP_HOME JAVA_HOME JDK_HOME GRADLE_HOME MAVEN_HOME M2_HOME GEM_HOME ' +
    'GEM_PATH RUBYLIB LD_LIBRARY_PATH LD_PRELOAD DYLD_LIBRARY_PATH PKG_CONFIG_PATH CPATH LIBRARY_PATH CC CXX CFLAGS ' +
    'CXXFLAGS LDFLAGS MAKEFLAGS DEBIAN_FRONTEND INVOCATION_ID JOURNAL_STREAM NOTIFY_SOCKET SYSTEMD_EXEC_PID ' +
    'KUBERNETES_SERVICE_HOST KUBERNETES_PORT CI GITHUB_SHA GITHUB_REF GITHUB_REPOSITORY GITHUB_WORKSPACE ' +
    'GITHUB_RUN_ID GITHUB_ACTION GITHUB_ACTOR GITHUB_WORKFLOW RUNNER_OS RUNNER_TEMP RUNNER_TOOL_CACHE BUILD_ID ' +
    'HTTP_PROXY HTTPS_PROXY NO_PROXY ALL_PROXY http_proxy https_proxy no_proxy all_proxy SSL_CERT_FILE SSL_CERT_DIR ' +
    'APPDATA LOCALAPPDATA PROGRAMFILES SYSTEMROOT WINDIR COMSPEC PATHEXT USERPROFILE COMPUTERNAME PROCESSOR_IDENTIFIER'
  ).split(' '),
);
const HARMLESS_FAMILIES =
  /^(?:LC_|XDG_|npm_(?:config_(?!.*auth)|package_|lifecycle_|node_|execpath)|BASH_|ZSH_|VSCODE_|GTK_|QT_)/i;
const SECRET_NAME = /key|secret|token|pass|pwd|cred|auth|private|salt|seed|dsn|webhook|conn/i;
/** A path, a list of paths, an address without a user. */
const LOCATION = /^(?:\.{0,2}\/|[A-Za-z]:\\|~)|^[a-z][a-z0-9+.-]*:\/\/[^@?]*$/;

/** Of an environment, the values that are secrets: by their name, or because a machine made them. */
export function environmentSecrets(
  environment: Readonly<Record<string, string | undefined>>,
): string[] {
  return Object.entries(environment).flatMap(([name, value]) => {
    if (value === undefined || HARMLESS_NAMES.has(name) || HARMLESS_FAMILIES.test(name)) return [];
    if (!isWorthLookingFor(value) || LOCATION.test(value)) return [];
    return kindOf(name) !== undefined || SECRET_NAME.test(name) || isKeyLike(value) ? [value] : [];
  });
}
