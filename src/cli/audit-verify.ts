/**
 * `sluice audit verify` and `sluice audit receipt`.
 */

import { readFileSync } from 'node:fs';
import {
  type Anchor,
  conditionOf,
  query,
  type Receipt,
  receiptFault,
  receiptOf,
  segmentsIn,
  type Verified,
  type Verifier,
  verifierOf,
  verify,
} from '../audit/audit.ts';
import { type FolderOptions, folderOf } from './audit.ts';
import { EXIT, type Exit } from './exit.ts';
import { absolute } from './file.ts';
import type { Terminal } from './terminal.ts';

interface VerifyOptions extends FolderOptions {
  readonly key?: readonly string[];
  readonly head?: readonly string[];
  readonly receipt?: string;
}

export async function verified(
  terminal: Terminal,
  folder: string | undefined,
  options: VerifyOptions,
): Promise<Exit> {
  const keys = keysOf(terminal, options.key ?? []);
  const anchors = anchorsOf(terminal, options.head ?? []);
  if (keys === undefined || anchors === undefined) return EXIT.usage;
  if (options.receipt !== undefined)
    return receiptVerified(terminal, options.receipt, keys, options);
  const dir = folderOf(terminal, folder === undefined ? options : { ...options, dir: folder });
  if (dir === undefined) return EXIT.usage;
  const result = await verify(dir, { keys, anchors });
  if (options.json) terminal.json(result);
  else if (result.segments === 0 && result.broken === null)
    terminal.out(`there is no log in ${dir}`);
  else say(terminal, result, keys);
  // A log that was taken away as a whole is not as it was written.
  if (result.segments === 0) return EXIT.wrong;
  return result.broken === null ? EXIT.ok : EXIT.wrong;
}

function say(terminal: Terminal, result: Verified, keys: readonly Verifier[]): void {
  const { broken, segments, records, sealed, open, head, notes } = result;
  for (const note of notes) terminal.out(`note: ${note}`);
  if (broken !== null) {
    const { segment, line, words } = broken;
    const place = line === 0 ? `segment ${segment}` : `segment ${segment}, line ${line}`;
    terminal.out(`${terminal.paint('red', 'broken')}: ${place}: ${words}`);
    terminal.out(`${records} records before it are in order.`);
    return;
  }
  const by =
    keys.length === 0
      ? 'seals, of which nobody checked the signatures (--key)'
      : `seals signed by ${keys.map(({ id }) => id).join(', ')}`;
  terminal.out(
    `everything is as it was written: ${segments} segments, ${records} records, ${sealed} ${by}`,
  );
  if (open > 0) terminal.out(`${open} of the records are chained and not sealed yet`);
  if (head !== null) terminal.out(`head ${head.seq}:${head.hash}`);
}

function keysOf(terminal: Terminal, files: readonly string[]): Verifier[] | undefined {
  try {
    return files.map((file) => verifierOf(readFileSync(absolute(terminal, file), 'utf8')));
  } catch {
    terminal.err('A file of --key cannot be read, or holds no Ed25519 key in PEM.');
    return undefined;
  }
}

function anchorsOf(terminal: Terminal, heads: readonly string[]): Anchor[] | undefined {
  const anchors = heads.map((head) => /^(\d{1,15}):([0-9a-f]{64})$/.exec(head));
  if (anchors.includes(null)) {
    terminal.err('--head is SEQ:SHA256, as "sluice audit verify" prints it.');
    return undefined;
  }
  return anchors.map((match) => ({ seq: Number(match![1]), hash: match![2]! }));
}

function receiptVerified(
  terminal: Terminal,
  file: string,
  keys: readonly Verifier[],
  { json }: FolderOptions,
): Exit {
  if (keys.length === 0) {
    terminal.err('A receipt proves nothing without the public key: name it with --key.');
    return EXIT.usage;
  }
  let read: Receipt;
  try {
    read = JSON.parse(readFileSync(absolute(terminal, file), 'utf8')) as Receipt;
  } catch {
    terminal.err(`${file} cannot be read, or is no JSON.`);
    return EXIT.usage;
  }
  const fault = faultOf(read, keys);
  if (json)
    terminal.json(
      fault === undefined
        ? { good: true, record: JSON.parse(read.record) }
        : { good: false, fault },
    );
  else if (fault !== undefined) terminal.out(`${terminal.paint('red', 'not proven')}: ${fault}`);
  else
    terminal.out(`proven: this was recorded, and is as it was.\n${terminal.foreign(read.record)}`);
  return fault === undefined ? EXIT.ok : EXIT.wrong;
}

/** A file that somebody made may hold anything. */
function faultOf(read: Receipt, keys: readonly Verifier[]): string | undefined {
  try {
    return receiptFault(read, keys);
  } catch {
    return 'this is no receipt';
  }
}

export async function receipt(
  terminal: Terminal,
  id: string,
  options: FolderOptions,
): Promise<Exit> {
  const dir = folderOf(terminal, options);
  if (dir === undefined) return EXIT.usage;
  const condition = conditionOf(/^\d{1,15}$/.test(id) ? `seq=${id}` : `id=${id}`);
  const question = {
    from: '',
    to: '',
    text: '',
    conditions: condition === undefined ? [] : [condition],
  };
  for await (const { record } of query(dir, question)) {
    const seq = Number(record.seq);
    for (const segment of segmentsIn(dir).toReversed()) {
      const made = await receiptOf(segment, seq);
      if (typeof made !== 'string') {
        terminal.json(made);
        return EXIT.ok;
      }
      if (made.includes('not sealed')) {
        terminal.err(
          `Record ${seq} is not sealed yet: its segment is still written (audit.rotateMs).`,
        );
        return EXIT.unavailable;
      }
    }
  }
  terminal.err(`There is no record "${id}".`);
  return EXIT.wrong;
}
