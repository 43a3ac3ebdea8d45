/**
 * What a scan found, for people, for programs and for code scanning (SARIF 2.1.0, OASIS).
 *
 * Says what and where, never the value: reports are kept in places where secrets do not belong.
 */

import { pathToFileURL } from 'node:url';
import { VERSION } from '../protocol/identity.ts';
import { oneLine, type Terminal } from './terminal.ts';

export interface ScanFinding {
  readonly action: 'block' | 'redact' | 'flag';
  readonly class: string;
  readonly rule: string;
  readonly confidence: string;
  /** `name@version` of the pack whose rule it is. */
  readonly pack?: string;
  /** The file, '-' for stdin, or the server. */
  readonly where: string;
  /** From 1, in characters; left out where the place is not in a text of lines. */
  readonly line?: number;
  readonly column?: number;
  /** Of a server: `tools look`; '' for its instructions. */
  readonly what?: string;
  /** JSON Pointer into the definition. */
  readonly path?: string;
}

export interface ScanReport {
  readonly findings: readonly ScanFinding[];
  /** What could not be scanned, and why. */
  readonly faults: readonly { readonly where: string; readonly why: string }[];
  readonly scanned: number;
}

export type Form = 'text' | 'json' | 'sarif';

export function sayReport(terminal: Terminal, report: ScanReport, form: Form): void {
  if (form === 'sarif') terminal.json(sarifOf(terminal, report));
  else if (form === 'json') terminal.json({ ok: isClean(report), ...report });
  else sayWords(terminal, report);
}

export function isClean({ findings, faults }: ScanReport): boolean {
  return faults.length === 0 && findings.every(({ action }) => action === 'flag');
}

function sayWords(terminal: Terminal, { findings, faults, scanned }: ScanReport): void {
  for (const finding of findings) {
    const style = finding.action === 'flag' ? 'dim' : 'red';
    const action = terminal.paint(style, finding.action.padEnd(6));
    terminal.out(`${action}  ${finding.rule}  ${placeOf(finding)}`);
  }
  for (const { where, why } of faults) terminal.err(`${oneLine(where, 200)}: ${why}`);
  const acted = findings.filter(({ action }) => action !== 'flag').length;
  terminal.err(`${scanned} scanned, ${acted} found, ${findings.length - acted} recorded only.`);
}

function placeOf({ where, line, column, what, path }: ScanFinding): string {
  if (line !== undefined) return `${oneLine(where, 200)}:${line}:${column}`;
  return [where, what, path]
    .filter(Boolean)
    .map((part) => oneLine(part ?? '', 200))
    .join('  ');
}

const LEVEL = { block: 'error', redact: 'error', flag: 'note' } as const;

function sarifOf(terminal: Terminal, { findings, faults }: ScanReport): object {
  const rules = [...new Map(findings.map((one) => [one.rule, one])).values()];
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'sluice',
            version: VERSION,
            rules: rules.map(({ rule, class: kind, pack }) => ({
              id: rule,
              shortDescription: { text: `${kind}: ${rule}` },
              properties: { tags: ['security', kind], ...(pack === undefined ? {} : { pack }) },
            })),
          },
        },
        invocations: [
          {
            executionSuccessful: faults.length === 0,
            toolExecutionNotifications: faults.map(({ where, why }) => ({
              level: 'error',
              message: { text: `${where}: ${why}` },
            })),
          },
        ],
        results: findings.map((finding) => resultOf(terminal, finding)),
      },
    ],
  };
}

function resultOf(terminal: Terminal, finding: ScanFinding): object {
  const { rule, action, class: kind, confidence, where, line, column } = finding;
  const isFile = line !== undefined && where !== '-';
  const location = isFile
    ? {
        physicalLocation: {
          artifactLocation: uriOf(terminal, where),
          region: { startLine: line, startColumn: column },
        },
      }
    : { logicalLocations: [{ fullyQualifiedName: placeOf(finding) }] };
  return {
    ruleId: rule,
    level: LEVEL[action],
    message: { text: `${kind} found by ${rule} (${confidence} confidence): ${action}` },
    locations: [location],
  };
}

/** Below the working folder as a relative reference, which is what code scanning services resolve. */
function uriOf(terminal: Terminal, file: string): object {
  const root = pathToFileURL(`${terminal.around.cwd}/`).href;
  const { href } = new URL(pathToFileURL(file).href);
  return href.startsWith(root)
    ? { uri: href.slice(root.length), uriBaseId: '%SRCROOT%' }
    : { uri: href };
}
