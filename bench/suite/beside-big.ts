/**
 * Small calls beside a stream of big ones: what does the inspection of the big ones cost the small?
 *
 * One Sluice without inspection and one with, each with two servers. Small calls come on a fixed schedule to the one server,
 * the same with nothing beside them and beside a stream of big ones to the other. The stream is the same for both: a share
 * of what the gateway with inspection could do of nothing else, found out before. No two texts are alike.
 */

import { freePort } from '../free-port.ts';
import { atRest, compiled } from './compiled.ts';
import type { Cpus } from './cpus.ts';
import { type Player, start } from './deck.ts';
import { type Errors, errorsOf, type Figures, figuresOf, median, ratio } from './figures.ts';
import { echo, type Feature, metricsOf, type Subject, sluice } from './roster.ts';
import { measure, type Shape } from './rounds.ts';
import type { Part, Settings } from './settings.ts';
import { Texts } from './texts.ts';

const ERA = 'legacy';
/** The whole message has 300 bytes. */
const SMALL_BYTES = 200;
const SMALL_TEXTS = 250;
const SMALL_CONNECTIONS = 16;
/** In memory, of all texts of a stream. */
const BIG_TEXTS_BYTES = 24 << 20;
const BIG_CONNECTIONS = 16;
/** So many big ones pass while the small are measured, as far as there is time. */
const BIG_CALLS = 4;
/** What runs before anything is measured. */
const FIRST_BYTES = 16_384;

export interface BesideBig extends Errors {
  readonly subject: string;
  /** Of one of the stream; 0: nothing is beside the small calls. */
  readonly bytes: number;
  readonly smallRate: number;
  /** Big ones per second that inspection can do of nothing else; null where there is no stream. */
  readonly capacity: number | null;
  /** Of the stream, and which part of `capacity` that is. */
  readonly bigRate: number;
  readonly share: number;
  readonly offP50: number;
  readonly onP50: number;
  readonly offP99: number;
  readonly onP99: number;
  /** Medians of the ratios within a round. */
  readonly ratioP50: number;
  readonly ratioP99: number;
  /** Of the big ones. */
  readonly bigOffP50: number;
  readonly bigOnP50: number;
}

interface Seat {
  readonly small: Player;
  readonly bigUrl: string;
}

/**
 * What is asked is what it costs, and not how it judges: whatever it finds passes, and a thread may take its time on a
 * machine that others keep busy.
 */
const INSPECT = {
  name: 'inspect',
  config: {
    inspect: {
      deadlineMs: 60_000,
      secrets: { request: 'flag', response: 'flag' },
      injection: { response: 'flag' },
      arguments: { request: 'flag' },
    },
  },
};

/** Of both, so that they differ in nothing else. */
const METRICS: Feature = { name: 'metrics', config: { telemetry: { metrics: true } } };

export async function besideBig(
  subject: Subject,
  settings: Settings,
  cpus: Cpus,
): Promise<BesideBig[]> {
  const seats: Seat[] = [];
  try {
    await Promise.all(
      [[], [INSPECT]].map(async (features, at) => {
        seats[at] = await seat(subject, features, cpus);
      }),
    );
    const [off, on] = seats as [Seat, Seat];
    // Before it is asked whether all is ready, as nothing is made ready for nobody. Also the code that inspection itself is, and its thread.
    const first = {
      bytes: FIRST_BYTES,
      bigRate: settings.bigFirstRate,
      durationMs: settings.bigMs.least,
    };
    for (const seat of seats) await beside(seat, first, 0, settings, cpus);
    const late = await compiled([on.small], settings.compileMsMax);
    if (late.length > 0) throw new Error(late.join('; '));
    await atRest([on.small], settings.compileMsMax);
    const rows: BesideBig[] = [];
    for (const bytes of settings.bigBytes) rows.push(await compare(off, on, bytes, settings, cpus));
    return rows;
  } finally {
    await Promise.all(seats.map(({ small }) => small.stop()));
  }
}

async function seat(subject: Subject, features: readonly Feature[], cpus: Cpus): Promise<Seat> {
  const [port, adminPort] = [await freePort(), await freePort()];
  const base = `http://127.0.0.1:${port}/mcp`;
  const options = { ...subject.sluice, features: [...features, METRICS], adminPort };
  const program = sluice(port, { small: echo(ERA), big: echo(ERA) }, options);
  const player = await start({ name: subject.name, url: `${base}/small` }, program, ERA, cpus);
  return { small: { ...player, metricsUrl: metricsOf(adminPort) }, bigUrl: `${base}/big` };
}

