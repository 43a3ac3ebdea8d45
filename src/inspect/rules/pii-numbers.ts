/**
 * Numbers that states and banks give to people, with the check digits that tell them from other numbers.
 *
 * Each takes the number without its joints, in capitals. Where the check is weak (one digit in ten passes) or there is
 * none, the number counts only beside a word that says what it is.
 */

import { isLuhn, mod, weigh } from './checksums.ts';

export interface NationalId {
  readonly name: string;
  /** Of the number without joints. */
  readonly shape: RegExp;
  readonly isValid: (id: string) => boolean;
  /** A word that must stand near; where absent the number alone is enough. */
  readonly near?: RegExp;
  /** The number as it is usually written, with its joints: then no word is needed. */
  readonly written?: RegExp;
}

const isDay = (month: number, day: number): boolean =>
  month >= 1 && month <= 12 && day >= 1 && day <= 31;
const part = (id: string, from: number, to: number): number => Number(id.slice(from, to));
const last = (id: string): number => id.charCodeAt(id.length - 1) - 48;
const digit = (id: string, at: number): number => id.charCodeAt(at) - 48;
const isRepeated = (id: string): boolean => /^(.)\1*$/.test(id);

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
function isSteuerId(id: string): boolean {
  const counts = new Map<string, number>();
  for (const one of id.slice(0, 10)) counts.set(one, (counts.get(one) ?? 0) + 1);
  const many = [...counts.values()].filter((count) => count > 1);
  return many.length === 1 && many[0]! <= 3 && id[0] !== '0' && isMod1110(id);
}

/** Social security number of the United States: areas, groups and serials that were never given are none. */
function isSsn(id: string): boolean {
  const [area, group, serial] = [part(id, 0, 3), part(id, 3, 5), part(id, 5, 9)];
  if (area === 0 || area === 666 || area >= 900 || group === 0 || serial === 0) return false;
  return !isRepeated(id) && id !== '078051120' && id !== '123456789' && id !== '219099999';
}

const ODD = [
  1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23,
];
const alnumValue = (letter: string): number =>
  /[0-9]/.test(letter) ? Number(letter) : letter.charCodeAt(0) - 65;

function isCodiceFiscale(id: string): boolean {
  let sum = 0;
  for (let at = 0; at < 15; at++) {
    const value = alnumValue(id[at]!);
    sum += at % 2 === 0 ? ODD[value]! : value;
  }
  return String.fromCharCode(65 + (sum % 26)) === id[15];
}

function isDni(id: string): boolean {
  const digits = id.slice(0, -1).replace('X', '0').replace('Y', '1').replace('Z', '2');
  return 'TRWAGMYFPDXBNJZSQVHLCKE'[Number(digits) % 23] === id.at(-1);
}

function isCpf(id: string): boolean {
  if (isRepeated(id)) return false;
  const check = (length: number): number => {
    let sum = 0;
    for (let at = 0; at < length; at++) sum += digit(id, at) * (length + 1 - at);
    return ((sum * 10) % 11) % 10;
  };
  return check(9) === digit(id, 9) && check(10) === digit(id, 10);
}

function isPesel(id: string): boolean {
  const month = part(id, 2, 4) % 20;
  const sum = weigh(id, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]);
  return isDay(month, part(id, 4, 6)) && sum % 10 === 0;
}

function isNir(id: string): boolean {
  const digits = id.replace('2A', '19').replace('2B', '18');
  const month = part(digits, 3, 5);
  const isMonth = (month >= 1 && month <= 12) || (month >= 20 && month <= 42) || month >= 50;
  return isMonth && 97 - mod(digits.slice(0, 13), 97) === part(digits, 13, 15);
}

/** Remainder of a weighted sum by eleven, as several Nordic and Asian ids have it. */
const eleven = (id: string, weights: readonly number[]): number => weigh(id, weights) % 11;

function isFodselsnummer(id: string): boolean {
  return (
    isDay(part(id, 2, 4) % 40, part(id, 0, 2) % 40) &&
    eleven(id, [3, 7, 6, 1, 8, 9, 4, 5, 2, 1]) === 0 &&
    eleven(id, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) === 0
  );
}

function isTckn(id: string): boolean {
  const d = [...id].map(Number);
  const odd = d[0]! + d[2]! + d[4]! + d[6]! + d[8]!;
  const even = d[1]! + d[3]! + d[5]! + d[7]!;
  const tenth = (((odd * 7 - even) % 10) + 10) % 10;
  return d[0] !== 0 && tenth === d[9] && (odd + even + d[9]!) % 10 === d[10];
}

