/**
 * Where a host leads, whatever its notation.
 *
 * Resolvers and HTTP libraries read many spellings of one IPv4 address (inet_aton: decimal, octal, hexadecimal, fewer than
 * four parts) and some read even overflowing ones; DNS services answer with the address in the name that they are asked
 * for. All are reduced to 32 bits here, and every reading counts: one library's error is another's 169.254.169.254.
 */

import { words } from './verdict.ts';

/** metadata: hands out credentials; linkLocal, private, loopback: inside; public: anything else. */
export type Kind = 'metadata' | 'link-local' | 'private' | 'loopback' | 'unroutable' | 'public';

export interface Place {
  readonly kind: Kind;
  /** Written in a way in which nobody writes an address who does not want to hide it. */
  readonly isDisguised: boolean;
}

const METADATA_NAMES = words(`
  metadata metadata.google.internal metadata.goog instance-data instance-data.ec2.internal rancher-metadata
  metadata.azure.com metadata.azure.internal metadata.tencentyun.com metadata.packet.net metadata.platformequinix.com
  metadata.service.ucloud.cn metadata.nifcloud.internal metadata.local metadata.exoscale.com
  kubernetes kubernetes.default kubernetes.default.svc kubernetes.default.svc.cluster.local
  openstack.metadata api.metadata.cloud.ibm.com metadata.ec2.internal`);
const LOOPBACK_NAMES = words(`
  localhost localhost.localdomain localhost4 localhost6 ip6-localhost ip6-loopback loopback
  localtest.me lvh.me vcap.me lacolhost.com localho.st readme.localtest.me yoogle.com 127-0-0-1.org.uk`);
const INSIDE_NAMES = words(
  'host.docker.internal gateway.docker.internal kubernetes.docker.internal',
);
/** DNS services that answer with the address in the name that they are asked for. */
const ANSWERS_WITH_NAME =
  /\.(?:nip\.io|sslip\.io|xip\.io|xip\.name|xip\.lhjmmc\.cn|rbndr\.us|1u\.ms|traefik\.me|ip\.addr\.tools|nip\.me|local-ip\.(?:co|sh)|backname\.io|oastify\.ip)$/;

/** `host` without brackets' port; lower or upper case. */
export function placeOf(host: string): Place | undefined {
  if (host === '' || host.length > 512) return undefined;
  const plain = host
    .normalize('NFKC')
    .replace(/[\u3002\u00b7]/g, '.')
    .toLowerCase();
  const isDisguised = plain !== host.toLowerCase();
  const name = plain.replace(/\.+$/, '');
  if (METADATA_NAMES.has(name)) return { kind: 'metadata', isDisguised };
  if (LOOPBACK_NAMES.has(name) || name.endsWith('.localhost'))
    return { kind: 'loopback', isDisguised };
  if (name.endsWith('.localtest.me') || name.endsWith('.lvh.me'))
    return { kind: 'loopback', isDisguised: true };
  if (INSIDE_NAMES.has(name)) return { kind: 'private', isDisguised };
  if (name.includes(':')) return ofIpv6(name.replace(/^\[|\]$/g, '').replace(/%.*$/, ''));
  const numeric = ofNumeric(name);
  if (numeric !== undefined) return { ...numeric, isDisguised: numeric.isDisguised || isDisguised };
  return ofName(name);
}

const toInteger = (a: number, b: number, c: number, d: number): number =>
  ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;

