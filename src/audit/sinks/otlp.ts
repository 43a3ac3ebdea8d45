/**
 * OpenTelemetry logs over HTTP, in the JSON form of OTLP 1: the record as it stands is the body, what one filters by are
 * attributes.
 */

import { NAME, VERSION } from '../../protocol/identity.ts';
import type { SinkConfig } from '../config.ts';
import { fieldOf, INDEXED } from '../index-file.ts';
import type { AuditRecord } from '../record.ts';
import { type Carried, isRefused, post, type Refused, type Sink } from './sink.ts';

type Config = Extract<SinkConfig, { kind: 'otlp' }>;

const INFO = 9;
const WARN = 13;
const ERROR = 17;
/** A collector refuses a batch with another one in it, as often as it comes. */
const TRACE = /^[0-9a-f]{32}$/;
const ATTRIBUTES = [
  'id',
  'seq',
  'original',
  'rule',
  'bytesIn',
  'bytesOut',
  'attempts',
  'us.total',
  ...INDEXED,
];

export class OtlpSink implements Sink {
  readonly #config: Config;

  constructor(config: Config) {
    this.#config = config;
  }

  async take(batch: readonly Carried[]): Promise<string | undefined | Refused> {
    const { url, headers } = this.#config;
    const logs = {
      resourceLogs: [
        {
          resource: { attributes: [attribute('service.name', NAME)] },
          scopeLogs: [
            {
              scope: { name: `${NAME}.audit`, version: VERSION },
              logRecords: batch.map(logRecord),
            },
          ],
        },
      ],
    };
    const all = { ...headers, 'content-type': 'application/json' };
    const response = await post(url, all, Buffer.from(JSON.stringify(logs)));
    if (isRefused(response)) return response;
    const answer = (await response.json().catch(() => ({}))) as {
      partialSuccess?: { rejectedLogRecords?: number | string };
    };
    // They would be rejected again: OTLP forbids to send them anew.
    const rejected = Number(answer.partialSuccess?.rejectedLogRecords ?? 0);
    return rejected > 0 ? `the sink has rejected ${rejected} records` : undefined;
  }

  close(): void {}
}

function logRecord({ line, record }: Carried) {
  const nanos = `${Date.parse(String(record.time))}000000`;
  const severityNumber = severityOf(record);
  return {
    timeUnixNano: nanos,
    observedTimeUnixNano: nanos,
    severityNumber,
    severityText: severityNumber === INFO ? 'INFO' : severityNumber === WARN ? 'WARN' : 'ERROR',
    body: { stringValue: line.utf8Slice() },
    attributes: ATTRIBUTES.flatMap((field) => {
      const value = fieldOf(record, field);
      const isOne = typeof value === 'number' || (typeof value === 'string' && value !== '');
      return isOne ? [attribute(`sluice.${field}`, value)] : [];
    }),
    ...(TRACE.test(String(record.trace)) ? { traceId: record.trace } : {}),
  };
}

function severityOf({ outcome, kind }: AuditRecord): number {
  if (outcome === 'failed' || kind === 'gap' || kind === 'recovery') return ERROR;
  return outcome === 'refused' || outcome === 'tool_error' ? WARN : INFO;
}

function attribute(key: string, value: string | number) {
  if (typeof value === 'number') return { key, value: { intValue: String(Math.round(value)) } };
  return { key, value: { stringValue: value } };
}
