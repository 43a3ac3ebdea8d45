/**
 * A flood of credentials that are wrong beside callers that are known: what does it cost these?
 *
 * Known callers with one JWT call on a fixed schedule; alone, and then while requests with ever new wrong credentials come
 * from another process at a fixed rate. What an address may try (`auth.attempts`) is set so high that each is looked at, as
 * if the flood came from thousands of addresses; the last row has it as it is by default, with all of the flood from one
 * address. The first row is the same flood with no credential at all: what refusing costs where there is nothing to look at.
 */

import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { join } from 'node:path';
import { freePort } from '../free-port.ts';
import { type Beside, besideOf, type Pair } from './beside.ts';
import { useToken } from './control.ts';
import type { Cpus } from './cpus.ts';
import { type Player, start } from './deck.ts';
import { type Errors, errorsOf, figuresOf } from './figures.ts';
import { launch } from './processes.ts';
import { echo, OUT, type Subject, sluice } from './roster.ts';
import { measure } from './rounds.ts';
import type { Settings } from './settings.ts';

const ISSUER = 'https://issuer.example';
const RESOURCE = 'https://gateway.example/mcp';
const GOOD_CONNECTIONS = 16;
/** So that the 99th percentile of a round is the worst of 40 calls and not of 20. */
const LONGER = 2;
const SIGNATURE_BYTES = 64;

export interface BadTokens extends Errors, Beside {
  readonly subject: string;
  readonly kind: string;
  /** Calls per second of the known callers; wrong credentials per second. */
  readonly rate: number;
  readonly flood: number;
  /** How many of the flood got which status. */
  readonly statuses: Readonly<Record<string, number>>;
}

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const KID = 'bench';

function jwt(kid: string): { readonly input: string; readonly whole: string } {
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    ...{ iss: ISSUER, aud: RESOURCE, sub: 'known', iat: now, exp: now + 86_400 },
    ...{ scope: 'mcp:read mcp:call', padding: randomBytes(200).toString('hex') },
  };
  const input = [{ alg: 'ES256', typ: 'at+jwt', kid }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  const key = { key: privateKey, dsaEncoding: 'ieee-p1363' as const };
  const signature = sign('sha256', Buffer.from(input), key).toString('base64url');
  return { input, whole: `${input}.${signature}` };
}

interface Flood {
  readonly kind: string;
  readonly prefix: string;
  readonly isThrottled?: boolean;
}

const FLOODS: readonly Flood[] = [
  { kind: 'no credential', prefix: 'none' },
  { kind: 'unknown API keys', prefix: 'key' },
  { kind: 'JWT of unknown keys', prefix: `${jwt('unknown').input}.` },
  { kind: 'JWT with bad signatures', prefix: `${jwt(KID).input}.` },
  {
    kind: 'the same, `auth.attempts` by default',
    prefix: `${jwt(KID).input}.`,
    isThrottled: true,
  },
];

function feature(isThrottled: boolean) {
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: KID, alg: 'ES256' };
  const attempts = isThrottled ? {} : { attempts: { burst: 10_000, perMinute: 100_000 } };
  const issuer = { id: 'bench', issuer: ISSUER, algorithms: ['ES256'], jwks: [jwk] };
  const auth = { resource: RESOURCE, jwt: [issuer], ...attempts };
  return { name: 'auth', config: { auth, access: { default: 'allow' } }, token: jwt(KID).whole };
}

export async function besideBadTokens(subject: Subject, settings: Settings, cpus: Cpus) {
  const rows: BadTokens[] = [];
  for (const flood of FLOODS.filter(({ kind }) => settings.floods.test(kind))) {
    const port = await freePort();
    const given = feature(flood.isThrottled === true);
    const options = { ...subject.sluice, features: [given] };
    const program = sluice(port, { echo: echo('modern') }, options);
    useToken(port, given.token);
    const player = await start(
      { name: subject.name, url: subject.url(port) },
      program,
      'modern',
      cpus,
    );
    try {
      rows.push(await compare(player, port, flood, settings, cpus));
    } finally {
      await player.stop();
    }
  }
  return rows;
}

async function compare(
  player: Player,
  port: number,
  { kind, prefix }: Flood,
  settings: Settings,
  cpus: Cpus,
): Promise<BadTokens> {
  const known = {
    ...{ era: 'modern' as const, connections: GOOD_CONNECTIONS, rate: settings.knownRate },
    mix: [{ kind: 'call' as const, bytes: 300, weight: 1 }],
  };
  const durationMs = settings.durationMs * LONGER;
  const times = { ...settings, durationMs };
  const floodMs = settings.warmupMs + durationMs + settings.marginMs;
  const pairs: Pair[] = [];
  const statuses: Record<string, number> = {};
  for (let round = 0; round < settings.rounds; round++) {
    const alone = figuresOf(await measure(player, known, times, cpus));
    const flooding = flood({ port, rate: settings.floodRate, ms: floodMs, prefix }, cpus);
    const beside = figuresOf(await measure(player, known, times, cpus));
    for (const [status, count] of Object.entries((await flooding).statuses)) {
      statuses[status] = (statuses[status] ?? 0) + count;
    }
    pairs.push({ alone, beside });
  }
  return {
    subject: player.name,
    kind,
    rate: settings.knownRate,
    flood: settings.floodRate,
    statuses,
    ...besideOf(pairs),
    ...errorsOf(pairs.flatMap(({ alone, beside }) => [alone, beside])),
  };
}

/** Runs the flood to its end, on the generator's CPU. */
function flood(
  { port, rate, ms, prefix }: { port: number; rate: number; ms: number; prefix: string },
  cpus: Cpus,
): Promise<{ sent: number; statuses: Record<string, number> }> {
  const numbers = [port, rate, ms].map(String);
  const script = join(OUT, 'bench/subjects/token-flood.js');
  const args = [script, ...numbers, prefix, String(SIGNATURE_BYTES)];
  const running = launch({ command: process.execPath, args }, cpus.generator);
  return new Promise((resolve, reject) => {
    let text = '';
    running.child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    running.child.once('close', () => {
      try {
        resolve(JSON.parse(text));
      } catch {
        reject(new Error(`the flood said nothing. ${running.stderr()}`));
      }
    });
  });
}
