/**
 * How long and how often: the full run, and the smoke run that only proves that the suite works.
 *
 * All bounds of a run stand here. The full run says at its start how long it should take (estimate.ts); the smoke run takes
 * about a minute on two cores with nothing else to do.
 */

import type { Era } from './control.ts';

export interface Scenario {
  readonly name: string;
  readonly what: string;
  readonly era: Era;
  readonly backend: 'echo' | 'everything';
  readonly connections: number;
  /** Calls per second on a fixed schedule; without it as fast as answers come. */
  readonly rate?: number;
  readonly mix: readonly Part[];
  /** Default: one for all connections, since one subject starts a process for each. */
  readonly sessions?: 'connection' | 'shared';
  /** Only the subjects marked as ours: the others would need minutes, or fall over. */
  readonly oursOnly?: boolean;
  /** So many times as long as the others: its tail is judged. */
  readonly longer?: number;
  /** The run that proves that the suite works has it too. */
  readonly inSmoke?: boolean;
}

export type Part =
  | { readonly kind: 'call'; readonly bytes: number; readonly weight: number }
  | { readonly kind: 'text'; readonly text: string; readonly weight: number }
  | { readonly kind: 'list'; readonly weight: number }
  | { readonly kind: 'refused'; readonly weight: number };

export interface Settings {
  readonly name: 'full' | 'smoke';
  readonly rounds: number;
  readonly warmupMs: number;
  readonly durationMs: number;
  /**
   * Nobody reads the figures: nothing is pinned, what needs subjects of its own is asked at the same time, and but for the first subject's first scenario the load comes from the suite's
   * own process, which starts none.
   */
  readonly isRough: boolean;
  /** By how much what others suffer from is longer than what is measured of them, on both sides. */
  readonly marginMs: number;
  readonly scenarios: readonly Scenario[];
  readonly coldStarts: number;
  /** Who is started from cold, and who is asked for the memory of idle sessions. */
  readonly asideSubjects: RegExp;
  readonly idleSessions: number;
  readonly soakCalls: number;
  readonly soakConnections: number;
  /** Memory is asked for so often on the way. */
  readonly soakIntervals: number;
  readonly soakSubjects: RegExp;
  readonly churnMs: number;
  /** Delay of the slow server beside the fast one. */
  readonly slowMs: number;
  readonly neighbourRate: number;
  /** Whose own stopwatch is asked: a Sluice's, and for comparison the floor's. */
  readonly insideSubjects: RegExp;
  /** Gateways that are started by themselves for what is looked at alone: neighbours, memory. */
  readonly aloneSubjects: RegExp;
  /** Who is flooded by one caller: relays without fairness, and ours. */
  readonly greedySubjects: RegExp;
  /** Calls per second of the others. */
  readonly modestRate: number;
  /** Who is flooded by wrong credentials: only a Sluice looks at any. */
  readonly floodSubjects: RegExp;
  /** Which kinds of wrong credentials. */
  readonly floods: RegExp;
  /** Calls per second of those who are known, and wrong credentials per second. */
  readonly knownRate: number;
  readonly floodRate: number;
  /** Whose audit log comes into trouble, and into which. */
  readonly troubleSubjects: RegExp;
  readonly troubles: RegExp;
  readonly troubleRate: number;
  /** Who stands between agents and a server that counts, and how many agents there are. */
  readonly agentSubjects: RegExp;
  readonly agentSessions: number;
  /** Sizes of what is beside small calls; 0 for nothing. */
  readonly bigBytes: readonly number[];
  readonly besideBigSubjects: RegExp;
  /** So many different ones, if they are not too much to keep. */
  readonly bigTexts: number;
  /** Small calls per second beside big ones. */
  readonly besideBigRate: number;
  /** Big ones, as a part of what the gateway with inspection can do of nothing else. */
  readonly bigShare: number;
  /** Before there is anything to take a part of: so many a second warm both gateways. */
  readonly bigFirstRate: number;
  /** By then a gateway has compiled what inspection needs; 0 does not wait for it. */
  readonly compileMsMax: number;
  /** How long that is measured: longer where big ones are rare. */
  readonly bigMs: { readonly least: number; readonly most: number };
  /** Whose metrics are read meanwhile, how many servers of 20 tools they are about, how many calls a second there are, and for how long. */
  readonly scrapedSubjects: RegExp;
  readonly scrapedServers: number;
  readonly scrapedRate: number;
  readonly scrapedMs: number;
  /** Calls per second of the open loop, and of the stopwatch inside. */
  readonly openRate: number;
  /** After this long the run is given up. */
  readonly deadlineMs: number;
}

/** The scenarios in which CPU per call at saturation is judged. */
export const SATURATION = ['300 B', '2 KB', '300 B modern', '2 KB modern'];
/** The scenario in which capacity is compared. */
export const CAPACITY = '300 B';
export const OPEN_LOOP = '5,000/s';

const call = (bytes: number): Part[] => [{ kind: 'call', bytes, weight: 1 }];
/** Of all sizes. */
export const MIXED: Part[] = [
  { kind: 'call', bytes: 300, weight: 70 },
  { kind: 'call', bytes: 2048, weight: 20 },
  { kind: 'call', bytes: 65_536, weight: 2 },
  { kind: 'list', weight: 8 },
];

function closed(name: string, what: string, connections: number, mix: readonly Part[]): Scenario {
  return { name, what, era: 'legacy', backend: 'echo', connections, mix };
}

/** Sluice bounds what one session may have in flight (256 requests): so many callers are so many sessions. */
const MANY = '300 B, a session each';

