/**
 * What is counted when a call ends, and what /metrics and /api/latency are written from.
 *
 * A call is told once, by the place where calls end. Series are resolved by server, tool and outcome the first time and
 * found again by two look-ups of names; nothing is allocated for a call after that (bench/micro/telemetry.ts).
 */

import { CLIENT_METHODS } from '../protocol/client-methods.ts';
import { VERSION } from '../protocol/identity.ts';
import type { Refusal } from '../protocol/refusal.ts';
import { CONTENT_TYPES, type Exposition, formatFor, slicesOf } from './exposition.ts';
import { type Counter, type Histogram, OTHER, type Put, Registry, Sheet } from './registry.ts';
import { putProcess, Runtime } from './runtime.ts';
import { METRICS, type MetricName } from './table.ts';
import { type Latency, type Window, Windows } from './windows.ts';

export type Outcome = 'ok' | 'tool_error' | 'refused' | 'failed' | 'cancelled';
export const OUTCOMES: readonly Outcome[] = ['ok', 'tool_error', 'refused', 'failed', 'cancelled'];
const STAGES = ['decide', 'wait', 'server', 'answer'] as const;

/** What inspection found in one message. */
interface Found {
  readonly action: string;
  readonly direction: string;
  readonly findings: readonly { readonly class: string }[];
}

/** What is read of a call that has ended. */
export interface EndedCall {
  readonly message: { readonly method: string; readonly bytes: { readonly length: number } };
  readonly isModern: boolean;
  readonly backend: { readonly name: string } | null;
  readonly original: string;
  readonly refusal: Refusal | null;
  readonly found: readonly Found[] | null;
  readonly answerBytes: number;
  readonly trail: {
    readonly arrivedAt: number;
    readonly decidedAt: number;
    readonly sentAt: number;
    readonly answeredAt: number;
    readonly finishedAt: number;
    outcome(refusal: Refusal | null): Outcome;
  };
}

/** What is read of what happens beside calls. */
export type Noted =
  | { readonly kind: 'turned_away'; readonly refusal: Refusal }
  | { readonly kind: 'session'; readonly what: string }
  | { readonly kind: 'found'; readonly found: Found }
  | { readonly kind: 'operation'; readonly action: string; readonly outcome: string };

/** Offers values at a scrape; a generator is run in slices, so that many servers do not hold up the loop. */
export type Collector = (put: Put<MetricName>) => Iterable<void> | void;

/** Values that a generator may put before it is the turn of others. */
const STEPS = 50;

interface ToolMeter {
  readonly calls: (Counter | null)[];
  readonly name: string;
  window: Window;
}

class ServerMeter {
  readonly name: string;
  readonly tools = new Map<string, ToolMeter>();
  readonly durations: (Histogram | null)[] = OUTCOMES.map(() => null);
  readonly stages: (readonly Histogram[] | null)[] = OUTCOMES.map(() => null);
  readonly asked: Counter;
  readonly answered: Counter;

  constructor(name: string, registry: Registry<MetricName>) {
    this.name = name;
    this.asked = registry.counter('sluice_call_bytes', name, 'request');
    this.answered = registry.counter('sluice_call_bytes', name, 'response');
  }
}

export class Metrics {
  readonly wantsTimes = true;
  readonly registry = new Registry<MetricName>(METRICS);
  readonly #servers = new Map<string, ServerMeter>();
  readonly #requests = new Map<string, (Counter | null)[]>();
  readonly #windows = new Windows();
  readonly #collectors: Collector[] = [putProcess, (put) => this.#putOwn(put)];
  #loadedAt = Date.now();
  readonly #runtime = new Runtime(this.registry);

  constructor() {
    // A first fault must be seen to rise: a series that begins with it does not.
    for (const outcome of ['ok', 'failed']) this.registry.counter('sluice_config_loads', outcome);
  }

  /** Asked at each scrape. */
  ask(collector: Collector): void {
    this.#collectors.push(collector);
  }

  ended(call: EndedCall): void {
    const { backend, refusal, found, trail } = call;
    const at = OUTCOMES.indexOf(trail.outcome(refusal));
    this.#request(call.message.method, call.isModern, at);
    if (refusal !== null) this.#refused(refusal.code, backend?.name ?? '');
    if (found !== null) this.#found(found);
    if (backend !== null) this.#call(call, backend.name, at);
  }

  /** What else is worth a count: requests that never became calls, sessions, reloads. */
  happened(happening: Noted): void {
    switch (happening.kind) {
      case 'turned_away':
        this.#refused(happening.refusal.code, '');
        break;
      case 'session':
        this.registry.counter('sluice_session_changes', happening.what).add();
        break;
      case 'found':
        this.#found([happening.found]);
        break;
      case 'operation':
        if (happening.action !== 'reload') break;
        this.registry.counter('sluice_config_loads', happening.outcome).add();
        if (happening.outcome === 'ok') this.#loadedAt = Date.now();
    }
  }

