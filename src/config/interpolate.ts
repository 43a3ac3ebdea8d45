/**
 * `${env:NAME}`, `${env:NAME:-default}` and `${file:PATH}` in the text values of a file; `$${` is a literal `${`.
 *
 * Runs on the nodes of the parsed document: what a variable holds is text inside one value and never YAML, so it can
 * change neither structure nor keys, and it is not looked through again. Paths are relative to the folder of the file.
 */

import { isUtf8 } from 'node:buffer';
import { dirname, resolve } from 'node:path';
import { isPair, isScalar, isSeq, type Scalar, visit } from 'yaml';
import { type ConfigDocument, readBounded } from './document.ts';
import { type Fault, pathText } from './fault.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Interpolation {
  readonly faults: readonly Fault[];
  readonly warnings: readonly Fault[];
  /** The files that were read, absolute: when one changes, so does the configuration. */
  readonly files: readonly string[];
  /** The nodes whose text came, at least in part, from elsewhere. */
  readonly nodes: ReadonlySet<unknown>;
  /** What the files hold: they are read for secrets. */
  readonly secrets: readonly string[];
}

/** The largest secret anybody keeps in a file is a bundle of certificates. */
const TARGET_BYTES_MAX = 64 * 1024;
const TARGETS_MAX = 1024;
/** `${x:-1}` is a shell's, not ours: a scheme is letters and its colon is not followed by a dash. */
const REFERENCE = /\$?\$\{([a-z]+):(?!-)([^}]*)\}/g;
const LOOKALIKE = /(?<!\$)\$\{[A-Za-z_][A-Za-z0-9_.]*(?::-[^}]*)?\}/;

export function interpolate(document: ConfigDocument, env: Environment): Interpolation {
  const faults: Fault[] = [];
  const warnings: Fault[] = [];
  const files = new Set<string>();
  const nodes = new Set<unknown>();
  const secrets: string[] = [];

  visit(document.yaml, {
    Scalar(key, node, ancestors) {
      if (key === 'key' || typeof node.value !== 'string' || !node.value.includes('${')) return;
      const path = pathOf(ancestors, node);
      const say = (list: Fault[], words: string) =>
        list.push(document.faultAt(node.range?.[0] ?? 0, path, words));
      if (LOOKALIKE.test(node.value)) {
        say(warnings, `a "\${NAME}" stands here as it is; to use a variable write "\${env:NAME}"`);
      }
      node.value = node.value.replaceAll(REFERENCE, (whole, scheme: string, rest: string) => {
        if (whole.startsWith('$$')) return whole.slice(1);
        nodes.add(node);
        const found = lookUp(scheme, rest, document.file, env, files);
        if ('text' in found) {
          if (scheme === 'file') secrets.push(found.text);
          return found.text;
        }
        say(faults, found.words);
        return '';
      });
    },
  });
  return { faults, warnings, files: [...files], nodes, secrets };
}

function lookUp(
  scheme: string,
  rest: string,
  file: string,
  env: Environment,
  files: Set<string>,
): { text: string } | { words: string } {
  if (scheme === 'env') return fromEnv(rest, env);
  if (scheme === 'file') return fromFile(resolve(dirname(file), rest), files);
  return { words: `"\${${scheme}:…}" is not known; use "\${env:NAME}" or "\${file:PATH}"` };
}

function fromEnv(rest: string, env: Environment): { text: string } | { words: string } {
  const split = rest.indexOf(':-');
  const name = split < 0 ? rest : rest.slice(0, split);
  const value = Object.hasOwn(env, name) ? env[name] : undefined;
  if (split >= 0)
    return { text: value === undefined || value === '' ? rest.slice(split + 2) : value };
  if (value !== undefined) return { text: value };
  return {
    words: `the environment variable ${name} is not set; set it, or give a default with "\${env:${name}:-…}"`,
  };
}

function fromFile(target: string, files: Set<string>): { text: string } | { words: string } {
  if (!files.has(target) && files.size >= TARGETS_MAX) {
    return { words: `at most ${TARGETS_MAX} different files can be referred to` };
  }
  // Also a target that is missing is worth watching: it may be about to appear.
  files.add(target);
  const bytes = readBounded(target, TARGET_BYTES_MAX);
  if (typeof bytes === 'string') return { words: `the file ${target} ${bytes}` };
  if (!isUtf8(bytes)) return { words: `the file ${target} is not UTF-8 text` };
  // Editors and `echo` end a file with a newline that no secret means.
  return { text: bytes.toString('utf8').replace(/\r?\n$/, '') };
}

function pathOf(ancestors: readonly unknown[], leaf: Scalar): string {
  const chain = [...ancestors, leaf];
  const path: PropertyKey[] = [];
  for (const [at, parent] of chain.entries()) {
    if (isPair(parent) && isScalar(parent.key)) path.push(String(parent.key.value));
    if (isSeq(parent)) path.push(parent.items.indexOf(chain[at + 1]));
  }
  return pathText(path);
}