function isNrn(id: string): boolean {
  const check = part(id, 9, 11);
  const body = id.slice(0, 9);
  return (
    isDay(part(id, 2, 4) % 20, part(id, 4, 6)) &&
    (97 - mod(body, 97) === check || 97 - mod(`2${body}`, 97) === check)
  );
}

function isChinese(id: string): boolean {
  const sum = weigh(id, [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]);
  return isDay(part(id, 10, 12), part(id, 12, 14)) && '10X98765432'[sum % 11] === id[17];
}

function isRut(id: string): boolean {
  const body = id.slice(0, -1).padStart(8, '0');
  const check = 11 - (weigh(body, [3, 2, 7, 6, 5, 4, 3, 2]) % 11);
  return (check === 11 ? '0' : check === 10 ? 'K' : String(check)) === id.at(-1);
}

function isNric(id: string): boolean {
  const sum = weigh(id.slice(1, 8), [2, 7, 6, 5, 4, 3, 2]) + (/[TG]/.test(id[0]!) ? 4 : 0);
  return (/[ST]/.test(id[0]!) ? 'JZIHGFEDCBA' : 'XWUTRQPNMLK')[sum % 11] === id[8];
}

function isEan13(id: string): boolean {
  return weigh(id, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]) % 10 === 0;
}

/** Check digit of a weighted sum: 11 minus the remainder, 10 and 11 become what `ten` and nothing say. */
const isElevenMinus = (id: string, weights: readonly number[], ten: number): boolean => {
  const check = 11 - (weigh(id, weights) % 11);
  return (check === 11 ? 0 : check === 10 ? ten : check) === last(id);
};

/** So many that it is no word. */
const hasDigits = (id: string): boolean => (id.match(/[0-9]/g) ?? []).length >= 4;