/** Ranges of RFC 6890 and of the clouds: first, last, kind. Most special first. */
const RANGES: readonly (readonly [number, number, Kind])[] = (
  [
    ['169.254.169.254', '169.254.169.254', 'metadata'],
    ['169.254.170.2', '169.254.170.2', 'metadata'],
    ['169.254.170.23', '169.254.170.23', 'metadata'],
    ['169.254.0.23', '169.254.0.23', 'metadata'],
    ['169.254.42.42', '169.254.42.42', 'metadata'],
    ['100.100.100.200', '100.100.100.200', 'metadata'],
    ['192.0.0.192', '192.0.0.192', 'metadata'],
    ['168.63.129.16', '168.63.129.16', 'metadata'],
    ['169.254.0.0', '169.254.255.255', 'link-local'],
    ['127.0.0.0', '127.255.255.255', 'loopback'],
    ['0.0.0.0', '0.255.255.255', 'loopback'],
    ['10.0.0.0', '10.255.255.255', 'private'],
    ['172.16.0.0', '172.31.255.255', 'private'],
    ['192.168.0.0', '192.168.255.255', 'private'],
    ['100.64.0.0', '100.127.255.255', 'private'],
    ['198.18.0.0', '198.19.255.255', 'private'],
    ['192.0.0.0', '192.0.0.255', 'private'],
    ['224.0.0.0', '239.255.255.255', 'unroutable'],
    ['255.255.255.255', '255.255.255.255', 'unroutable'],
  ] as const
).map(([first, last, kind]) => [parse4(first), parse4(last), kind] as const);

function parse4(text: string): number {
  const [a, b, c, d] = text.split('.').map(Number) as [number, number, number, number];
  return toInteger(a, b, c, d);
}

export function kindOf(address: number): Kind {
  for (const [first, last, kind] of RANGES) if (address >= first && address <= last) return kind;
  return 'public';
}

/** One part in any base that inet_aton knows; BigInt because overflowing parts wrap around. */
function partOf(text: string): bigint | undefined {
  if (text.length > 40) return undefined;
  if (/^0x[0-9a-f]+$/.test(text)) return BigInt(text);
  if (/^0[0-7]+$/.test(text)) return BigInt(`0o${text.slice(1)}`);
  return /^[0-9]+$/.test(text) ? BigInt(text) : undefined;
}

function ofNumeric(name: string): Place | undefined {
  const texts = name.split('.');
  if (texts.length > 4) return undefined;
  const parts: bigint[] = [];
  for (const text of texts) {
    const part = partOf(text);
    if (part === undefined) return undefined;
    parts.push(part);
  }
  let address = 0n;
  for (const part of parts.slice(0, -1)) address = (address << 8n) | (part & 0xffn);
  const bits = BigInt(8 * (5 - parts.length));
  address = (address << bits) | (parts.at(-1)! & ((1n << bits) - 1n));
  const strict = /^(?:0|[1-9][0-9]{0,2})$/;
  const isPlain =
    texts.length === 4 && texts.every((text) => strict.test(text) && Number(text) < 256);
  const kinds = [kindOf(Number(address & 0xffffffffn))];
  // Zero-padded decimal: octal to some, decimal to others.
  if (!isPlain && texts.length === 4 && texts.every((text) => /^[0-9]{1,8}$/.test(text)))
    kinds.push(kindOf(texts.reduce((sum, text) => ((sum << 8) | (Number(text) & 255)) >>> 0, 0)));
  return { kind: worst(kinds), isDisguised: !isPlain };
}

const ORDER: readonly Kind[] = [
  'metadata',
  'link-local',
  'loopback',
  'private',
  'unroutable',
  'public',
];
const worst = (kinds: readonly Kind[]): Kind =>
  ORDER.find((kind) => kinds.includes(kind)) ?? 'public';