const SCENARIOS: readonly Scenario[] = [
  { ...closed('300 B', 'tools/call of 300 B, 64 callers', 64, call(300)), inSmoke: true },
  closed('2 KB', 'tools/call of 2 KB, 64 callers', 64, call(2048)),
  closed('64 KB', 'tools/call of 64 KB, 16 callers', 16, call(65_536)),
  {
    ...closed('list', 'tools/list, 64 callers', 64, [{ kind: 'list', weight: 1 }]),
  },
  {
    ...closed('mixed', '70 % 300 B, 20 % 2 KB, 2 % 64 KB, 8 % tools/list', 64, MIXED),
    inSmoke: true,
  },
  { ...closed('1 caller', '300 B', 1, call(300)), oursOnly: true },
  { ...closed('16 callers', '300 B', 16, call(300)), oursOnly: true },
  { ...closed('256 callers', MANY, 256, call(300)), sessions: 'connection', oursOnly: true },
  { ...closed('1,000 callers', MANY, 1000, call(300)), sessions: 'connection', oursOnly: true },
  {
    ...closed(OPEN_LOOP, '300 B at a fixed rate, whatever the answers do', 64, call(300)),
    oursOnly: true,
    longer: 5,
    inSmoke: true,
  },
  {
    ...closed('refusals', 'calls of a tool that does not exist, 64 callers', 64, [
      { kind: 'refused', weight: 1 },
    ]),
    oursOnly: true,
  },
  {
    ...closed('300 B modern', '300 B, 64 callers, 2026-07-28 on both sides', 64, call(300)),
    era: 'modern',
    inSmoke: true,
  },
  {
    ...closed('2 KB modern', '2 KB, 64 callers, 2026-07-28 on both sides', 64, call(2048)),
    era: 'modern',
  },
  {
    ...closed(
      'everything',
      '300 B, 64 callers, server-everything behind: the server is the limit',
      64,
      call(300),
    ),
    backend: 'everything',
  },
];

const OPEN_RATE = 5000;
/** Low enough for a machine that is busy with other tests: a call that cannot be sent in time is an error. */
const SMOKE_RATE = 200;
const withRate = (rate: number) => (scenario: Scenario) =>
  scenario.name === OPEN_LOOP ? { ...scenario, rate } : scenario;

/** How long a scenario is measured in each round. */
export function durationOf({ longer = 1 }: Scenario, settings: Settings): number {
  return settings.durationMs * (settings.name === 'full' ? longer : 1);
}

export const FULL: Settings = {
  name: 'full',
  rounds: 3,
  warmupMs: 300,
  durationMs: 1000,
  isRough: false,
  marginMs: 1500,
  scenarios: SCENARIOS.map(withRate(OPEN_RATE)),
  coldStarts: 5,
  asideSubjects: /./,
  idleSessions: 1000,
  soakCalls: 1_000_000,
  soakConnections: 32,
  soakIntervals: 10,
  soakSubjects: /^sluice/,
  churnMs: 1000,
  slowMs: 100,
  neighbourRate: 2000,
  insideSubjects: /^(floor|sluice)/,
  aloneSubjects: /^sluice/,
  greedySubjects: /^(floor|sdk-relay|sluice|sluice-node)$/,
  modestRate: 50,
  floodSubjects: /^sluice$/,
  knownRate: 1000,
  floodRate: 2000,
  floods: /./,
  troubleSubjects: /^sluice$/,
  troubles: /./,
  troubleRate: 1000,
  agentSubjects: /^(sdk-relay|sluice|sluice-node)$/,
  agentSessions: 100,
  bigBytes: [0, 16_384, 65_536, 262_144, 1 << 20],
  bigTexts: 250,
  besideBigSubjects: /^sluice$/,
  besideBigRate: 200,
  bigShare: 0.5,
  bigFirstRate: 2,
  compileMsMax: 120_000,
  bigMs: { least: 2000, most: 3500 },
  scrapedSubjects: /^sluice$/,
  scrapedServers: 30,
  scrapedRate: 1000,
  scrapedMs: 5000,
  openRate: OPEN_RATE,
  deadlineMs: 50 * 60_000,
};

export const SMOKE: Settings = {
  name: 'smoke',
  rounds: 1,
  warmupMs: 50,
  durationMs: 200,
  isRough: true,
  marginMs: 200,
  // The others answer in the first scenario; waiting for them in the rest would only take time.
  scenarios: SCENARIOS.filter((scenario) => scenario.inSmoke)
    .map(withRate(SMOKE_RATE))
    .map((scenario, at) => (at === 0 ? scenario : { ...scenario, oursOnly: true })),
  coldStarts: 1,
  asideSubjects: /^(floor|sluice)$/,
  idleSessions: 20,
  soakCalls: 4000,
  soakConnections: 16,
  soakIntervals: 4,
  soakSubjects: /^sluice$/,
  churnMs: 150,
  slowMs: 100,
  neighbourRate: 100,
  insideSubjects: /^(floor|sluice)$/,
  aloneSubjects: /^sluice$/,
  greedySubjects: /^sluice$/,
  modestRate: 50,
  floodSubjects: /^sluice$/,
  knownRate: SMOKE_RATE,
  floodRate: SMOKE_RATE,
  floods: /bad signatures/,
  troubleSubjects: /^sluice$/,
  troubles: /refuse|gone/,
  troubleRate: SMOKE_RATE,
  agentSubjects: /^sluice$/,
  agentSessions: 4,
  bigBytes: [0, 16_384],
  bigTexts: 20,
  besideBigSubjects: /^sluice$/,
  besideBigRate: 20,
  bigShare: 0.1,
  bigFirstRate: 1,
  compileMsMax: 0,
  bigMs: { least: 300, most: 300 },
  scrapedSubjects: /^sluice$/,
  scrapedServers: 2,
  scrapedRate: 100,
  scrapedMs: 300,
  openRate: SMOKE_RATE,
  deadlineMs: 5 * 60_000,
};