  #request(called: string, isModern: boolean, at: number): void {
    const method = knownMethod(called);
    let counters = this.#requests.get(method);
    if (counters === undefined) {
      counters = [];
      this.#requests.set(method, counters);
    }
    const place = isModern ? at : at + OUTCOMES.length;
    let counter = counters[place] ?? null;
    if (counter === null) {
      const era = isModern ? 'modern' : 'legacy';
      counter = this.registry.counter('sluice_requests', method, era, OUTCOMES[at]!);
      counters[place] = counter;
    }
    counter.add();
  }

  #refused(code: string, server: string): void {
    this.registry.counter('sluice_refusals', code, server).add();
  }

  #found(found: readonly Found[]): void {
    for (const { action, direction, findings } of found) {
      for (const { class: kind } of findings) {
        this.registry.counter('sluice_findings', kind, direction, action).add();
      }
    }
  }

  #call(call: EndedCall, name: string, at: number): void {
    const { trail } = call;
    const server = this.#server(name);
    const tool = this.#tool(server, nameOf(call));
    let calls = tool.calls[at] ?? null;
    if (calls === null) {
      calls = this.registry.counter('sluice_calls', name, tool.name, OUTCOMES[at]!);
      tool.calls[at] = calls;
    }
    calls.add();
    server.asked.add(call.message.bytes.length);
    server.answered.add(call.answerBytes);
    const ms = trail.finishedAt - trail.arrivedAt;
    server.durations[at] ??= this.registry.histogram(
      'sluice_call_duration_seconds',
      name,
      OUTCOMES[at]!,
    );
    server.durations[at].observe(ms / 1000);
    const now = Date.now();
    this.#window(server, tool, now).record(Math.round(ms * 1000), now);
    server.stages[at] ??= STAGES.map((stage) =>
      this.registry.histogram('sluice_stage_duration_seconds', stage, name, OUTCOMES[at]!),
    );
    timeStages(server.stages[at], trail);
  }

  #server(name: string): ServerMeter {
    let server = this.#servers.get(name);
    if (server === undefined) {
      server = new ServerMeter(name, this.registry);
      this.#servers.set(name, server);
    }
    return server;
  }

  #tool(server: ServerMeter, original: string): ToolMeter {
    const known = server.tools.get(original);
    if (known !== undefined) return known;
    // A server may list ever new names.
    if (server.tools.size >= TOOLS_MAX && original !== OTHER) return this.#tool(server, OTHER);
    const tool = {
      calls: OUTCOMES.map(() => null),
      name: original,
      window: this.#windows.of(server.name, original, Date.now()),
    };
    server.tools.set(original, tool);
    return tool;
  }

  /** Among the others of its server until there is room for it. */
  #window(server: ServerMeter, tool: ToolMeter, now: number): Window {
    const { window, name } = tool;
    if (window.isGone || window.tool !== name)
      tool.window = this.#windows.of(server.name, name, now);
    return tool.window;
  }

  /** Percentiles of the last minute, the busiest tool first. */
  latency(): Promise<Latency[]> {
    return this.#windows.latencies(Date.now());
  }

  /** What /metrics answers; `accept` is the scraper's header. */
  exposition(accept: string): Exposition {
    const format = formatFor(accept);
    const slices = slicesOf(this.registry.families(), () => this.#sheet(), format);
    return { contentType: CONTENT_TYPES[format], slices };
  }

  /** Every value by its name and labels; of a histogram its count, its sum and where its percentiles fall. */
  async snapshot(): Promise<Record<string, number | object>> {
    const sheet = await this.#sheet();
    const all: Record<string, number | object> = {};
    for (const family of this.registry.families()) {
      const named = (text: string) => (text === '' ? family.name : `${family.name}{${text}}`);
      for (const series of family.all()) {
        all[named(series.text)] = 'observe' in series ? series.summary : series.value;
      }
      for (const [text, value] of sheet.of(family.name) ?? []) all[named(text)] = value;
    }
    return all;
  }

  #putOwn(put: Put<MetricName>): void {
    put('sluice_build_info', 1, VERSION, process.version);
    put('sluice_config_loaded_timestamp_seconds', this.#loadedAt / 1000);
  }

  async #sheet(): Promise<Sheet<MetricName>> {
    const sheet = new Sheet<MetricName>(METRICS);
    for (const collector of this.#collectors) {
      let step = 0;
      for (const _ of collector(sheet.put) ?? []) {
        step += 1;
        if (step % STEPS === 0) await new Promise((resolve) => setImmediate(resolve));
      }
    }
    return sheet;
  }

  close(): void {
    this.#runtime.close();
  }
}

/** URIs of resources are data, and whoever asks makes them up. */
function nameOf({ message: { method }, original }: EndedCall): string {
  return method === 'tools/call' || method === 'prompts/get' ? original : knownMethod(method);
}

/** From one stamp to the next that the call came to. */
function timeStages(stages: readonly Histogram[], trail: EndedCall['trail']): void {
  const { arrivedAt, decidedAt, sentAt, answeredAt, finishedAt } = trail;
  stages[0]!.observe(((decidedAt > 0 ? decidedAt : finishedAt) - arrivedAt) / 1000);
  if (sentAt === 0) return;
  stages[1]!.observe(Math.max(0, sentAt - decidedAt) / 1000);
  stages[2]!.observe(((answeredAt > 0 ? answeredAt : finishedAt) - sentAt) / 1000);
  if (answeredAt > 0) stages[3]!.observe((finishedAt - answeredAt) / 1000);
}

/** Tools and the like of one server that have a label of their own. */
const TOOLS_MAX = 200;

/** Methods are the client's own words until somebody knows them. */
export function knownMethod(method: string): string {
  return METHODS.has(method) ? method : OTHER;
}

const METHODS: ReadonlySet<string> = new Set([
  ...CLIENT_METHODS,
  'tasks/get',
  'tasks/result',
  'tasks/list',
  'tasks/cancel',
]);
