/**
 * Quantities as people write them, and back: `2k`, `1.5s`, `250us`, `500/s`. What is not one is undefined.
 */

const BYTES: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  k: 1024,
  kb: 1024,
  m: 1024 ** 2,
  mb: 1024 ** 2,
  g: 1024 ** 3,
  gb: 1024 ** 3,
};
const MICROSECONDS: Readonly<Record<string, number>> = {
  us: 1,
  µs: 1,
  ms: 1000,
  s: 1e6,
  m: 60e6,
  h: 3600e6,
};

export function parseBytes(text: string): number | undefined {
  const bytes = withUnit(text, BYTES);
  return bytes === undefined ? undefined : Math.round(bytes);
}

export function parseUs(text: string): number | undefined {
  return withUnit(text, MICROSECONDS);
}

export function parseMs(text: string): number | undefined {
  const us = parseUs(text);
  return us === undefined ? undefined : us / 1000;
}

export function parseNumber(text: string): number | undefined {
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
}

export function parseRate(text: string): number | undefined {
  return parseNumber(text.replace(/(\/s)?$/, '').replace(/^(\d+)k$/, '$1000'));
}

function withUnit(text: string, units: Readonly<Record<string, number>>): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([a-zµ]*)$/i.exec(text.trim());
  if (match === null) return undefined;
  const unit = match[2]!.toLowerCase();
  return Object.hasOwn(units, unit) ? Number(match[1]) * units[unit]! : undefined;
}

/** Three digits and the unit that suits. */
export function sayUs(us: number): string {
  if (us < 1000) return `${digits(us)} us`;
  return us < 1e6 ? `${digits(us / 1000)} ms` : `${digits(us / 1e6)} s`;
}

export function sayBytes(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let at = 0;
  for (; bytes >= 1024 && at < units.length - 1; at++) bytes /= 1024;
  return `${at === 0 ? bytes : digits(bytes)} ${units[at]}`;
}

export function sayCount(count: number): string {
  return count.toLocaleString('en-US', { maximumFractionDigits: count < 100 ? 1 : 0 });
}

function digits(value: number): string {
  return value < 10 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : value.toFixed(0);
}
