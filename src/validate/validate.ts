/**
 * The entrance to this folder: arguments against the input schema of their tool, before anything is sent.
 *
 *   not seen yet ──compiled in a thread──▶ checked here      small arguments, or a schema that asks little
 *                                     ├──▶ checked there     what could take long: with a deadline
 *                                     └──▶ cannot be checked  too large, not a schema, …: called all the same, or refused
 *
 * A schema is compiled at the first call of its tool and kept for as long as the tool is listed so; equal schemas are
 * compiled once. A server's schema is hostile until measured: nothing of it runs on this thread before.
 */

import { hash } from 'node:crypto';
import { members } from '../protocol/members.ts';
import { type Refusal, refuse } from '../protocol/refusal.ts';
import { type Measure, SCHEMA_BYTES_MAX } from './bounds.ts';
import { Check } from './check.ts';
import type { ValidateMode } from './config.ts';
import { Workshop } from './workshop.ts';

export type { ValidateMode } from './config.ts';

/** A tool as the catalogue has it. */
export interface Tool {
  /** JSON text of the whole definition. */
  readonly definition: Buffer;
}

/** What is asked: the arguments parsed, and how long their JSON is. */
export interface Asked {
  readonly args: unknown;
  readonly argsText: () => string;
  readonly argsBytes: number;
}

/** Told once per tool whose schema is not, or not wholly, used. */
export type OnGap = (tool: Tool, why: string, isChecked: boolean) => void;

type Kept =
  | { readonly kind: 'free' }
  | { readonly kind: 'unchecked'; readonly why: string }
  | {
      readonly kind: 'checked';
      readonly check: Check;
      readonly source: string;
      /** Arguments of more bytes than this are checked in the thread. */
      readonly hereBytesMax: number;
      readonly gaps: readonly string[];
    };

const FREE: Kept = { kind: 'free' };
/** Of the definition that holds the schema: descriptions are longer than schemas. */
const DEFINITION_BYTES_MAX = 1024 * 1024;
const COMPILE_MS = 5_000;
const CHECK_MS = 1_000;
/** See `Measure`: about a millisecond where it is worst (bench/micro/validate.ts). */
const QUESTIONS_HERE_MAX = 10_000;
/** Compiled checks at one time, by their source; above it all are forgotten and made again as they are needed. */
const SOURCE_CHARS_MAX = 64 * 1024 * 1024;
const SCHEMAS_MAX = 20_000;

export class Validator {
  #mode: ValidateMode;
  readonly #onGap: OnGap;
  readonly #workshop = new Workshop();
  #tools = new WeakMap<Tool, Kept>();
  #schemas = new Map<string, Kept>();
  readonly #making = new Map<string, Promise<Kept | Refusal>>();
  #sourceChars = 0;

  constructor(mode: ValidateMode, onGap: OnGap) {
    this.#mode = mode;
    this.#onGap = onGap;
  }

  configure(mode: ValidateMode): void {
    this.#mode = mode;
  }

  get isOn(): boolean {
    return this.#mode !== 'off';
  }

  /** What waits for the thread, or is there. */
  get waiting(): number {
    return this.#workshop.waiting;
  }

  /** Why the call must not be made; a promise where that must be found out first. */
  refuse(tool: Tool, asked: Asked): Refusal | undefined | Promise<Refusal | undefined> {
    const kept = this.#tools.get(tool);
    return kept === undefined ? this.#refuseLater(tool, asked) : this.#judge(kept, asked);
  }

  /** Compiles what its first call would, so that `onGap` hears of it now. */
  async prepare(tool: Tool): Promise<void> {
    await this.#prepare(tool);
  }

  close(): void {
    this.#workshop.close();
  }

  #judge(kept: Kept, asked: Asked): Refusal | undefined | Promise<Refusal | undefined> {
    if (kept.kind === 'free') return undefined;
    if (kept.kind === 'unchecked') {
      if (this.#mode !== 'strict') return undefined;
      return refuse('invalid_arguments', 'The input schema of this tool cannot be used.');
    }
    if (kept.gaps.length > 0 && this.#mode === 'strict') {
      return refuse(
        'invalid_arguments',
        'The input schema of this tool cannot be used as a whole.',
      );
    }
    if (asked.argsBytes > kept.hereBytesMax) return this.#judgeThere(kept.source, asked);
    const fault = kept.check.fault(asked.args ?? {});
    return fault === undefined ? undefined : refuse('invalid_arguments', fault);
  }