export const NATIONAL_IDS: readonly NationalId[] = [
  {
    name: 'us-ssn',
    shape: /^\d{9}$/,
    isValid: isSsn,
    written: /^\d{3}-\d{2}-\d{4}$/,
    near: /ssn|social.?security/i,
  },
  { name: 'us-itin', shape: /^9\d\d[5-9]\d\d{4}$/, isValid: () => true, near: /itin|taxpayer/i },
  {
    name: 'uk-nino',
    shape: /^[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\d{6}[A-D]$/,
    isValid: (id) => !/^(?:BG|GB|KN|NK|NT|TN|ZZ)/.test(id),
    written: /^\w\w \d\d \d\d \d\d \w$/,
    near: /\bni(?:no)?\b|national.?insurance/i,
  },
  {
    name: 'uk-nhs',
    shape: /^\d{10}$/,
    isValid: (id) => isElevenMinus(id, [10, 9, 8, 7, 6, 5, 4, 3, 2], -1),
    near: /\bnhs\b/i,
  },
  {
    name: 'de-steuer-id',
    shape: /^\d{11}$/,
    isValid: isSteuerId,
    near: /steuer|idnr|tin\b|tax.?id/i,
  },
  { name: 'fr-nir', shape: /^[12378]\d\d\d\d(?:\d\d|2[AB])\d{8}$/, isValid: isNir },
  { name: 'es-dni', shape: /^\d{8}[A-Z]$/, isValid: isDni },
  { name: 'es-nie', shape: /^[XYZ]\d{7}[A-Z]$/, isValid: isDni },
  {
    name: 'it-codice-fiscale',
    shape: /^[A-Z]{6}[0-9L-NP-V]{2}[A-EHLMPRST][0-9L-NP-V]{2}[A-Z][0-9L-NP-V]{3}[A-Z]$/,
    isValid: isCodiceFiscale,
  },
  {
    name: 'nl-bsn',
    shape: /^\d{9}$/,
    isValid: (id) => !isRepeated(id) && (weigh(id, [9, 8, 7, 6, 5, 4, 3, 2]) - last(id)) % 11 === 0,
    near: /\bbsn\b|burgerservice|sofi/i,
  },
  { name: 'pl-pesel', shape: /^\d{11}$/, isValid: isPesel, near: /pesel/i },
  {
    name: 'br-cpf',
    shape: /^\d{11}$/,
    isValid: isCpf,
    written: /^\d{3}\.\d{3}\.\d{3}-\d{2}$/,
    near: /\bcpf\b|cadastro/i,
  },
  {
    name: 'in-aadhaar',
    shape: /^[2-9]\d{11}$/,
    isValid: (id) => !isRepeated(id) && isVerhoeff(id),
    written: /^\d{4}[ -]\d{4}[ -]\d{4}$/,
    near: /aadha+r|uidai/i,
  },
  {
    name: 'in-pan',
    shape: /^[A-Z]{3}[ABCFGHLJPT][A-Z]\d{4}[A-Z]$/,
    isValid: () => true,
    near: /\bpan\b|permanent.?account/i,
  },
  {
    name: 'ca-sin',
    shape: /^[1-9]\d{8}$/,
    isValid: (id) => isLuhn(id) && !isRepeated(id),
    near: /\bsin\b|social.?insurance/i,
  },
  {
    name: 'au-tfn',
    shape: /^\d{9}$/,
    isValid: (id) => weigh(id, [1, 4, 3, 7, 5, 8, 6, 9, 10]) % 11 === 0,
    near: /\btfn\b|tax.?file/i,
  },
  {
    name: 'se-personnummer',
    shape: /^(?:19|20)?\d{10}$/,
    isValid: (id) =>
      isDay(part(id.slice(-10), 2, 4), part(id.slice(-10), 4, 6) % 60) && isLuhn(id.slice(-10)),
    written: /^(?:\d\d)?\d{6}[-+]\d{4}$/,
    near: /personn/i,
  },
  {
    name: 'no-fodselsnummer',
    shape: /^\d{11}$/,
    isValid: isFodselsnummer,
    near: /f(?:ø|o)dsels|personn|d-nummer/i,
  },
  {
    name: 'dk-cpr',
    shape: /^\d{10}$/,
    isValid: (id) => isDay(part(id, 2, 4), part(id, 0, 2)),
    near: /\bcpr\b|personn/i,
  },
  {
    name: 'fi-hetu',
    shape: /^\d{6}[-+A-FU-Y]?\d{3}[0-9A-FHJ-NPR-Y]$/,
    isValid: (id) =>
      isDay(part(id, 2, 4), part(id, 0, 2)) &&
      '0123456789ABCDEFHJKLMNPRSTUVWXY'[Number(id.slice(0, 6) + id.slice(-4, -1)) % 31] ===
        id.at(-1),
    written: /^\d{6}[-+A-FU-Y]\d{3}[0-9A-Y]$/,
    near: /hetu|henkil/i,
  },
  {
    name: 'be-nrn',
    shape: /^\d{11}$/,
    isValid: isNrn,
    written: /^\d\d\.\d\d\.\d\d-\d{3}\.\d\d$/,
    near: /rijksregister|registre|national.?number|\bnrn\b|\binsz\b|\bniss\b/i,
  },
  { name: 'ch-ahv', shape: /^756\d{10}$/, isValid: isEan13 },
  {
    name: 'pt-nif',
    shape: /^[1-35-9]\d{8}$/,
    isValid: (id) => isElevenMinus(id, [9, 8, 7, 6, 5, 4, 3, 2], 0),
    near: /\bnif\b|contribuinte/i,
  },
  {
    name: 'ro-cnp',
    shape: /^[1-9]\d{12}$/,
    isValid: (id) =>
      isDay(part(id, 3, 5), part(id, 5, 7)) &&
      (eleven(id, [2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 10 === last(id) ||
        (eleven(id, [2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) === 10 && last(id) === 1)),
    near: /\bcnp\b/i,
  },
  { name: 'tr-tckn', shape: /^\d{11}$/, isValid: isTckn, near: /tckn|kimlik|\btc\b/i },
  {
    name: 'za-id',
    shape: /^\d{13}$/,
    isValid: (id) => isDay(part(id, 2, 4), part(id, 4, 6)) && /^\d{10}[01]/.test(id) && isLuhn(id),
    near: /\bid\b|identity/i,
  },
  {
    name: 'mx-curp',
    shape: /^[A-Z]{4}\d{6}[HMX][A-Z]{5}[A-Z0-9]\d$/,
    isValid: (id) => isDay(part(id, 6, 8), part(id, 8, 10)),
  },
  {
    name: 'cl-rut',
    shape: /^\d{7,8}[0-9K]$/,
    isValid: isRut,
    written: /^\d{1,2}\.\d{3}\.\d{3}-[0-9K]$/,
    near: /\brut\b|\brun\b/i,
  },
  {
    name: 'ar-cuit',
    shape: /^(?:20|23|24|27|30|33|34)\d{9}$/,
    isValid: (id) => isElevenMinus(id, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2], 9),
    written: /^\d\d-\d{8}-\d$/,
    near: /cui[tl]/i,
  },
  {
    name: 'kr-rrn',
    shape: /^\d{6}[1-8]\d{6}$/,
    isValid: (id) => isDay(part(id, 2, 4), part(id, 4, 6)),
    written: /^\d{6}-\d{7}$/,
    near: /주민|resident.?registration|\brrn\b/i,
  },
  { name: 'sg-nric', shape: /^[STFG]\d{7}[A-Z]$/, isValid: isNric },
  { name: 'cn-resident-id', shape: /^[1-9]\d{5}(?:18|19|20)\d{9}[0-9X]$/, isValid: isChinese },
  {
    name: 'jp-my-number',
    shape: /^\d{12}$/,
    isValid: (id) => {
      const rest = weigh(id, [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
      return (rest <= 1 ? 0 : 11 - rest) === last(id);
    },
    near: /my.?number|マイナンバー|個人番号/i,
  },
  { name: 'us-npi', shape: /^[12]\d{9}$/, isValid: (id) => isLuhn(`80840${id}`), near: /\bnpi\b/i },
  {
    name: 'us-routing',
    shape: /^\d{9}$/,
    isValid: (id) => weigh(id, [3, 7, 1, 3, 7, 1, 3, 7, 1]) % 10 === 0 && !isRepeated(id),
    near: /routing|\baba\b/i,
  },
  {
    name: 'us-ein',
    shape: /^\d{9}$/,
    isValid: () => true,
    near: /\bein\b|employer.?identification/i,
  },
  {
    name: 'vin',
    shape: /^[A-HJ-NPR-Z0-9]{17}$/,
    isValid: isVin,
    near: /\bvin\b|vehicle.?identification|chassis/i,
  },
  {
    name: 'passport',
    shape: /^[A-Z0-9]{6,9}$/,
    isValid: hasDigits,
    near: /passport|reisepass|passeport|pasaporte|passaporto|paspoort/i,
  },
  {
    name: 'driving-licence',
    shape: /^[A-Z0-9]{6,18}$/,
    isValid: hasDigits,
    near: /driver'?s?.?licen[cs]e|driving.?licen[cs]e|f(?:ü|ue)hrerschein/i,
  },
];

function isVin(id: string): boolean {
  const weights = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
  const value = (letter: string): number =>
    /[0-9]/.test(letter)
      ? Number(letter)
      : '12345678.12345.7.9.23456789'.charCodeAt(letter.charCodeAt(0) - 65) - 48;
  const sum = weights.reduce((total, weight, at) => total + weight * value(id[at]!), 0);
  return (sum % 11 === 10 ? 'X' : String(sum % 11)) === id[8];
}

/** Lengths by country (ISO 13616 registry). */
const IBAN_LENGTHS: Readonly<Record<string, number>> = Object.fromEntries(
  (
    'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 EG29 ES24 FI18 FO18 ' +
    'FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 ' +
    'LY25 MC27 MD24 ME22 MK19 MR27 MT31 MU30 NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 SA24 SC31 SE24 SI19 SK24 SM27 ' +
    'ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20'
  )
    .split(' ')
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
);

/** An account number (ISO 13616): length of its country, remainder 1 by 97 with the head at the end. */
export function isIban(text: string): boolean {
  if (IBAN_LENGTHS[text.slice(0, 2)] !== text.length) return false;
  const digits = [...(text.slice(4) + text.slice(0, 4))]
    .map((letter) => parseInt(letter, 36))
    .join('');
  return mod(digits, 97) === 1;
}

/** Issuer ranges (ISO/IEC 7812) with the lengths that they give, and Luhn's digit. Numbers of test accounts count too. */
export function isCard(digits: string): boolean {
  if (!isLuhn(digits) || isRepeated(digits)) return false;
  const { length } = digits;
  if (/^4/.test(digits)) return length === 13 || length === 16 || length === 19;
  if (/^(?:5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/.test(digits)) return length === 16;
  if (/^3[47]/.test(digits)) return length === 15;
  if (/^3(?:0[0-5]|[689])/.test(digits)) return length === 14;
  if (/^35(?:2[89]|[3-8])/.test(digits)) return length === 16;
  if (/^(?:6011|64[4-9]|65|62|81|60|508|353|356)/.test(digits)) return length >= 16 && length <= 19;
  return /^(?:50|5[6-9]|6)/.test(digits) && length === 16;
}