/** Names that carry an address: 169.254.169.254.nip.io, 7f000001.c0a80001.rbndr.us, magic-10-0-0-1.sslip.io. */
function ofName(name: string): Place | undefined {
  const kinds: Kind[] = [];
  const dotted =
    /(?:^|[^0-9])([0-9]{1,3})[.-]([0-9]{1,3})[.-]([0-9]{1,3})[.-]([0-9]{1,3})(?![0-9])/g;
  for (const [, a, b, c, d] of name.matchAll(dotted))
    kinds.push(kindOf(toInteger(Number(a), Number(b), Number(c), Number(d))));
  const kind = worst(kinds);
  // Whoever answers for it, a name that spells the metadata service's address means it.
  if (kind === 'metadata') return { kind, isDisguised: true };
  if (!ANSWERS_WITH_NAME.test(name)) return undefined;
  for (const label of name.split('.').slice(0, 8)) {
    if (/^[0-9a-f]{8}$/.test(label)) kinds.push(kindOf(Number.parseInt(label, 16)));
    else if (/^[0-9a-z]{6,7}$/.test(label)) kinds.push(...ofBase36(label));
  }
  const any = worst(kinds);
  return any === 'public' ? undefined : { kind: any, isDisguised: true };
}

/** xip.io's short form: base 36, the last byte first. */
function ofBase36(label: string): Kind[] {
  const value = Number.parseInt(label, 36);
  if (value > 0xffffffff) return [];
  const swapped = toInteger(value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24);
  return [kindOf(value), kindOf(swapped)];
}

function ofIpv6(text: string): Place | undefined {
  const groups = expand(text);
  if (groups === undefined) return undefined;
  const tail = ((groups[6]! << 16) | groups[7]!) >>> 0;
  const isZero = (from: number, to: number) => groups.slice(from, to).every((group) => group === 0);
  if (isZero(0, 7) && groups[7]! <= 1) return { kind: 'loopback', isDisguised: false };
  // IPv4 inside IPv6: mapped, compatible, translated (RFC 2765), NAT64 (64:ff9b::/96), 6to4 (2002::/16), ISATAP.
  const embeds =
    (isZero(0, 5) && groups[5] === 0xffff) ||
    isZero(0, 6) ||
    (isZero(0, 4) && groups[4] === 0xffff) ||
    (groups[0] === 0x64 && groups[1] === 0xff9b) ||
    (groups[4] === 0 && groups[5] === 0x5efe);
  const inner = embeds
    ? tail
    : groups[0] === 0x2002
      ? ((groups[1]! << 16) | groups[2]!) >>> 0
      : undefined;
  if (inner !== undefined) return { kind: kindOf(inner), isDisguised: kindOf(inner) !== 'public' };
  const first = groups[0]!;
  // fd00:ec2::254 (AWS), fd20:ce::254 (Google).
  if (
    groups[7] === 0x254 &&
    ((first === 0xfd00 && groups[1] === 0xec2) || (first === 0xfd20 && groups[1] === 0xce))
  )
    return { kind: 'metadata', isDisguised: false };
  if ((first & 0xffc0) === 0xfe80) return { kind: 'link-local', isDisguised: false };
  if ((first & 0xfe00) === 0xfc00) return { kind: 'private', isDisguised: false };
  return { kind: (first & 0xff00) === 0xff00 ? 'unroutable' : 'public', isDisguised: false };
}

/** Eight groups, or undefined where it is no IPv6 address. */
function expand(text: string): number[] | undefined {
  let plain = text;
  const dotted = /^(.*:)([0-9]{1,3})\.([0-9]{1,3})\.([0-9]{1,3})\.([0-9]{1,3})$/.exec(plain);
  if (dotted !== null) {
    const [, head, a, b, c, d] = dotted;
    plain = `${head}${((Number(a) << 8) | Number(b)).toString(16)}:${((Number(c) << 8) | Number(d)).toString(16)}`;
  }
  const halves = plain.split('::');
  if (halves.length > 2) return undefined;
  const [left, right] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const given = [...left!, ...(right ?? [])];
  if (given.some((group) => !/^[0-9a-f]{1,4}$/.test(group))) return undefined;
  if (right === undefined ? given.length !== 8 : given.length > 7) return undefined;
  const zeros = Array.from({ length: 8 - given.length }, () => '0');
  return [...left!, ...zeros, ...(right ?? [])].map((group) => Number.parseInt(group, 16));
}
