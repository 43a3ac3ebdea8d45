/**
 * Records as other programs read them: CSV for a spreadsheet, CEF and OCSF for a SIEM.
 *
 * Pure, one record after the other. What a caller chose is escaped by the rules of each form, and in CSV kept from being a
 * formula (OWASP, CSV injection): the one who opens the file is the auditor.
 */

import { isIPv6 } from 'node:net';
import { VERSION as PRODUCT_VERSION } from '../protocol/identity.ts';
import { fieldOf } from './index-file.ts';
import type { AuditRecord } from './record.ts';

export const FORMATS = ['jsonl', 'csv', 'cef', 'ocsf'] as const;
export type Format = (typeof FORMATS)[number];

const COLUMNS = [
  'seq',
  'time',
  'kind',
  'id',
  'outcome',
  'refusal',
  'rule',
  'method',
  'server',
  'tool',
  'original',
  'caller.id',
  'caller.by',
  'caller.agent',
  'caller.user',
  'caller.tenant',
  'caller.credential',
  'address',
  'session',
  'route',
  'bytesIn',
  'bytesOut',
  'attempts',
  'cache',
  'us.total',
  'us.server',
  'limit',
  'trace',
  'findings',
  'approval.by',
  'approval.outcome',
  'approval.who',
  'action',
  'by',
  'target',
  'path',
] as const;

export function header(format: Format): string | undefined {
  return format === 'csv' ? COLUMNS.join(',') : undefined;
}

/** `line` is the record as it stands in the log. */
export function formatted(format: Format, record: AuditRecord, line: string): string {
  if (format === 'csv') return COLUMNS.map((field) => csvCell(fieldOf(record, field))).join(',');
  if (format === 'cef') return cef(record);
  if (format === 'ocsf') return JSON.stringify(ocsf(record));
  return line;
}

/** What a spreadsheet takes for the beginning of a formula, the full-width forms of it too. */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;

export function csvCell(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'number') return String(value);
  let text = typeof value === 'string' ? value : JSON.stringify(value);
  if (FORMULA.test(text)) text = `'${text}`;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** ArcSight Common Event Format, revision 25: severity 0 to 10. */
function cef(record: AuditRecord): string {
  const { kind, outcome, refusal, time, id, method, address, seq } = record;
  const text = (field: string) => String(fieldOf(record, field) ?? '');
  const name = String(kind === 'call' ? (method ?? kind) : (record.action ?? kind));
  const signature = refusal === undefined ? `${kind}` : `${kind}:${refusal}`;
  const severity = severityOf(record);
  const extension: [string, unknown][] = [
    ['rt', Date.parse(String(time))],
    ['externalId', id ?? seq],
    ['outcome', outcome],
    ['reason', refusal],
    // `src` is for IPv4 only.
    ['c6a2Label', 'source'],
    ['c6a2', isIPv6(String(address)) ? address : ''],
    ['src', isIPv6(String(address)) ? '' : address],
    ['suser', text('caller.id')],
    ['cs1Label', 'tool'],
    ['cs1', [record.server, record.original].filter(Boolean).join('.')],
    ['cs2Label', 'tenant'],
    ['cs2', text('caller.tenant')],
    ['cs3Label', 'rule'],
    ['cs3', record.rule],
    ['cs4Label', 'session'],
    ['cs4', record.session],
    ['cs5Label', 'findings'],
    ['cs5', record.findings === undefined ? '' : JSON.stringify(record.findings)],
    ['in', record.bytesIn],
    ['out', record.bytesOut],
  ];
  const pairs = extension.filter(([, value]) => value !== undefined && value !== '');
  const written = pairs
    .filter(([key], at) => !key.endsWith('Label') || pairs[at + 1]?.[0] === key.slice(0, -5))
    .map(([key, value]) => `${key}=${cefValue(String(value))}`);
  const head = ['Sluice', 'Sluice', PRODUCT_VERSION, signature, name, String(severity)].map(
    cefHead,
  );
  return `CEF:0|${head.join('|')}|${written.join(' ')}`;
}

/** What ends a line to some readers though it is no LF (NEL, U+2028, vertical tabs), and what drives a terminal. */
const UNSEEN = /[\u0000-\u0009\u000b\u000c\u000e-\u001f\u007f-\u009f\u2028\u2029]/g;

function cefHead(text: string): string {
  return text
    .replace(UNSEEN, ' ')
    .replace(/[\\|]/g, '\\$&')
    .replace(/[\r\n]+/g, ' ');
}

function cefValue(text: string): string {
  const seen = text.replace(UNSEEN, ' ').replace(/[\\=]/g, '\\$&');
  return seen.replaceAll('\n', '\\n').replaceAll('\r', '\\r');
}

function severityOf({ outcome, findings, kind, refusal }: AuditRecord): number {
  if (findings !== undefined || kind === 'gap' || kind === 'recovery') return 8;
  if (refusal === 'unauthenticated' || refusal === 'forbidden') return 6;
  if (outcome === 'refused' || outcome === 'failed') return 5;
  return outcome === 'tool_error' ? 3 : 1;
}

/** Of `activity_id`: another one than creating, reading, updating and deleting, named beside it. */
const OTHER_ACTIVITY = 99;

/** OCSF 1.3: API Activity (6003), category Application Activity. What is not known is left out: an empty text is no address. */
function ocsf(record: AuditRecord): object {
  const { kind, outcome, time, id, seq, method, refusal } = record;
  const isGood = outcome === 'ok' || outcome === undefined;
  const text = (field: string) => String(fieldOf(record, field) ?? '') || undefined;
  const address = text('address');
  return {
    class_uid: 6003,
    class_name: 'API Activity',
    category_uid: 6,
    activity_id: OTHER_ACTIVITY,
    activity_name: String(kind === 'call' ? method : (record.action ?? kind)),
    type_uid: 600_300 + OTHER_ACTIVITY,
    time: Date.parse(String(time)),
    severity_id: Math.min(4, 1 + Math.floor(severityOf(record) / 2.5)),
    status_id: isGood ? 1 : 2,
    status_code: refusal,
    status_detail: record.detail,
    metadata: {
      version: '1.3.0',
      uid: String(id ?? seq),
      sequence: seq,
      product: { name: 'Sluice', vendor_name: 'Sluice', version: PRODUCT_VERSION },
      correlation_uid: record.trace,
    },
    actor: {
      user: { uid: text('caller.id'), name: text('caller.user'), type: text('caller.by') },
      session: record.session ? { uid: text('session') } : undefined,
      app_name: text('caller.agent'),
    },
    api: {
      operation: String(method ?? record.action ?? kind),
      service: record.server ? { name: text('server') } : undefined,
      request: { uid: String(id ?? seq) },
      response: refusal === undefined ? undefined : { error: refusal },
    },
    // Over stdio nobody has an address, and the log itself has none.
    src_endpoint: address === undefined ? { name: 'local' } : { ip: address },
    resources: record.original ? [{ name: text('original'), type: 'tool' }] : undefined,
    duration: Math.round(Number(fieldOf(record, 'us.total') ?? 0) / 1000),
    unmapped: {
      tenant: text('caller.tenant'),
      route: text('route'),
      rule: record.rule,
      findings: record.findings,
      outcome,
      bytes_in: record.bytesIn,
      bytes_out: record.bytesOut,
    },
  };
}
