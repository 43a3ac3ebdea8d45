/**
 * Calls while /metrics is read: what does a scrape cost the callers?
 *
 * One Sluice that has some five thousand series, since so many tools of so many servers were called; small calls to one
 * other server on a fixed schedule, with a scrape each second and without one, in turns. The scraper reads as fast as it can.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../free-port.ts';
import { callRequest, closeSession, credentials, openSession } from './control.ts';
import type { Cpus } from './cpus.ts';
import { type Player, start } from './deck.ts';
import { type Errors, errorsOf, type Figures, figuresOf, median, ratio } from './figures.ts';
import { echo, manyTools, type Subject, sluice } from './roster.ts';
import { measure } from './rounds.ts';
import type { Settings } from './settings.ts';

const CONNECTIONS = 16;
/** As Prometheus at its most eager. */
const EVERY_MS = 1000;
const ERA = 'legacy';
const TOOLS = 20;

export interface Scraped extends Errors {
  readonly subject: string;
  readonly rate: number;
  /** Lines of one scrape that are samples, and how long it took from the outside, in ms. */
  readonly series: number;
  readonly scrapeMs: number;
  readonly scrapes: number;
  readonly without: ScrapedFigures;
  readonly scraped: ScrapedFigures;
  /** Medians of the ratios within a round. */
  readonly ratioP50: number;
  readonly ratioP99: number;
}

type ScrapedFigures = Readonly<Record<(typeof SHOWN)[number], number>>;
const SHOWN = ['p50', 'p99', 'p999', 'max'] as const;

export async function whileScraped(
  { name, sluice: options }: Subject,
  settings: Settings,
  cpus: Cpus,
): Promise<Scraped> {
  const [port, admin] = [await freePort(), await freePort()];
  const base = `http://127.0.0.1:${port}/mcp`;
  const config = { telemetry: { metrics: true }, admin: { port: admin, metrics: 'open' } };
  const features = [...(options?.features ?? []), { name: 'scraped', config }];
  const names = Array.from({ length: settings.scrapedServers }, (_, at) => `many${at}`);
  const many = Object.fromEntries(names.map((one) => [one, manyTools(TOOLS)]));
  const servers = { small: echo(ERA), ...many };
  const program = sluice(port, servers, { ...options, features });
  const player = await start({ name, url: `${base}/small` }, program, ERA, cpus);
  try {
    for (const one of names) await callEach(`${base}/${one}`);
    return await compare(player, new Scraper(`http://127.0.0.1:${admin}/metrics`), settings, cpus);
  } finally {
    await player.stop();
  }
}

/** A tool has its series from its first call on. */
async function callEach(url: string): Promise<void> {
  const session = await openSession(url);
  for (let at = 0; at < TOOLS; at++) {
    const { headers, body } = callRequest(ERA, at, `tool_${at}`, {}, session);
    const all = { ...headers, ...credentials(url) };
    const response = await fetch(url, { method: 'POST', headers: all, body });
    const text = await response.text();
    if (!text.includes('done')) throw new Error(`tool_${at} has not answered: ${text}`);
  }
  await closeSession(url, session);
}

class Scraper {
  readonly #url: string;
  readonly times: number[] = [];
  series = 0;
  #isOver = false;

  constructor(url: string) {
    this.#url = url;
  }

  /** Each second, until what is measured is over. */
  async during<T>(measured: Promise<T>): Promise<T> {
    this.#isOver = false;
    const scraping = this.#scrape();
    try {
      return await measured;
    } finally {
      this.#isOver = true;
      await scraping;
    }
  }

  async #scrape(): Promise<void> {
    while (!this.#isOver) {
      const from = performance.now();
      const text = await (await fetch(this.#url)).text();
      const took = performance.now() - from;
      this.times.push(took);
      this.series = text.split('\n').filter((line) => line !== '' && line[0] !== '#').length;
      await sleep(Math.max(0, EVERY_MS - took));
    }
  }
}

async function compare(player: Player, scraper: Scraper, settings: Settings, cpus: Cpus) {
  const { warmupMs, scrapedMs: durationMs, isRough, scrapedRate: rate } = settings;
  const mix = [{ kind: 'call' as const, bytes: 300, weight: 1 }];
  const shape = { era: ERA, connections: CONNECTIONS, rate, mix } as const;
  const times = { warmupMs, durationMs, isRough };
  const quiet = () => measure(player, shape, times, cpus).then(figuresOf);
  const busy = () => scraper.during(quiet());
  const rounds: { without: Figures; scraped: Figures }[] = [];
  for (let round = 0; round < settings.rounds; round++) {
    if (round % 2 === 0) {
      const without = await quiet();
      rounds.push({ without, scraped: await busy() });
    } else {
      const scraped = await busy();
      rounds.push({ without: await quiet(), scraped });
    }
  }
  const figures = (of: 'without' | 'scraped') =>
    Object.fromEntries(
      SHOWN.map((figure) => [figure, median(rounds.map((round) => round[of][figure]))]),
    ) as ScrapedFigures;
  const ratios = (figure: 'p50' | 'p99') =>
    median(rounds.map(({ without, scraped }) => ratio(scraped[figure], without[figure])));
  return {
    subject: player.name,
    rate,
    series: scraper.series,
    scrapeMs: median(scraper.times),
    scrapes: scraper.times.length,
    without: figures('without'),
    scraped: figures('scraped'),
    ratioP50: ratios('p50'),
    ratioP99: ratios('p99'),
    ...errorsOf(rounds.flatMap(({ without, scraped }) => [without, scraped])),
  };
}
