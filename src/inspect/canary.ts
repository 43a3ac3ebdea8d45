/**
 * Canaries: tokens that open nothing and are in no text by chance. One is put where only one tenant can read it; where it
 * turns up in a message, that tenant's data has left its place.
 *
 * A canary carries its tenant, sealed with the operator's key, so that any of them is recognised without a list:
 *
 *   slcn_ base32( mac(16) · seal(length · tenant) )     mac = HMAC-SHA256(key, "mac" tenant), seal with HMAC(key, "seal" mac …)
 *
 * The mac is also what the seal is keyed by (a synthetic IV), so the same tenant has the same canary under the same key,
 * and without the key neither can it be made nor can its tenant be read. Base32 survives a change of case.
 */

import { createHmac, timingSafeEqual } from 'node:crypto';
import { Finds } from './finds.ts';
import type { Detector, Finding } from './rule.ts';

export const CANARY_KEY_MIN = 32;
export const TENANT_BYTES_MAX = 64;
const MAC_BYTES = 16;
/** Texts that begin like canaries, in one message: each costs two HMACs. More are written to wear the gateway out. */
const TRIES_MAX = 1000;
const TOO_MANY: Finding = {
  rule: 'secret.canary',
  class: 'secret',
  confidence: 'high',
  path: '',
  steps: [],
  span: null,
  leaf: null,
};
const PREFIX = 'slcn_';
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
const BODY_CHARACTERS_MAX = Math.ceil(((MAC_BYTES + 1 + TENANT_BYTES_MAX) * 8) / 5);

/** The canary of a tenant. Throws where the tenant is longer than 64 bytes or the key shorter than 32 characters. */
export function mintCanary(tenant: string, key: string): string {
  const name = Buffer.from(tenant, 'utf8');
  if (name.length > TENANT_BYTES_MAX) throw new RangeError('a tenant of a canary has 64 bytes');
  if (key.length < CANARY_KEY_MIN) throw new RangeError('the key of canaries has 32 characters');
  const mac = macOf(name, key);
  const sealed = seal(Buffer.concat([Buffer.of(name.length), name]), mac, key);
  return PREFIX + toBase32(Buffer.concat([mac, sealed]));
}

/** The tenant whose canary stands at the beginning of this text, whatever follows it; undefined where none does. */
export function isCanary(text: string, key: string): string | undefined {
  const match = /^slcn_?([a-z2-7]{28,})/i.exec(text.slice(0, PREFIX.length + BODY_CHARACTERS_MAX));
  if (match === null) return undefined;
  const bytes = fromBase32(match[1]!.toLowerCase());
  const mac = bytes.subarray(0, MAC_BYTES);
  const opened = seal(bytes.subarray(MAC_BYTES), mac, key);
  const length = opened[0] ?? 0;
  if (length > TENANT_BYTES_MAX || opened.length < 1 + length) return undefined;
  const tenant = opened.subarray(1, 1 + length);
  return timingSafeEqual(macOf(tenant, key), mac) ? tenant.toString('utf8') : undefined;
}

/** Finds canaries of every tenant; the finding says whose. */
export function canaries(key: string): Detector {
  return {
    class: 'secret',
    in: ['request', 'response', 'definition'],
    anchors: ['slcn'],
    forms: ['exact', 'compact'],
    examine: ({ views }) => {
      const finds = new Finds('secret');
      let tries = 0;
      for (const { leaf, views: readings } of views) {
        for (const view of readings) {
          if (view.form !== 'exact' && view.form !== 'compact') continue;
          for (const { index } of view.text.matchAll(/slcn/gi)) {
            if (finds.isFull || tries++ > TRIES_MAX) break;
            const tenant = isCanary(view.text.slice(index, index + 160), key);
            if (tenant === undefined) continue;
            const end = Math.min(index + mintCanary(tenant, key).length, view.text.length);
            const detail = `canary of tenant "${tenant}"`;
            finds.add('secret.canary', 'high', { view, leaf }, index, end, detail);
          }
        }
      }
      return tries > TRIES_MAX ? [...finds.all(), TOO_MANY] : finds.all();
    },
  };
}

function macOf(tenant: Uint8Array, key: string): Buffer {
  return createHmac('sha256', key)
    .update('sluice canary mac ')
    .update(tenant)
    .digest()
    .subarray(0, MAC_BYTES);
}

/** XOR with a stream of the mac: the same step seals and opens. */
function seal(bytes: Uint8Array, mac: Uint8Array, key: string): Buffer {
  const sealed = Buffer.from(bytes);
  for (let at = 0; at < sealed.length; at += 32) {
    const block = createHmac('sha256', key)
      .update(`sluice canary seal ${at} `)
      .update(mac)
      .digest();
    for (let byte = 0; byte < 32 && at + byte < sealed.length; byte++)
      sealed[at + byte]! ^= block[byte]!;
  }
  return sealed;
}

function toBase32(bytes: Uint8Array): string {
  let [text, bits, held] = ['', 0, 0];
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xffff;
    for (bits += 8; bits >= 5; bits -= 5) text += ALPHABET[(held >>> (bits - 5)) & 31];
  }
  return bits === 0 ? text : text + ALPHABET[(held << (5 - bits)) & 31];
}

function fromBase32(text: string): Buffer {
  const bytes: number[] = [];
  let [bits, held] = [0, 0];
  for (const letter of text) {
    held = ((held << 5) | ALPHABET.indexOf(letter)) & 0xffff;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push((held >>> bits) & 255);
  }
  return Buffer.from(bytes);
}
