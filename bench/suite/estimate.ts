/**
 * How long a whole run takes, from its settings: so that whoever adds a scenario sees what it costs.
 *
 * Sums what the settings bound by time, and what was measured for the rest on two cores with nothing else to do.
 */

import type { Subject } from './roster.ts';
import { durationOf, type Settings } from './settings.ts';

/** A generator process starts, connects, opens its sessions, and reports. */
const GENERATOR_MS = 400;
/** A gateway and its server start, and stop. */
const START_MS = 700;
const COLD_START_MS = 1200;
/** Opened twice. */
const IDLE_SESSION_MS = 3;
/** Calls of the soak's mix per second, with nothing on and with everything. */
const SOAK_RPS = { uws: [30_000, 7_000], node: [18_000, 6_000] } as const;
const SOAK_SLICE_MS = 4000;
const HALF_CAPACITY_PEERS = 2;
const HALF_CAPACITY_PLAYERS = 3;
const PIPE_RUNS = 5;
/** Kinds of floods; each is measured without and with, for twice as long. */
const FLOODS = 5;
/** Kinds of trouble of the audit log; each is measured before, during and after, and takes a while to be over. */
const TROUBLES = 5;
const BACK_MS = 800;
/** Of a gateway with inspection, between its first messages. */
const COMPILE_MS = 25_000;

export function estimateMs(settings: Settings, subjects: readonly Subject[]): number {
  const { rounds, warmupMs, durationMs } = settings;
  const runMs = warmupMs + durationMs + (settings.isRough ? 0 : GENERATOR_MS);
  const gateways = subjects.filter(({ sluice }) => sluice !== undefined);
  const plain = gateways.filter(({ sluice }) => sluice?.features === undefined);
  const aside = subjects.filter(({ name }) => settings.asideSubjects.test(name));
  const timed = subjects.filter(({ name }) => settings.insideSubjects.test(name));
  const cells = settings.scenarios.reduce((sum, scenario) => {
    const invited = subjects.filter(
      ({ isOurs, eras }) => eras.includes(scenario.era) && (isOurs || scenario.oursOnly !== true),
    );
    const ms = warmupMs + durationOf(scenario, settings) + GENERATOR_MS;
    return sum + invited.length * rounds * ms;
  }, 0);
  const soakMs = ({ sluice }: Subject) => {
    const [off, on] = SOAK_RPS[sluice?.front ?? 'uws'];
    const ms = (settings.soakCalls / (sluice?.features === undefined ? off : on)) * 1000;
    return START_MS + ms + Math.max(settings.soakIntervals, ms / SOAK_SLICE_MS) * GENERATOR_MS;
  };
  const soaks = gateways.filter(({ name }) => settings.soakSubjects.test(name));
  return (
    cells +
    HALF_CAPACITY_PEERS * HALF_CAPACITY_PLAYERS * rounds * runMs +
    subjects.length * rounds * settings.churnMs +
    2 * rounds * runMs +
    PIPE_RUNS * runMs +
    timed.length * 2 * ((rounds + 2) * runMs + START_MS) +
    plain.length * (2 * rounds * runMs + START_MS) +
    aside.length * settings.coldStarts * COLD_START_MS +
    aside.length * (START_MS + settings.idleSessions * IDLE_SESSION_MS) +
    gateways.filter(({ name }) => settings.floodSubjects.test(name)).length *
      FLOODS *
      (START_MS + 2 * rounds * (runMs + durationMs)) +
    gateways.filter(({ name }) => settings.troubleSubjects.test(name)).length *
      TROUBLES *
      (START_MS + rounds * (3 * runMs + BACK_MS)) +
    gateways.filter(({ name }) => settings.besideBigSubjects.test(name)).length *
      besideMs(settings) +
    soaks.reduce((sum, subject) => sum + soakMs(subject), 0)
  );
}

/** Capacity, and in each round without inspection and with, as long as it may take. */
function besideMs({ bigBytes, bigMs, compileMsMax, rounds, marginMs }: Settings): number {
  const firstMs = 2 * (START_MS + bigMs.least + marginMs) + Math.min(COMPILE_MS, compileMsMax);
  return firstMs + bigBytes.length * (bigMs.least + 2 * rounds * (bigMs.most + marginMs));
}
