/** Check digits of numbers that states give to people, each of the number without its joints, in capitals. */

import { mod, weigh } from './checksums.ts';

export const isDay = (month: number, day: number): boolean =>
  month >= 1 && month <= 12 && day >= 1 && day <= 31;
export const part = (id: string, from: number, to: number): number => Number(id.slice(from, to));
export const last = (id: string): number => id.charCodeAt(id.length - 1) - 48;
const digit = (id: string, at: number): number => id.charCodeAt(at) - 48;
export const isRepeated = (id: string): boolean => /^(.)\1*$/.test(id);

const VERHOEFF_D = [
  '0123456789',
  '1234067895',
  '2340178956',
  '3401289567',
  '4012395678',
  '5987604321',
  '6598710432',
  '7659821043',
  '8765932104',
  '9876543210',
];
const VERHOEFF_P = [
  '0123456789',
  '1576283094',
  '5803796142',
  '8916043527',
  '9453126870',
  '4286573901',
  '2793806415',
  '7046913258',
];
/** Verhoeff's check, as Aadhaar has it. */
export function isVerhoeff(digits: string): boolean {
  let check = 0;
  for (let at = 0; at < digits.length; at++) {
    const value = digit(VERHOEFF_P[at % 8]!, digit(digits, digits.length - 1 - at));
    check = digit(VERHOEFF_D[check]!, value);
  }
  return check === 0;
}

/** ISO 7064 mod 11,10: German tax ids. */
export function isMod1110(digits: string): boolean {
  let product = 10;
  for (let at = 0; at < digits.length - 1; at++) {
    const sum = (digit(digits, at) + product) % 10 || 10;
    product = (sum * 2) % 11;
  }
  return (11 - product) % 10 === last(digits);
}

/** Of ten digits one is there twice or three times, the others once or not. */
export function isSteuerId(id: string): boolean {
  const counts = new Map<string, number>();
  for (const one of id.slice(0, 10)) counts.set(one, (counts.get(one) ?? 0) + 1);
  const many = [...counts.values()].filter((count) => count > 1);
  return many.length === 1 && many[0]! <= 3 && id[0] !== '0' && isMod1110(id);
}

/** Social security number of the United States: areas, groups and serials that were never given are none. */
export function isSsn(id: string): boolean {
  const [area, group, serial] = [part(id, 0, 3), part(id, 3, 5), part(id, 5, 9)];
  if (area === 0 || area === 666 || area >= 900 || group === 0 || serial === 0) return false;
  return !isRepeated(id) && id !== '078051120' && id !== '123456789' && id !== '219099999';
}

const ODD = [
  1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23,
];
const alnumValue = (letter: string): number =>
  /[0-9]/.test(letter) ? Number(letter) : letter.charCodeAt(0) - 65;

export function isCodiceFiscale(id: string): boolean {
  let sum = 0;
  for (let at = 0; at < 15; at++) {
    const value = alnumValue(id[at]!);
    sum += at % 2 === 0 ? ODD[value]! : value;
  }
  return String.fromCharCode(65 + (sum % 26)) === id[15];
}

export function isDni(id: string): boolean {
  const digits = id.slice(0, -1).replace('X', '0').replace('Y', '1').replace('Z', '2');
  return 'TRWAGMYFPDXBNJZSQVHLCKE'[Number(digits) % 23] === id.at(-1);
}

export function isCpf(id: string): boolean {
  if (isRepeated(id)) return false;
  const check = (length: number): number => {
    let sum = 0;
    for (let at = 0; at < length; at++) sum += digit(id, at) * (length + 1 - at);
    return ((sum * 10) % 11) % 10;
  };
  return check(9) === digit(id, 9) && check(10) === digit(id, 10);
}

export function isPesel(id: string): boolean {
  const month = part(id, 2, 4) % 20;
  const sum = weigh(id, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]);
  return isDay(month, part(id, 4, 6)) && sum % 10 === 0;
}

export function isNir(id: string): boolean {
  const digits = id.replace('2A', '19').replace('2B', '18');
  const month = part(digits, 3, 5);
  const isMonth = (month >= 1 && month <= 12) || (month >= 20 && month <= 42) || month >= 50;
  return isMonth && 97 - mod(digits.slice(0, 13), 97) === part(digits, 13, 15);
}

/** Remainder of a weighted sum by eleven, as several Nordic and Asian ids have it. */
export const eleven = (id: string, weights: readonly number[]): number => weigh(id, weights) % 11;

export function isFodselsnummer(id: string): boolean {
  return (
    isDay(part(id, 2, 4) % 40, part(id, 0, 2) % 40) &&
    eleven(id, [3, 7, 6, 1, 8, 9, 4, 5, 2, 1]) === 0 &&
    eleven(id, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) === 0
  );
}

export function isTckn(id: string): boolean {
  const d = [...id].map(Number);
  const odd = d[0]! + d[2]! + d[4]! + d[6]! + d[8]!;
  const even = d[1]! + d[3]! + d[5]! + d[7]!;
  const tenth = (((odd * 7 - even) % 10) + 10) % 10;
  return d[0] !== 0 && tenth === d[9] && (odd + even + d[9]!) % 10 === d[10];
}

export function isNrn(id: string): boolean {
  const check = part(id, 9, 11);
  const body = id.slice(0, 9);
  return (
    isDay(part(id, 2, 4) % 20, part(id, 4, 6)) &&
    (97 - mod(body, 97) === check || 97 - mod(`2${body}`, 97) === check)
  );
}

export function isChinese(id: string): boolean {
  const sum = weigh(id, [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]);
  return isDay(part(id, 10, 12), part(id, 12, 14)) && '10X98765432'[sum % 11] === id[17];
}

export function isRut(id: string): boolean {
  const body = id.slice(0, -1).padStart(8, '0');
  const check = 11 - (weigh(body, [3, 2, 7, 6, 5, 4, 3, 2]) % 11);
  return (check === 11 ? '0' : check === 10 ? 'K' : String(check)) === id.at(-1);
}

export function isNric(id: string): boolean {
  const sum = weigh(id.slice(1, 8), [2, 7, 6, 5, 4, 3, 2]) + (/[TG]/.test(id[0]!) ? 4 : 0);
  return (/[ST]/.test(id[0]!) ? 'JZIHGFEDCBA' : 'XWUTRQPNMLK')[sum % 11] === id[8];
}

export function isEan13(id: string): boolean {
  return weigh(id, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]) % 10 === 0;
}

/** Check digit of a weighted sum: 11 minus the remainder, 10 and 11 become what `ten` and nothing say. */
export const isElevenMinus = (id: string, weights: readonly number[], ten: number): boolean => {
  const check = 11 - (weigh(id, weights) % 11);
  return (check === 11 ? 0 : check === 10 ? ten : check) === last(id);
};

/** So many that it is no word. */
export const hasDigits = (id: string): boolean => (id.match(/[0-9]/g) ?? []).length >= 4;

export function isVin(id: string): boolean {
  const weights = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
  const value = (letter: string): number =>
    /[0-9]/.test(letter)
      ? Number(letter)
      : '12345678.12345.7.9.23456789'.charCodeAt(letter.charCodeAt(0) - 65) - 48;
  const sum = weights.reduce((total, weight, at) => total + weight * value(id[at]!), 0);
  return (sum % 11 === 10 ? 'X' : String(sum % 11)) === id[8];
}