  async #judgeThere(source: string, asked: Asked): Promise<Refusal | undefined> {
    const args = asked.argsText() || '{}';
    const done = await this.#workshop.run({ kind: 'check', source, args }, CHECK_MS);
    if (done === 'full') return refuse('busy', 'Too many arguments wait to be checked.');
    if (done === 'deadline') {
      const words = `These arguments could not be checked within ${CHECK_MS} ms. Send smaller or simpler ones.`;
      return refuse('invalid_arguments', words);
    }
    if (done === 'broken' || done.kind !== 'checked') {
      return refuse('invalid_arguments', 'These arguments could not be checked.');
    }
    return done.fault === undefined ? undefined : refuse('invalid_arguments', done.fault);
  }

  async #refuseLater(tool: Tool, asked: Asked): Promise<Refusal | undefined> {
    const kept = await this.#prepare(tool);
    if ('code' in kept) return kept;
    return this.#judge(kept, asked);
  }

  async #prepare(tool: Tool): Promise<Kept | Refusal> {
    const text = schemaOf(tool.definition);
    if (text === 'too large')
      return this.#keep(tool, { kind: 'unchecked', why: 'it is too large' });
    if (text === undefined || isFree(text)) return this.#keep(tool, FREE);
    const key = hash('sha256', text, 'base64url');
    const known = this.#schemas.get(key);
    if (known !== undefined) return this.#keep(tool, known);
    let making = this.#making.get(key);
    if (making === undefined) {
      making = this.#make(key, text).finally(() => this.#making.delete(key));
      this.#making.set(key, making);
    }
    const made = await making;
    return 'code' in made ? made : this.#keep(tool, made);
  }

  #keep(tool: Tool, kept: Kept): Kept {
    if (this.#tools.has(tool)) return kept;
    this.#tools.set(tool, kept);
    if (kept.kind === 'unchecked') this.#onGap(tool, kept.why, false);
    else if (kept.kind === 'checked') {
      for (const gap of kept.gaps) this.#onGap(tool, gap, true);
    }
    return kept;
  }

  async #make(key: string, schema: string): Promise<Kept | Refusal> {
    const done = await this.#workshop.run({ kind: 'compile', schema }, COMPILE_MS);
    if (done === 'full') return refuse('busy', 'Too many tools wait for their schema.');
    const kept = keptOf(done);
    const chars = kept.kind === 'checked' ? kept.source.length : 0;
    if (this.#sourceChars + chars > SOURCE_CHARS_MAX || this.#schemas.size >= SCHEMAS_MAX) {
      this.#schemas.clear();
      this.#tools = new WeakMap();
      this.#sourceChars = 0;
    }
    this.#schemas.set(key, kept);
    this.#sourceChars += chars;
    return kept;
  }
}

function keptOf(done: Awaited<ReturnType<Workshop['run']>>): Kept {
  if (done === 'deadline') return unchecked(`it takes more than ${COMPILE_MS} ms to compile`);
  if (typeof done === 'string' || done.kind !== 'compiled')
    return unchecked('it breaks the compiler');
  const { compiled } = done;
  if (typeof compiled === 'string') return unchecked(compiled);
  const { source, measured, gaps } = compiled;
  try {
    const hereBytesMax = bytesHere(measured);
    return { kind: 'checked', check: new Check(source), source, hereBytesMax, gaps };
  } catch (error) {
    // --disallow-code-generation-from-strings, or nested deeper than the engine reads.
    return unchecked(`its check cannot be run: ${(error as Error).message.slice(0, 200)}`);
  }
}

/** The largest arguments that are checked on this thread; -1 for none. */
export function bytesHere({ once, perByte, isOpen }: Measure): number {
  if (isOpen || once > QUESTIONS_HERE_MAX) return -1;
  return (QUESTIONS_HERE_MAX - once) / perByte;
}

function unchecked(why: string): Kept {
  return { kind: 'unchecked', why };
}

/** The text of `inputSchema`; undefined where there is none. */
function schemaOf(definition: Buffer): string | 'too large' | undefined {
  if (definition.length > DEFINITION_BYTES_MAX) return 'too large';
  const field = members(definition, 0, definition.length).find(({ key }) => key === 'inputSchema');
  if (field === undefined) return undefined;
  if (field.end - field.start > SCHEMA_BYTES_MAX) return 'too large';
  return definition.utf8Slice(field.start, field.end);
}

const SHORT_CHARS = 400;
const SAYS_NOTHING: ReadonlySet<string> = new Set(['$schema', 'title', 'description']);

/** Whether it only says that arguments are an object, which every message is held to. */
function isFree(text: string): boolean {
  if (text.length > SHORT_CHARS) return false;
  const schema: unknown = JSON.parse(text);
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return false;
  return Object.entries(schema).every(([key, value]) => {
    if (key === 'type') return value === 'object';
    if (key === 'properties') return Object.keys((value as object | null) ?? { a: 1 }).length === 0;
    return SAYS_NOTHING.has(key) || (key === 'additionalProperties' && value === true);
  });
}
