/**
 * URLs that lead inside, or to something that is no web page.
 *
 * Parsers disagree about a URL's host (backslashes, several @, blanks, tabs), and that disagreement is the attack: the
 * one that checks reads a harmless host, the one that fetches another. So the host is taken both as the WHATWG parser
 * (Node's URL) reads it and by a naive cut, and the worse of the two counts.
 *
 * Loopback and private addresses in their plain notation are recorded and not blocked: a browser tool that opens
 * http://localhost:3000 is how a developer looks at his work. In a notation that hides them, they are blocked.
 */

import { type Place, placeOf } from './addresses.ts';
import { leaves, sensitivityOf } from './paths.ts';
import { high, low, medium, type Verdict, words } from './verdict.ts';

/** Handlers of languages and clients that read local files, speak to other services, or run code. */
const HOSTILE_SCHEMES = words(`
  gopher dict jar netdoc phar expect php zip zlib bzip2 glob rar ogg compress.zlib compress.bzip2 view-source vbscript
  javascript livescript mocha local_file file_get_contents mhtml hcp mk res mshta ms-msdt search-ms ms-officecmd
  ldap ldaps ldapi rmi iiop corba nis tftp sftp telnet rlogin smb cifs shell-command x-apple-script about-cpp`);
const EMBEDDED = /[a-z][a-z0-9+.-]{1,20}:(?:\/|\\)/gi;
/** Paths by which metadata services hand out what they know, whoever is asked for them. */
const METADATA_PATHS =
  /\/latest\/(?:meta-data|user-data|dynamic\/instance-identity|api\/token)|\/computemetadata\/v1|\/metadata\/(?:instance|identity\/oauth2|v1[./])|\/opc\/v[12]\/instance|\/openstack\/(?:latest|[0-9-]{10})\/|\/v2\/credentials\/|\/hetzner\/v1\/metadata|\/latest\/user-data/;
