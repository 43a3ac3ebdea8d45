/**
 * `sluice scan`: inspects what it is given under a configuration, as the gateway would, and says what it found.
 *
 * Files or stdin as texts that a server answered, or a dump of a tools/list; the tools of servers, started for it; with
 * `--jsonl` rows of a corpus, one verdict for each. For CI: 0 nothing that the gateway would act on, 1 something.
 */

import { existsSync } from 'node:fs';
import type { Config } from '../config/config.ts';
import type { GatewayConfig } from '../gateway/gateway.ts';
import {
  type Direction,
  defaultInspection,
  type InspectConfig,
  Inspection,
  leavesOf,
  mentionsIn,
  placesOf,
  ToolNames,
} from '../inspect/inspect.ts';
import { EXIT, type Exit } from './exit.ts';
import { absolute, DEFAULT_FILE } from './file.ts';
import { loadOrSay } from './load.ts';
import type { ScanOptions } from './scan.ts';
import { type Form, isClean, type ScanFinding, type ScanReport, sayReport } from './scan-report.ts';
import { inputOf, scanRows } from './scan-rows.ts';
import { foreignConfig, isClientFile, offersOf } from './scan-servers.ts';
import type { Terminal } from './terminal.ts';

/** A text that is larger is no text. */
const FILE_BYTES_MAX = 64 * 1024 * 1024;

/** What is inspected at once, and how it is called in the report. */
interface Piece {
  readonly where: string;
  readonly what?: string;
  readonly server: string;
  readonly tool: string;
  readonly direction: Direction;
  /** JSON. */
  readonly bytes: Buffer;
  readonly isTool: boolean;
}

export async function scan(
  terminal: Terminal,
  files: readonly string[],
  options: ScanOptions,
): Promise<Exit> {
  const config = await configOf(terminal, options);
  if (config === undefined) return EXIT.usage;
  // Nobody else waits for this thread: everything is inspected in it, and how long that takes is its own time.
  const { maxBytes: inlineBytes } = config.inspect;
  const inspection = new Inspection({ ...config.inspect, inlineBytes });
  if (options.jsonl === true) inspection.warm();
  terminal.around.optimise();
  if (options.jsonl === true) return scanRows(terminal, inspection, files);
  const wantsServers = options.server !== undefined || options.config !== undefined;
  const { gateway } = config;
  if (options.server !== undefined && gateway === undefined) {
    terminal.err(`There is no ${DEFAULT_FILE} here to have a server "${options.server}"; see -c.`);
    return EXIT.usage;
  }
  if (files.length === 0 && wantsServers && gateway !== undefined) {
    const chosen = chosenOf(gateway, options.server);
    if (chosen !== undefined) return scanServers(terminal, inspection, chosen, options);
    terminal.err(`There is no server "${options.server}" in the configuration.`);
    return EXIT.usage;
  }
  if (files.length === 0 && terminal.isInteractive) terminal.err('Reading stdin.');
  return scanFiles(terminal, inspection, files.length === 0 ? ['-'] : files, options);
}

/** Undefined after what is wrong with the file was said. */
async function configOf(
  terminal: Terminal,
  options: ScanOptions,
): Promise<{ inspect: InspectConfig; gateway?: GatewayConfig } | undefined> {
  const file = absolute(terminal, options.config ?? DEFAULT_FILE);
  if (options.config === undefined && !existsSync(file)) return { inspect: defaultInspection() };
  if (isClientFile(file)) {
    const gateway = foreignConfig(terminal, file);
    if (typeof gateway !== 'string') return { inspect: defaultInspection(), gateway };
    terminal.err(gateway);
    return undefined;
  }
  const config: Config | undefined = loadOrSay(terminal, file);
  return config === undefined ? undefined : { inspect: config.inspect, gateway: config };
}

function chosenOf(config: GatewayConfig, name: string | undefined): GatewayConfig | undefined {
  if (name === undefined) return config;
  const server = Object.hasOwn(config.servers, name) ? config.servers[name] : undefined;
  return server === undefined ? undefined : { ...config, servers: { [name]: server } };
}

// === servers ===

async function scanServers(
  terminal: Terminal,
  inspection: Inspection,
  config: GatewayConfig,
  options: ScanOptions,
): Promise<Exit> {
  const { offers, reports } = await offersOf(terminal, config);
  const pieces = offers.map(({ server, kind, key, bytes }): Piece => {
    const what = `${kind} ${key}`.trim();
    const isTool = kind === 'tools';
    return { where: server, what, server, tool: key, direction: 'definition', bytes, isTool };
  });
  const faults = reports
    .filter(({ status }) => status !== 'ready' && status !== 'disabled')
    .map(({ name, fault }) => ({ where: name, why: fault ?? 'The server did not start.' }));
  const { naming, servers } = config;
  const names = new ToolNames(Object.keys(servers), naming.separator);
  for (const { server, kind, key } of offers) if (kind === 'tools') names.add(server, [key]);
  return await report(terminal, inspection, pieces, faults, options, names);
}

// === files ===

