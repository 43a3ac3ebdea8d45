/**
 * Two load generators, one subject: ours and autocannon must agree on throughput, or one of them is wrong.
 *
 * The subject is one that is slower than both generators by far (a relay made of the SDK): only then does the answer
 * say something about the counting and not about who sends faster.
 */

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { callRequest, credentials, firstAnswer } from './control.ts';
import { type Cpus, pinned } from './cpus.ts';
import type { Player } from './deck.ts';
import { figuresOf, median } from './figures.ts';
import { PROJECT } from './roster.ts';
import { measure } from './rounds.ts';
import type { Settings } from './settings.ts';

const CONNECTIONS = 16;
const CALL_BYTES = 300;
/** What autocannon writes in place of `[<id>]`: some 24 characters and a counter. */
const ID_CHARS = 28;
/** autocannon counts whole seconds. */
const AUTOCANNON_SECONDS_MIN = 1;
const GRACE_MS = 20_000;

export interface SecondOpinion {
  readonly subject: string;
  readonly oursRps: number;
  readonly autocannonRps: number;
  readonly ratio: number;
  /** Smallest and largest of a round: how much is noise. */
  readonly range: readonly [number, number];
  readonly autocannonErrors: number;
}

export async function secondOpinion(
  player: Player,
  settings: Settings,
  cpus: Cpus,
): Promise<SecondOpinion> {
  const mix = [{ kind: 'call' as const, bytes: CALL_BYTES, weight: 1 }];
  const shape = { era: 'legacy' as const, connections: CONNECTIONS, mix };
  const seconds = Math.max(AUTOCANNON_SECONDS_MIN, Math.round(settings.durationMs / 1000));
  const times = { ...settings, durationMs: seconds * 1000 };
  const ours: number[] = [];
  const theirs: number[] = [];
  let autocannonErrors = 0;
  const askOurs = async () => ours.push(figuresOf(await measure(player, shape, times, cpus)).rps);
  const askOther = async () => {
    const other = await autocannon(player.url, seconds, cpus);
    theirs.push(other.rps);
    autocannonErrors += other.errors;
  };
  // The subject gets faster during its first thousands of calls: whoever came first would count fewer.
  await measure(player, shape, settings, cpus);
  for (let round = 0; round < settings.rounds; round++) {
    if (round % 2 === 0) await askOurs();
    await askOther();
    if (round % 2 === 1) await askOurs();
  }
  const ratios = ours.map((rps, round) => rps / theirs[round]!);
  return {
    subject: player.name,
    oursRps: median(ours),
    autocannonRps: median(theirs),
    ratio: median(ratios),
    range: [Math.min(...ratios), Math.max(...ratios)],
    autocannonErrors,
  };
}

/** Becomes a new text for each request: the connections share a session. */
const ID_PLACE = '[<id>]';

interface AutocannonResult {
  readonly requests: { readonly average: number };
  readonly errors: number;
  readonly timeouts: number;
  readonly non2xx: number;
}

async function autocannon(url: string, seconds: number, cpus: Cpus) {
  const session = await firstAnswer(url, 'legacy');
  const request = (message: string) =>
    callRequest('legacy', ID_PLACE, 'echo', { message }, session);
  const bare = request('').body.length - ID_PLACE.length + ID_CHARS;
  const { headers, body } = request('x'.repeat(CALL_BYTES - bare));
  const args = [
    join(PROJECT, 'node_modules/autocannon/autocannon.js'),
    ...['--json', '--no-progress', '--idReplacement', '--method', 'POST'],
    ...['--connections', String(CONNECTIONS), '--duration', String(seconds), '--body', body],
    ...Object.entries({ ...headers, ...credentials(url) }).flatMap(([name, value]) => [
      '--headers',
      `${name}=${value}`,
    ]),
    url,
  ];
  const text = await output(
    pinned(cpus.generator, process.execPath, args),
    seconds * 1000 + GRACE_MS,
  );
  const result = JSON.parse(text) as AutocannonResult;
  const errors = result.errors + result.timeouts + result.non2xx;
  return { rps: result.requests.average, errors };
}

function output([command, args]: [string, string[]], deadlineMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: deadlineMs,
    });
    const end = () => child.kill('SIGKILL');
    process.once('exit', end);
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk;
    });
    child.on('error', reject);
    child.on('close', () => {
      process.removeListener('exit', end);
      if (text.includes('{')) resolve(text.slice(text.indexOf('{')));
      else reject(new Error('autocannon said nothing'));
    });
  });
}