/** Administration of what runs inside: reading or changing it from outside is the point of SSRF. */
const ADMIN_PATHS =
  /\/(?:admin|administrator|actuator|management|manager\/html|console|jolokia|server-status|_cluster|_cat|_nodes|containers\/json|images\/json|v1\/agent|v1\/kv|v2\/keys|api\/v1\/(?:secrets|namespaces|pods)|debug\/pprof|\.env|wp-admin|phpmyadmin|heapdump|env)(?:[/?#]|$)/;
/** Services that do not speak HTTP, or that obey whoever reaches them. */
const SERVICE_PORTS: ReadonlySet<string> = new Set(
  '21 22 23 25 53 110 111 135 139 143 389 445 873 1433 1521 2049 2375 2376 2379 3306 3389 4243 5432 5900 5985 6379 6443 7001 8500 9042 10250 10255 11211 27017'.split(
    ' ',
  ),
);

/** @param isUrl the parameter is a URL or a host, so that one without a scheme is judged as well */
export function judgeUrls(text: string, isUrl: boolean, allowsFiles: boolean): Verdict[] {
  const found: Verdict[] = [];
  if (isUrl) found.push(...judgeScheme(text, allowsFiles));
  let count = 0;
  for (const match of text.matchAll(EMBEDDED)) {
    if (++count > 16) break;
    found.push(...judgeUrl(text.slice(match.index), isUrl, allowsFiles));
  }
  if (isUrl && count === 0) {
    // `http:host`, which browsers take for `http://host`.
    const naked = /^\s*(?:https?|wss?|ftp):/i.exec(text);
    if (naked !== null) return [...found, ...judgeAuthority(text.slice(naked[0].length), text)];
    const bare = text.trim().replace(/^[/\\]+/, '');
    if (isAddressLike(bare)) found.push(...judgeAuthority(bare, ''));
  }
  return found;
}

/** Without a scheme, `42` is a number and `10 Downing Street` an address of another kind. */
const isAddressLike = (text: string): boolean =>
  !/\s/.test(text) &&
  (/[.:[\u3002]/.test(text) || /^(?:0x[0-9a-f]{8,}|[0-9]{9,10}|localhost)$/i.test(text));

function judgeScheme(text: string, allowsFiles: boolean): Verdict[] {
  // Browsers and WHATWG parsers drop blanks before and tabs within a scheme (`java\tscript:`).
  const match = /^[a-z][a-z0-9+._-]{1,24}:/i.exec(text.slice(0, 64).replace(/[\0-\x20]/g, ''));
  const scheme = match?.[0].slice(0, -1).toLowerCase();
  if (scheme === undefined) return [];
  if (HOSTILE_SCHEMES.has(scheme)) return [high('arguments.url.scheme')];
  if (scheme === 'file') return judgeFile(text, allowsFiles);
  if (
    scheme === 'data' &&
    /^\s*data:(?:text\/(?:html|javascript)|image\/svg|application\/(?:xhtml|javascript|x-httpd))/i.test(
      text,
    )
  )
    return [medium('arguments.url.data-markup')];
  return [];
}

function judgeFile(text: string, allowsFiles: boolean): Verdict[] {
  const sensitive = sensitivityOf(text);
  if (sensitive !== undefined) return [high('arguments.url.scheme'), sensitive];
  if (
    /^\s*file:[\\/]*(?:localhost[\\/]+)?(?:[a-z]:[\\/])?(?:etc|proc|sys|dev|windows|winnt)[\\/]/i.test(
      text,
    )
  )
    return [medium('arguments.url.scheme')];
  // Resources of MCP servers are named by file: URIs; that is what a parameter called `uri` holds.
  return [allowsFiles ? low('arguments.url.file') : medium('arguments.url.scheme')];
}

function judgeUrl(text: string, isUrl: boolean, allowsFiles: boolean): Verdict[] {
  const match = /^([a-z][a-z0-9+.-]{1,20}):[\\/]*/i.exec(text)!;
  const scheme = match[1]!.toLowerCase();
  if (HOSTILE_SCHEMES.has(scheme)) return [high('arguments.url.scheme')];
  if (scheme === 'file') return isUrl ? judgeFile(text, allowsFiles) : [];
  if (!/^(?:https?|wss?|ftps?)$/.test(scheme)) return [];
  return judgeAuthority(text.slice(match[0].length), text);
}

/** @param rest what stands after the scheme and its slashes */
function judgeAuthority(rest: string, whole: string): Verdict[] {
  const authority = rest.slice(0, 2048).split(/[/\\?#]/, 1)[0]!;
  const path = rest.slice(authority.length, 4096).toLowerCase();
  const found: Verdict[] = [];
  const hosts = hostsOf(authority, whole);
  const port = /:([0-9]{1,5})$/.exec(authority)?.[1] ?? '';
  for (const host of hosts) {
    const place = placeOf(host);
    if (place !== undefined) found.push(...judgePlace(place, path, port));
    else if (
      /\.(?:internal|local|corp|lan|intranet|private|home\.arpa|svc|cluster\.local)$/i.test(host)
    )
      found.push(
        ADMIN_PATHS.test(path)
          ? medium('arguments.url.internal-admin')
          : low('arguments.url.internal'),
      );
  }
  if (METADATA_PATHS.test(path)) found.push(medium('arguments.url.metadata-path'));
  if (whole !== '' && leaves(path.split(/[?#]/, 1)[0]!.slice(1)))
    found.push(medium('arguments.path.traversal'));
  return found;
}

function hostsOf(authority: string, whole: string): Set<string> {
  // An IPv6 address without its brackets, as hosts are given without a scheme.
  if (whole === '' && /^[^:[\]]*:[^:]*:/.test(authority)) return new Set([authority]);
  // The naive cut: what follows the last @, and what follows the first; then without the port.
  const cuts = [authority.slice(authority.lastIndexOf('@') + 1), authority.split('@', 2).at(-1)!];
  // `http://safe@inside`, `http://inside#@safe`, `http://inside:80@safe`: whatever stands on either side.
  if (authority.includes('@')) cuts.push(authority.split('@', 1)[0]!);
  const hosts = new Set(
    cuts.map((cut) =>
      cut.startsWith('[') ? cut.slice(1).split(']', 1)[0]! : cut.split(/[:\s,;!&]/, 1)[0]!,
    ),
  );
  // A plain name in its plain place: no parser reads it otherwise.
  if (whole !== '' && !/^[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::[0-9]+)?$/i.test(authority)) {
    const url = URL.canParse(whole.slice(0, 2048)) ? new URL(whole.slice(0, 2048)) : undefined;
    if (url !== undefined && url.hostname !== '') hosts.add(url.hostname.replace(/^\[|\]$/g, ''));
  }
  return hosts;
}

function judgePlace({ kind, isDisguised }: Place, path: string, port: string): Verdict[] {
  if (kind === 'public') return [];
  if (kind === 'metadata' || kind === 'link-local') return [high('arguments.url.metadata')];
  if (isDisguised) return [high('arguments.url.disguised-address')];
  if (SERVICE_PORTS.has(port)) return [medium('arguments.url.internal-service')];
  // A developer's own admin page is on his loopback; a network's is not his to open because a text says so.
  if (kind === 'private' && ADMIN_PATHS.test(path)) return [medium('arguments.url.internal-admin')];
  return [low(kind === 'loopback' ? 'arguments.url.loopback' : 'arguments.url.internal')];
}