async function compare(
  off: Seat,
  on: Seat,
  bytes: number,
  settings: Settings,
  cpus: Cpus,
): Promise<BesideBig> {
  const capacity = bytes === 0 ? null : await capacityOf(on, bytes, settings, cpus);
  const bigRate = capacity === null ? 0 : capacity * settings.bigShare;
  const wantedMs = bigRate === 0 ? 0 : (BIG_CALLS / bigRate) * 1000;
  const { bigMs } = settings;
  const durationMs = Math.min(Math.max(wantedMs, bigMs.least), bigMs.most);
  const plan = { bytes, bigRate, durationMs };
  const rounds: { off: Beside; on: Beside }[] = [];
  for (let round = 0; round < settings.rounds; round++) {
    // The same texts for both, and others in the next round.
    const run = (seat: Seat) => beside(seat, plan, round + 1, settings, cpus);
    if (round % 2 === 0) {
      const first = await run(off);
      rounds.push({ off: first, on: await run(on) });
    } else {
      const first = await run(on);
      rounds.push({ off: await run(off), on: first });
    }
  }
  const middle = (of: (round: { off: Beside; on: Beside }) => number) => median(rounds.map(of));
  return {
    subject: on.small.name,
    bytes,
    smallRate: settings.besideBigRate,
    capacity,
    bigRate,
    share: settings.bigShare,
    offP50: middle((round) => round.off.small.p50),
    onP50: middle((round) => round.on.small.p50),
    offP99: middle((round) => round.off.small.p99),
    onP99: middle((round) => round.on.small.p99),
    ratioP50: middle((round) => ratio(round.on.small.p50, round.off.small.p50)),
    ratioP99: middle((round) => ratio(round.on.small.p99, round.off.small.p99)),
    bigOffP50: middle((round) => round.off.big?.p50 ?? Number.NaN),
    bigOnP50: middle((round) => round.on.big?.p50 ?? Number.NaN),
    ...errorsOf(rounds.flatMap(({ off, on }) => [...allOf(off), ...allOf(on)])),
  };
}

interface Beside {
  readonly small: Figures;
  readonly big: Figures | null;
}

const allOf = ({ small, big }: Beside) => (big === null ? [small] : [small, big]);

async function beside(
  { small, bigUrl }: Seat,
  { bytes, bigRate, durationMs }: { bytes: number; bigRate: number; durationMs: number },
  round: number,
  settings: Settings,
  cpus: Cpus,
): Promise<Beside> {
  const { warmupMs, isRough, marginMs } = settings;
  const shape: Shape = {
    era: ERA,
    connections: SMALL_CONNECTIONS,
    rate: settings.besideBigRate,
    mix: texts(SMALL_BYTES, SMALL_TEXTS, round),
  };
  const times = { warmupMs, durationMs, isRough };
  const measured = () => measure(small, shape, times, cpus).then(figuresOf);
  if (bigRate === 0) return { small: await measured(), big: null };
  const stream = { ...bigShape(bytes, round, settings), rate: bigRate };
  const whole = { warmupMs: 0, durationMs: warmupMs + durationMs + marginMs, isRough };
  const [figures, big] = await Promise.all([
    measured(),
    measure({ url: bigUrl, pids: [] }, stream, whole, cpus).then(figuresOf),
  ]);
  return { small: figures, big };
}

/** One after the other, so that a thread is never without one for long. */
async function capacityOf({ bigUrl }: Seat, bytes: number, settings: Settings, cpus: Cpus) {
  const { isRough, bigMs } = settings;
  const times = { warmupMs: 0, durationMs: bigMs.least, isRough };
  const shape = { ...bigShape(bytes, -1, settings), connections: 1 };
  const { p50 } = figuresOf(await measure({ url: bigUrl, pids: [] }, shape, times, cpus));
  return 1e6 / p50;
}

function bigShape(bytes: number, seed: number, { bigTexts }: Settings): Shape {
  const count = Math.min(bigTexts, Math.ceil(BIG_TEXTS_BYTES / bytes));
  return { era: ERA, connections: BIG_CONNECTIONS, mix: texts(bytes, count, seed) };
}

function texts(bytes: number, count: number, seed: number): Part[] {
  const from = new Texts(seed * 7919 + bytes);
  return Array.from({ length: count }, () => ({ kind: 'text', text: from.next(bytes), weight: 1 }));
}
