/**
 * What a call costs in our own JavaScript, without sockets, and how much of that is a matter of caches.
 *
 * The web server is a stand-in that hands over a head and a body; the server behind is a process, whose time does not count.
 * In us, medians: from the head to the queued request, and from the server's line to the answer. In the first row one call
 * follows the other; before each call of the others so much memory was touched, as other programs do meanwhile. A core whose second
 * cache holds 2 MB (`lscpu`) has forgotten us somewhere in between.
 */

import { Auth } from '../../src/auth/auth.ts';
import { loadConfig } from '../../src/config/config.ts';
import { Lobby } from '../../src/edge/http/lobby.ts';
import { Routes } from '../../src/edge/http/routes.ts';
import type { HttpRequest, HttpResponse } from '../../src/edge/http/uws-api.ts';
import { Gateway } from '../../src/gateway/gateway.ts';
import { LineFramer } from '../../src/protocol/framing.ts';
import { createLog } from '../../src/telemetry/telemetry.ts';
import { print } from '../stopwatch.ts';
import { callRequest } from '../suite/control.ts';
import { median } from '../suite/figures.ts';
import { echo, sluice } from '../suite/roster.ts';

const CALLS = 1500;
const WARM_UP = 40_000;
const AT_ONCE = 64;
const TOUCHED_KB = [0, 128, 1024, 4096];
const LINE = 64;
const BYTES = 300;
const ID = '1000000000';

type OnData = Parameters<HttpResponse['onData']>[0];

let answered = 0;
let onAnswer: () => void = () => {};

/** As much of the web server's response as a call needs. */
class Response {
  onChunk: OnData = () => {};
  onData(take: OnData) {
    this.onChunk = take;
    return this;
  }
  cork(write: () => void) {
    write();
    return this;
  }
  end() {
    answered++;
    onAnswer();
    return this;
  }
  onAborted = () => this;
  writeHeader = () => this;
  getRemoteAddressAsText = () => new ArrayBuffer(4);
}

/** Every text is a new one, as a socket gives it. */
class Request {
  readonly #head: readonly Buffer[];
  constructor(head: readonly Buffer[]) {
    this.#head = head;
  }
  getMethod = () => 'post';
  getUrl = () => '/mcp';
  getQuery = () => '';
  forEach(visit: (name: string, value: string) => void): void {
    const head = this.#head;
    for (let i = 0; i < head.length; i += 2) {
      visit(head[i]!.latin1Slice(), head[i + 1]!.latin1Slice());
    }
  }
}

async function gatewayRoutes(): Promise<Routes> {
  const file = sluice(7332, { echo: echo('modern') }).args.at(-1)!;
  const loaded = loadConfig(file, process.env);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults));
  const log = createLog({ log: 'silent' });
  const gateway = new Gateway(loaded.config, log, process.env);
  await gateway.start();
  const fail = (bug: unknown) => {
    throw bug;
  };
  const lobby = new Lobby(loaded.config.listen, fail, () => {});
  return new Routes(loaded.config.listen, gateway, new Auth(loaded.config.auth, log), lobby);
}

const routes = await gatewayRoutes();
const made = callRequest('modern', Number(ID), 'echo', { message: '' });
const padding = 'x'.repeat(BYTES - made.body.length);
const { headers, body } = callRequest('modern', Number(ID), 'echo', { message: padding });
const sent = { host: '127.0.0.1:7332', 'content-length': String(BYTES), ...headers };
const head = Object.entries(sent).flatMap((pair) => pair.map((text) => Buffer.from(text)));
const idAt = body.indexOf(ID);
let lastId = Number(ID);

function nextBody(): ArrayBuffer {
  const bytes = new Uint8Array(Buffer.from(body));
  Buffer.from(bytes.buffer).latin1Write(String(++lastId), idAt);
  return bytes.buffer;
}

function send(bytes: ArrayBuffer): void {
  const response = new Response();
  routes.handle(response as unknown as HttpResponse, new Request(head) as HttpRequest, null);
  response.onChunk(bytes, true);
}

/** All of these calls at once; resolves when each is answered. */
function together(count: number): Promise<void> {
  answered = 0;
  return new Promise((resolve) => {
    onAnswer = () => {
      if (answered === count) resolve();
    };
    for (let i = 0; i < count; i++) send(nextBody());
  });
}

let answerUs = 0;
const { push } = LineFramer.prototype;
LineFramer.prototype.push = function timed(...given) {
  const since = performance.now();
  push.apply(this, given);
  answerUs = (performance.now() - since) * 1000;
};

async function row(touchedKb: number): Promise<[string, number, number]> {
  const memory = new Uint8Array(touchedKb * 1024);
  const requests: number[] = [];
  const answers: number[] = [];
  for (let i = 0; i < CALLS; i++) {
    const bytes = nextBody();
    for (let at = 0; at < memory.length; at += LINE) memory[at]!++;
    const since = performance.now();
    const done = new Promise<void>((resolve) => {
      onAnswer = resolve;
    });
    send(bytes);
    requests.push((performance.now() - since) * 1000);
    await done;
    answers.push(answerUs);
  }
  const name = touchedKb === 0 ? 'warm' : `after ${touchedKb} KB`;
  return [name, median(requests), median(answers)];
}

for (let calls = 0; calls < WARM_UP; calls += AT_ONCE) await together(AT_ONCE);
await row(0);
const rows = [];
for (const touchedKb of TOUCHED_KB) rows.push(await row(touchedKb));
print(['300 B', 'request', 'answer'], rows);
process.exit(0);
