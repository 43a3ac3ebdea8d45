/**
 * Which proxy, if any, stands between the gateway and a remote server.
 *
 * As curl and Go read the environment: HTTPS_PROXY for https, HTTP_PROXY for http, ALL_PROXY for both, NO_PROXY for
 * hosts that are reached directly; lower case wins. Loopback is never asked of a proxy that only the environment names:
 * another machine has another loopback. A proxy's address may hold a password and is quoted nowhere.
 */

import { BlockList, isIP } from 'node:net';

/** What the file says: a URL, or one of the two words. */
export type ProxySetting = string;

/** The proxy for this address; undefined for none; 'unusable' where the environment names one that cannot be. */
export function proxyFor(
  url: URL,
  setting: ProxySetting,
  environment: NodeJS.ProcessEnv,
): URL | 'unusable' | undefined {
  if (setting === 'none') return undefined;
  if (setting !== 'environment') return new URL(setting);
  const variable = (name: string) => environment[name.toLowerCase()] ?? environment[name] ?? '';
  const scheme = url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const text = variable(scheme) || variable('ALL_PROXY');
  if (text === '' || isLoopbackHost(url) || isExempt(url, variable('NO_PROXY'))) return undefined;
  const whole = text.includes('://') ? text : `http://${text}`;
  return isProxyUrl(whole) ? new URL(whole) : 'unusable';
}

export function isProxyUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

/** `Basic …` for the user and password in a proxy's URL; undefined where it has none. */
export function proxyAuthorization(proxy: URL): string | undefined {
  if (proxy.username === '' && proxy.password === '') return undefined;
  const pair = `${decoded(proxy.username)}:${decoded(proxy.password)}`;
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}

/** A stray "%" in a password is no reason to fall over it. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

function isLoopbackHost(url: URL): boolean {
  const host = bareHost(url);
  const family = isIP(host);
  if (family === 0) return host === 'localhost' || host.endsWith('.localhost');
  return LOOPBACK.check(host, family === 4 ? 'ipv4' : 'ipv6');
}

function bareHost(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
}

/** NO_PROXY: `*`, hosts (with all below them), `.suffix`, `*.suffix`, addresses, ranges (10.0.0.0/8); each with a :port if it has one. */
function isExempt(url: URL, list: string): boolean {
  const host = bareHost(url);
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  return list.split(/[\s,]+/).some((entry) => {
    if (entry === '') return false;
    if (entry === '*') return true;
    if (entry.includes('/')) return isInRange(host, entry);
    const [, name = '', only] =
      /^(\[[^\]]*\]|[^:]+|[0-9a-fA-F:]*:[0-9a-fA-F:]*)(?::(\d+))?$/.exec(entry) ?? [];
    if (only !== undefined && only !== port) return false;
    const bare = name
      .replace(/^\[|\]$/g, '')
      .replace(/^\*?\./, '')
      .toLowerCase();
    return bare !== '' && (host === bare || host.endsWith(`.${bare}`));
  });
}

function isInRange(host: string, range: string): boolean {
  const [net = '', bits = ''] = range.split('/');
  const family = isIP(net);
  if (family === 0 || isIP(host) !== family || !/^\d{1,3}$/.test(bits)) return false;
  if (Number(bits) > (family === 4 ? 32 : 128)) return false;
  const list = new BlockList();
  const kind = family === 4 ? 'ipv4' : 'ipv6';
  list.addSubnet(net, Number(bits), kind);
  return list.check(host, kind);
}
