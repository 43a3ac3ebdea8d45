/**
 * Numbers that states and banks give to people, with the check digits that tell them from other numbers.
 *
 * Each takes the number without its joints, in capitals. Where the check is weak (one digit in ten passes) or there is
 * none, the number counts only beside a word that says what it is.
 */

import { isLuhn, mod, weigh } from './checksums.ts';
import {
  eleven,
  hasDigits,
  isChinese,
  isCodiceFiscale,
  isCpf,
  isDay,
  isDni,
  isEan13,
  isElevenMinus,
  isFodselsnummer,
  isNir,
  isNric,
  isNrn,
  isPesel,
  isRepeated,
  isRut,
  isSsn,
  isSteuerId,
  isTckn,
  isVerhoeff,
  isVin,
  last,
  part,
} from './pii-checks.ts';

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
