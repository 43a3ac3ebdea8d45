/**
 * The questions that need subjects of their own, each asked by itself: in the smoke run several at a time, as nobody reads its
 * figures, and in any other one after the other.
 */

import { agentLoop } from './agent-loop.ts';
import { inTrouble, troublesOf } from './audit-trouble.ts';
import { besideBadTokens } from './bad-tokens.ts';
import { besideBig } from './beside-big.ts';
import { coldStarts } from './cold-start.ts';
import { besideGreedy } from './greedy.ts';
import { inside } from './inside.ts';
import { idleSessions, seatProbed } from './memory.ts';
import { besideSlow } from './neighbours.ts';
import { noteErrors, part, type Run } from './part.ts';
import { drivePipe } from './pipe.ts';
import type { Results } from './results.ts';
import { EVERYTHING, echo, type Subject } from './roster.ts';
import { whileScraped } from './scraped.ts';
import { soak } from './soak.ts';

/** Most of what a part takes is waiting: for starts, schedules and ends. */
const AT_ONCE_ROUGH = 3;
const PIPE_LOADS = [
  { bytes: 300, inFlight: 1 },
  { bytes: 300, inFlight: 64 },
  { bytes: 2048, inFlight: 64 },
  { bytes: 65_536, inFlight: 16 },
];
const BACKEND = echo('legacy');
/** Its sessions are processes: a thousand of them are no measurement of a relay. */
const NO_THOUSAND_SESSIONS = 'supergateway';

type Question = readonly [name: string, ask: () => Promise<void>];

export async function alone(run: Run, results: Results): Promise<void> {
  const questions = questionsOf(run, results)[Symbol.iterator]();
  const worker = async () => {
    for (const [name, ask] of questions) await part(run, results, name, ask);
  };
  const atOnce = run.settings.isRough ? AT_ONCE_ROUGH : 1;
  await Promise.all(Array.from({ length: atOnce }, worker));
}

function questionsOf(run: Run, results: Results): Question[] {
  return [
    ['the server alone', () => serverAlone(run, results)],
    ...stopwatches(run, results),
    ...neighbours(run, results),
    ...behaviours(run, results),
    ['cold start', () => cold(run, results)],
    ...memory(run, results),
  ];
}

async function serverAlone({ settings, cpus }: Run, { pipe }: Results): Promise<void> {
  const times = { warmupMs: settings.warmupMs, durationMs: settings.durationMs };
  for (const load of PIPE_LOADS) pipe.push(await drivePipe(BACKEND, { ...load, ...times }, cpus));
  pipe.push(await drivePipe(EVERYTHING, { bytes: 300, inFlight: 64, ...times }, cpus));
}

async function cold(run: Run, results: Results): Promise<void> {
  const { settings, cpus } = run;
  results.coldStarts.push(...(await coldStarts(aside(run), BACKEND, settings.coldStarts, cpus)));
}

const named = ({ subjects }: Run, names: RegExp) => subjects.filter(({ name }) => names.test(name));
const aside = (run: Run) => named(run, run.settings.asideSubjects);

function stopwatches(run: Run, results: Results): Question[] {
  const { settings, cpus } = run;
  const wanted = named(run, settings.insideSubjects);
  return (['legacy', 'modern'] as const).map((era) => [
    `stopwatch, ${era}`,
    async () => {
      const found = await inside(wanted, era, settings, cpus);
      results.inside.push(...found);
      noteErrors(results, found, ({ subject }) => `stopwatch in ${subject}, ${era}`);
    },
  ]);
}

function neighbours(run: Run, results: Results): Question[] {
  const { settings, cpus } = run;
  const plain = named(run, settings.aloneSubjects).filter(
    ({ sluice }) => sluice !== undefined && sluice.features === undefined,
  );
  return plain.map((gateway) => [
    `neighbours on ${gateway.name}`,
    async () => {
      const row = await besideSlow(gateway, settings, cpus);
      results.neighbours.push(row);
      noteErrors(results, [row], ({ subject }) => `neighbours on ${subject}`);
    },
  ]);
}

/** What callers do to each other, and what agents ask again and again. */
function behaviours(run: Run, results: Results): Question[] {
  const { settings, cpus } = run;
  const each = (what: string, names: RegExp, ask: (subject: Subject) => Promise<void>) =>
    named(run, names).map((one): Question => [`${what} ${one.name}`, () => ask(one)]);
  return [
    ...each('greedy caller on', settings.greedySubjects, async (subject) => {
      const rows = await besideGreedy(subject, settings, cpus);
      results.greedy.push(...rows);
      noteErrors(results, rows, (row) => `greedy caller on ${row.subject}`);
    }),
    ...each('bad tokens on', settings.floodSubjects, async (subject) => {
      const rows = await besideBadTokens(subject, settings, cpus);
      results.badTokens?.push(...rows);
      noteErrors(results, rows, (row) => `bad tokens on ${row.subject}, ${row.kind}`);
    }),
    ...each('audit in trouble on', settings.troubleSubjects, async (subject) => {
      const rows = await inTrouble(subject, settings, cpus);
      results.auditTroubles?.push(...rows);
      results.faults.push(...rows.flatMap(troublesOf));
    }),
    ...each('beside big ones on', settings.besideBigSubjects, async (subject) => {
      const rows = await besideBig(subject, settings, cpus);
      results.besideBig?.push(...rows);
      noteErrors(results, rows, (row) => `beside big ones on ${row.subject}, ${row.bytes} B`);
    }),
    ...each('scraped', settings.scrapedSubjects, async (subject) => {
      const row = await whileScraped(subject, settings, cpus);
      results.scraped?.push(row);
      noteErrors(results, [row], () => `scraped ${subject.name}`);
    }),
    ...each('agent loop on', settings.agentSubjects, async (subject) => {
      results.agentLoops.push(...(await agentLoop(subject, settings, cpus)));
    }),
  ];
}

function memory(run: Run, results: Results): Question[] {
  const { settings, cpus } = run;
  const started = aside(run).filter(
    ({ program, name, isOurs }) =>
      program !== undefined &&
      !name.startsWith('floor') &&
      (!isOurs || settings.aloneSubjects.test(name)),
  );
  const idle = started
    .filter(({ name }) => name !== NO_THOUSAND_SESSIONS)
    .map((subject): Question => {
      const ask = async () => {
        const player = await seatProbed(subject, BACKEND, cpus);
        try {
          results.sessions.push(await idleSessions(player, settings.idleSessions));
        } finally {
          await player.stop();
        }
      };
      return [`idle sessions of ${subject.name}`, ask];
    });
  const soaks = started
    .filter(({ name }) => settings.soakSubjects.test(name))
    .map((subject): Question => {
      const ask = async () => {
        const player = await seatProbed(subject, BACKEND, cpus);
        try {
          const figures = await soak(player, settings, cpus);
          results.soak.push(figures);
          noteErrors(results, [figures], () => `soak of ${subject.name}`);
        } finally {
          await player.stop();
        }
      };
      return [`soak of ${subject.name}`, ask];
    });
  return [...idle, ...soaks];
}
