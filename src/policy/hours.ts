/**
 * Hours of the week, on the clock of a time zone.
 *
 * The answer is kept for the minute: a formatter of Intl takes microseconds, and a call should not.
 */

import type { HoursConfig } from './config.ts';

export const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export const TIME = /^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/;
const MINUTE_MS = 60_000;

export class Hours {
  readonly #days: ReadonlySet<string>;
  readonly #from: number;
  readonly #to: number;
  readonly #clock: Intl.DateTimeFormat;
  #minute = Number.NaN;
  #isOpen = false;

  constructor({ days, from, to, timezone }: HoursConfig) {
    this.#days = new Set(days);
    this.#from = minuteOf(from);
    this.#to = minuteOf(to);
    this.#clock = new Intl.DateTimeFormat('en-GB', {
      timeZone: timezone,
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
  }

  /** `now`: milliseconds since the epoch. */
  isOpen(now: number): boolean {
    const minute = Math.floor(now / MINUTE_MS);
    if (minute !== this.#minute) {
      this.#minute = minute;
      this.#isOpen = this.#look(now);
    }
    return this.#isOpen;
  }

  #look(now: number): boolean {
    const parts = this.#clock.formatToParts(now);
    const part = (type: string) => parts.find((one) => one.type === type)?.value ?? '';
    const day = part('weekday').toLowerCase();
    const at = minuteOf(`${part('hour')}:${part('minute')}`);
    if (this.#from < this.#to) return this.#days.has(day) && at >= this.#from && at < this.#to;
    // Past midnight: the evening of a day that counts, or the morning after one.
    if (at >= this.#from) return this.#days.has(day);
    return at < this.#to && this.#days.has(dayBefore(day));
  }
}

function dayBefore(day: string): string {
  const at = DAYS.indexOf(day as (typeof DAYS)[number]);
  return DAYS[(at + 6) % 7] ?? '';
}

function minuteOf(text: string): number {
  return Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
}

export function isTimezone(text: string): boolean {
  try {
    new Intl.DateTimeFormat('en-GB', { timeZone: text });
    return true;
  } catch {
    return false;
  }
}
