/** What is told of a log that is being written: counts for metrics, and in words what is not as it should be. */

import type { AuditConfig } from './config.ts';

/** A sink lags where it is behind by more than this part of what it may be. */
const LAGS = 0.1;

export interface AuditReport {
  readonly state: 'starting' | 'writing' | 'stalled' | 'ended';
  /** Bytes that wait, and how many there may be. */
  readonly waitingBytes: number;
  readonly bufferBytes: number;
  /** Records taken, written, and surely on disk, since the start; and those that are missing. */
  readonly taken: number;
  readonly written: number;
  readonly durable: number;
  readonly lost: number;
  readonly refused: number;
  readonly failures: number;
  readonly segment: number;
  readonly sinks: readonly SinkReport[];
}

/** Something that is not as it should be, in words for the operator. */
export interface AuditFault {
  readonly words: string;
  /** No call begins for as long as it is so. */
  readonly isInTheWay: boolean;
}

/** Since the start; `behindBytes` as they lie on disk. */
export interface SinkReport {
  readonly id: string;
  readonly taken: number;
  readonly failures: number;
  /** Segments that it was too far behind to get, or the rest of which could not be read. */
  readonly skipped: number;
  /** Lines that are no records, which nobody is sent. */
  readonly noRecords: number;
  /** Records that it refuses, and that it is not given again. */
  readonly setAside: number;
  readonly behindBytes: number;
  /** Attempts in vain since it last took something. */
  readonly failing: number;
}

/** What is wrong with the log and its sinks. What was lost stays lost: it is said until the next start. */
export function faultsOf(
  { state, lost, sinks }: AuditReport,
  { onOverflow, sinkLagBytesMax }: AuditConfig,
): AuditFault[] {
  const faults: AuditFault[] = [];
  const say = (words: string, isInTheWay = false) => void faults.push({ words, isInTheWay });
  if (state === 'stalled') say('the log cannot be written', onOverflow === 'refuse');
  if (lost > 0) say(`${lost} records are missing since the start`);
  for (const { id, failing, behindBytes, skipped, noRecords, setAside } of sinks) {
    const behind = `it is ${mib(behindBytes)} behind`;
    if (failing > 0) say(`sink ${id} has failed ${failing} times in a row; ${behind}`);
    else if (behindBytes > sinkLagBytesMax * LAGS) {
      say(`sink ${id} lags: ${behind}, and skips records at ${mib(sinkLagBytesMax)}`);
    }
    if (setAside > 0) say(`sink ${id} has refused ${setAside} records since the start`);
    if (skipped > 0) say(`sink ${id} has skipped ${skipped} segments since the start`);
    if (noRecords > 0) {
      say(
        `sink ${id} was not sent ${noRecords} lines that are no records: "sluice audit verify" names the first`,
      );
    }
  }
  return faults;
}

function mib(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
