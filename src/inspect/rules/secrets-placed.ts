/**
 * Secrets that the place tells in which they stand: headers, connection strings, URLs, command lines, files of credentials.
 */

import { isKeyLike, isKnownWord, isPasswordLike } from './named.ts';
import { isPlaceholder, wordiness } from './plausible.ts';
import type { NamedRow } from './secrets-named.ts';
import { textsOf } from './texts.ts';

const isPassword = (value: string): boolean => isPasswordLike(value, 4);
/** Beside a user and a host nothing else is probable: only what is no value is left out. */
const isInPlace = (value: string): boolean =>
  value.length >= 4 && !isPlaceholder(value) && !isKnownWord(value) && !/^[$%<{[(*]/.test(value);

/** Of what a password is given to in a URL, and of nothing else; other schemes are read in secrets-leaves.ts. */
const SCHEMES =
  'postgres,postgresql,mysql,mysql2,mariadb,mongodb,mongodb+srv,redis,rediss,valkey,amqp,amqps,ftp,ftps,sftp,ssh,smb,ldap,ldaps,mssql,sqlserver,oracle,clickhouse,cassandra,neo4j,bolt,neo4j+s,nats,mqtt,mqtts,kafka,snowflake,redshift,smtp,smtps,imap,imaps,rtsp,vnc,socks5,influxdb,couchdb,memcached,asyncpg,psycopg2,psycopg,pymysql,pyodbc,cockroachdb,elasticsearch,git+https,trino,presto,hive,databricks,surrealdb,svn,rabbitmq'.split(
    ',',
  );

export const PLACED_ROWS: readonly NamedRow[] = [
  {
    name: 'authorization',
    anchors: ['bearer ', 'bearer%20', 'bearer\t', 'bearer\\t'],
    pattern: `(?i)bearer(?: {1,4}|%20|\\t|\\\\t)(?P<value>[A-Za-z0-9+/=_.~\\-]{16,})`,
    accepts: (value) => isKeyLike(value.replace(/[.=]+$/, '')),
    reach: [4, 2000],
  },
  {
    name: 'authorization-basic',
    anchors: ['authorization'],
    pattern: `(?i)authorization[\\s"'\\\\:=,\`]{1,10}(?:value["'\\\\:=\\s]{1,8})?basic (?P<value>[A-Za-z0-9+/_\\-]{8,}={0,2})`,
    accepts: isBasic,
    reach: [4, 460],
  },
  {
    name: 'authorization-other',
    anchors: ['authorization'],
    pattern: `(?i)authorization[\\s"'\\\\:=,\`]{1,10}(?:token|apikey|key|ssws|genie[kK]ey|discord|bot|sso-key|api-key)[ =](?P<value>[A-Za-z0-9+/=_.~:\\-]{16,400})`,
    accepts: isKeyLike,
    reach: [4, 460],
  },
  {
    name: 'connection-string',
    anchors: textsOf('; ?(?:password|pwd)'),
    pattern: `(?i)(?:user id|uid|username|userid|user) ?= ?[^;\\s"']{1,80};(?: ?[a-z ]{1,40}=[^;"'\\n]{0,80};){0,6} ?(?:password|pwd) ?= ?(?P<value>[^;"'\\s\\\\]{4,128})`,
    accepts: isInPlace,
    reach: [860, 150],
  },
  {
    name: 'connection-string-before',
    anchors: textsOf('; ?(?:password|pwd)='),
    pattern: `(?i)(?:server|host|data source|database|initial catalog|driver|address)=[^;"'\\n]{1,120};(?: ?[a-z ]{1,40}=[^;"'\\n]{0,80};){0,6} ?(?:password|pwd)=(?P<value>[^;"'\\s\\\\]{4,128})`,
    accepts: isInPlace,
    reach: [900, 150],
  },
  {
    name: 'url-password',
    anchors: SCHEMES.map((scheme) => `${scheme}://`),
    pattern: `(?i)[a-z0-9+]{2,20}://[^\\s:/@"'<>]{0,80}:(?P<value>[^\\s@"'<>]{3,200})@[a-z0-9\\[_.-]`,
    accepts: isUrlPassword,
    reach: [24, 300],
    confidence: 'high',
  },
  {
    name: 'curl-user',
    anchors: textsOf('(?:curl|wget|https?)(?:[.]exe)? '),
    pattern: `(?is)(?:curl|wget|https?)(?:\\.exe)? (?:.*?\\s)?(?:-u|--user|-U|--proxy-user|--auth|-a)[ =]?(?:\\\\?["'])?[^\\s:"'\\\\]{1,80}(?:\\\\?["'])?:(?:\\\\?["'])?(?P<value>[^\\s"'\\\\]{4,128})`,
    accepts: (value) =>
      isInPlace(value.replace(/^[{<[]|[}>\]]$/g, '')) &&
      !/^\$|^\/\//.test(value) &&
      isPasswordLike(value.replace(/^\{|\}$/g, ''), 4),
    reach: [4, 700],
  },
  {
    name: 'command-password',
    anchors: [
      'mysql',
      'mariadb',
      'sshpass',
      'sqlcmd',
      'redis-cli',
      'docker login',
      'podman login',
      'ldap',
      'htpasswd',
      'mongos',
      'smbclient',
      'rdesktop',
      'xfreerdp',
      'ipmitool',
      'psexec',
      'plink',
      'az login',
      'helm registry',
      'oras login',
      'cqlsh',
      'rabbitmqadmin',
      'isql',
      'bcp ',
    ],
    pattern: `(?i)(?:mysql[a-z]{0,6}|mariadb[a-z-]{0,6}|sshpass|sqlcmd|redis-cli|(?:docker|podman|az|oras|helm registry) login|ldap[a-z]{3,6}|htpasswd|mongosh?|smbclient|rdesktop|xfreerdp|ipmitool|psexec|plink|cqlsh|rabbitmqadmin|isql|bcp )[^\\n]{0,160}? (?:-p|-P|-w|-a|-pw|/p:|--password[= ]|-b [\\w./-]{1,60} [\\w.-]{1,40}) ?(?:\\\\?["'])?(?P<value>[^\\s"'\\\\-][^\\s"'\\\\]{4,128})`,
    accepts: isPassword,
    reach: [16, 410],
  },
  {
    name: 'netrc',
    anchors: textsOf('[ \t\n]login[ \t\n]'),
    pattern: `(?i)machine\\s{1,4}[\\w.:-]{1,100}\\s{0,7}[ \\t\\n]login[ \\t\\n]\\s{0,3}\\S{1,100}\\s{1,8}password\\s{1,4}(?P<value>\\S{4,200})`,
    accepts: isInPlace,
    reach: [140, 330],
    confidence: 'high',
  },
  {
    name: 'pgpass',
    anchors: [':5432:', ':5433:', ':6432:', ':*:'],
    pattern: `(?:^|[\\s"'\\n])[\\w.*-]{1,100}:(?:5432|5433|6432|\\*):[\\w.*-]{1,63}:[\\w.*-]{1,63}:(?P<value>[^\\s:"']{4,128})(?:$|[\\s"'])`,
    accepts: isPassword,
    reach: [104, 300],
  },
  {
    name: 'kubernetes-secret',
    anchors: textsOf('kind: ?["\']?secret'),
    pattern: `(?is)kind: ?["']?Secret\\b.*?\\n\\s{0,8}(?:string)?data:\\s*\\n(?:\\s*#[^\\n]*\\n)*\\s*[\\w.-]{1,120}:[ \\t]*(?:[|>][+-]?[ \\t]*\\n\\s*)?["']?(?P<value>[A-Za-z0-9+/]{10,}={0,2})`,
    accepts: isEncodedSecret,
    reach: [8, 2000],
  },
  {
    name: 'kubernetes-secret-before',
    anchors: textsOf('kind: ?["\']?secret'),
    pattern: `(?is)\\n?\\s{0,8}(?:string)?data:\\s*\\n(?:\\s*#[^\\n]*\\n)*\\s*[\\w.-]{1,120}:[ \\t]*(?:[|>][+-]?[ \\t]*\\n\\s*)?["']?(?P<value>[A-Za-z0-9+/]{10,}={0,2})["']?\\s.*?kind: ?["']?Secret\\b`,
    accepts: isEncodedSecret,
    reach: [2000, 4],
  },
  {
    name: 'registry-auth',
    anchors: textsOf('["\']auth\\\\?["\']|_auth ?='),
    pattern: `(?:\\\\?["']auth\\\\?["']\\s{0,4}:\\s{0,4}|_auth ?= ?)\\\\?["']?(?P<value>[A-Za-z0-9+/]{8,}={0,2})`,
    accepts: isBasic,
    reach: [4, 440],
  },
  {
    name: 'encoded-private-key',
    // "-----BEGIN" in base64, as kubeconfig and CI variables keep it.
    anchors: ['ls0tls1crudjti'],
    pattern: `LS0tLS1CRUdJTi[A-Za-z0-9+/=]{60,}`,
    accepts: (value) =>
      /PRIVATE KEY/.test(Buffer.from(value.slice(0, 120), 'base64').toString('latin1')),
    reach: [4, 8000],
    confidence: 'high',
  },
  {
    name: 'bootstrap-token',
    anchors: ['bootstrap', 'kubeadm'],
    pattern: `(?i)(?:bootstrap|kubeadm)[\\w \\t"':=./-]{1,80}?\\b(?P<value>[a-z0-9]{6}\\.[a-z0-9]{16})\\b`,
    accepts: (value) => isKeyLike(value.slice(7)) || /[0-9]/.test(value.slice(7)),
    reach: [4, 130],
  },
  {
    name: 'azure-sas',
    anchors: ['sig='],
    pattern: `(?i)(?:[?&]|&amp;)sig=(?P<value>[A-Za-z0-9%+/]{40,80}(?:%3D|=))`,
    accepts: (value) => isKeyLike(value.replace(/%3D|=/gi, '').replaceAll('%', '')),
    reach: [6, 100],
  },
  {
    name: 'wifi-password',
    anchors: ['wifi:', 'psk='],
    pattern: `(?i)(?:wifi:[^\\n]{1,80};p:|psk=)\\\\?["']?(?P<value>[^;"'\\s\\\\]{8,63})`,
    accepts: isPassword,
    reach: [4, 160],
  },
  {
    name: 'otp-secret',
    anchors: ['otpauth://'],
    pattern: `(?i)otpauth://(?:totp|hotp)/[^\\s"']{1,200}secret=(?P<value>[A-Z2-7]{16,64})`,
    accepts: (value) => !isPlaceholder(value) && value !== 'JBSWY3DPEHPK3PXP',
    reach: [4, 300],
    confidence: 'high',
  },
];

/** User and password in base64 (RFC 7617), of which the second is none that everybody knows. */
function isBasic(value: string): boolean {
  const text = Buffer.from(value, 'base64').toString('latin1');
  const at = text.indexOf(':');
  if (at < 0 || !/^[\x20-\x7e]+$/.test(text)) return false;
  const [user, password] = [text.slice(0, at), text.slice(at + 1)];
  const secret = password === '' || password === 'x-oauth-basic' ? user : password;
  return isInPlace(secret) && (isPasswordLike(secret, 5) || isKeyLike(secret));
}

function isUrlPassword(value: string, match: string): boolean {
  const user = /:\/\/([^:]*):/.exec(match)?.[1] ?? '';
  return (
    isInPlace(value) &&
    value.toLowerCase() !== user.toLowerCase() &&
    !/^[A-Z_]+$/.test(value) &&
    !/[{}<>]/.test(value) &&
    (isPasswordLike(value, 4) || value.length >= 8)
  );
}

/** A value of a Kubernetes Secret: base64, of something that is no word and no example. */
function isEncodedSecret(value: string): boolean {
  const text = Buffer.from(value, 'base64').toString('latin1').trim();
  if (value.length < 12 || isPlaceholder(value)) return false;
  if (!/^[\x20-\x7e\s]+$/.test(text)) return true;
  return (
    !isPlaceholder(text) && !isKnownWord(text) && (text.length > 24 || (wordiness(text) ?? 0) < 5.2)
  );
}