async function scanFiles(
  terminal: Terminal,
  inspection: Inspection,
  files: readonly string[],
  options: ScanOptions,
): Promise<Exit> {
  const pieces: Piece[] = [];
  const faults: { where: string; why: string }[] = [];
  for (const file of files) {
    const text = await textOf(terminal, file);
    if (typeof text === 'string') pieces.push(...piecesOf(file, text));
    else faults.push({ where: file, why: text.why });
  }
  return await report(terminal, inspection, pieces, faults, options);
}

async function textOf(terminal: Terminal, file: string): Promise<string | { why: string }> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of inputOf(terminal, file)) {
      chunks.push(chunk as Buffer);
      length += (chunk as Buffer).length;
      if (length > FILE_BYTES_MAX) return { why: 'It is too large to be scanned.' };
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EISDIR') return { why: 'It is a folder; name the files in it.' };
    return { why: `It cannot be read (${code}).` };
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The tools of a dumped tools/list, or else the whole as a text. */
function piecesOf(where: string, text: string): Piece[] {
  const tools = toolsIn(text);
  if (tools === undefined) {
    const bytes = Buffer.from(JSON.stringify(text));
    return [{ where, server: '', tool: '', direction: 'response', bytes, isTool: false }];
  }
  return tools.map((tool): Piece => {
    const { name } = tool as { name?: unknown };
    const key = typeof name === 'string' ? name : '';
    const bytes = Buffer.from(JSON.stringify(tool));
    const what = `tools ${key}`;
    return { where, what, server: '', tool: key, direction: 'definition', bytes, isTool: true };
  });
}

function toolsIn(text: string): object[] | undefined {
  if (!/^\s*[{[]/.test(text) || !text.includes('"inputSchema"')) return undefined;
  try {
    const root = JSON.parse(text) as { tools?: unknown; result?: { tools?: unknown } };
    const tools = Array.isArray(root) ? root : (root.tools ?? root.result?.tools);
    if (!Array.isArray(tools)) return undefined;
    return tools.filter((tool) => typeof tool === 'object' && tool !== null);
  } catch {
    return undefined;
  }
}

// === the report ===

async function report(
  terminal: Terminal,
  inspection: Inspection,
  pieces: readonly Piece[],
  faults: ScanReport['faults'],
  options: ScanOptions,
  names?: ToolNames,
): Promise<Exit> {
  const findings: ScanFinding[] = [];
  const missed = [...faults];
  for (const piece of pieces) {
    const { where, server, tool, direction, bytes, isTool } = piece;
    const { maxBytes } = inspection.config;
    if (bytes.length > maxBytes) {
      missed.push({ where, why: `It is larger than inspect.maxBytes (${maxBytes} bytes).` });
      continue;
    }
    const about = { direction, server, tool, definition: isTool ? bytes : null };
    try {
      const verdict = await inspection.verdict(bytes, about, Date.now());
      const clash = names === undefined || !isTool ? undefined : clashOf(inspection, piece, names);
      const all = [...(verdict?.findings ?? []), ...(clash?.findings ?? [])];
      findings.push(...once(all.map((one) => findingOf(piece, one))));
    } catch (error) {
      missed.push({ where, why: `It could not be inspected: ${(error as Error).message}` });
    }
  }
  const found = { findings, faults: missed, scanned: pieces.length };
  const form: Form = options.sarif === true ? 'sarif' : options.json === true ? 'json' : 'text';
  sayReport(terminal, found, form);
  if (missed.length > 0) return EXIT.unavailable;
  return isClean(found) ? EXIT.ok : EXIT.wrong;
}

/** What of a tool is wrong only beside those of other servers. */
function clashOf(
  inspection: Inspection,
  { server, tool, bytes }: Piece,
  names: ToolNames,
): ReturnType<Inspection['judge']> {
  const texts = leavesOf(JSON.parse(bytes.toString('utf8'))).filter(({ isKey }) => !isKey);
  const mentions = mentionsIn(texts.map(({ text }) => text));
  const found = names.findings(server, tool, mentions, inspection.sharedNames);
  return inspection.judge(found, { direction: 'definition', server, tool, definition: null });
}

/** The same at the same place is one thing, though two letters of it may be wrong. */
function once(findings: readonly ScanFinding[]): ScanFinding[] {
  return [...new Map(findings.map((one) => [JSON.stringify(one), one])).values()];
}

type Judged = NonNullable<Awaited<ReturnType<Inspection['verdict']>>>['findings'][number];

function findingOf({ where, what, direction }: Piece, finding: Judged): ScanFinding {
  const { action, class: kind, rule, confidence, pack, span, leaf } = finding;
  const from = pack === undefined ? {} : { pack };
  const told = { action, class: kind, rule, confidence, ...from, where };
  if (direction !== 'response') {
    // As the gateway shows it: a name of a member can be the secret itself.
    const path = placesOf([finding])[0]?.path ?? '';
    return { ...told, ...(what === undefined ? {} : { what }), path };
  }
  const before = leaf?.text.slice(0, span?.[0] ?? 0) ?? '';
  const line = before.split('\n').length;
  return { ...told, line, column: before.length - before.lastIndexOf('\n') };
}
