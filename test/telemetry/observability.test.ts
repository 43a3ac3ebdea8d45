/**
 * The dashboard and the alert rules of examples/observability: they name metrics and labels that exist, and promtool finds
 * nothing wrong with them, nor with what a gateway answers.
 */

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { parse } from 'yaml';
import { freePort } from '../../bench/free-port.ts';
import type { Metric } from '../../src/telemetry/registry.ts';
import { METRICS } from '../../src/telemetry/table.ts';
import { fixture, RunningGateway } from '../e2e/running-gateway.ts';
import { ModernClient } from '../support/modern-client.ts';
import { runProcess } from '../support/spawn.ts';
import { projectFolder } from '../support/temp.ts';
import { parseMetrics } from './scraped.ts';

const folder = join(projectFolder(), 'examples/observability');
const file = (name: string) => readFileSync(join(folder, name), 'utf8');

const promtool = (process.env.PATH ?? '')
  .split(delimiter)
  .map((path) => join(path, 'promtool'))
  .find((path) => existsSync(path));
const skip = promtool === undefined ? 'promtool is not installed' : false;

async function check(args: readonly string[], input = ''): Promise<void> {
  const { status, stdout, stderr } = await runProcess(promtool!, args, { cwd: folder, input });
  assert.equal(status, 0, stdout + stderr);
}

/** What a query can name, with the labels that it has. */
function samples(): Map<string, readonly string[]> {
  const all = new Map<string, readonly string[]>();
  for (const [name, { type, labels }] of Object.entries<Metric>(METRICS)) {
    if (type === 'counter') all.set(`${name}_total`, labels);
    if (type === 'gauge') all.set(name, labels);
    if (type !== 'histogram') continue;
    all.set(`${name}_bucket`, [...labels, 'le']);
    for (const suffix of ['_count', '_sum']) all.set(name + suffix, labels);
  }
  return all;
}

const KNOWN = samples();
/** Labels that Prometheus adds. */
const ADDED = ['job', 'instance'];

function judge(expression: string): number {
  const named = [...expression.matchAll(/\b((?:sluice|process)_[a-z_]+)\b(?:\{([^}]*)\})?/g)];
  for (const [, name = '', matchers = ''] of named) {
    const labels = KNOWN.get(name);
    assert.ok(labels !== undefined, `there is no ${name}: ${expression}`);
    for (const [, label = ''] of matchers.matchAll(/([a-z_]+)\s*(?:=~|!~|!=|=)/g)) {
      assert.ok([...labels, ...ADDED].includes(label), `${name} has no label ${label}`);
    }
  }
  return named.length;
}

interface Dashboard {
  readonly panels: readonly { readonly targets?: readonly { readonly expr: string }[] }[];
  readonly annotations: { readonly list: readonly { readonly expr: string }[] };
  readonly templating: { readonly list: readonly { readonly query: string | { query: string } }[] };
}

interface Rules {
  readonly groups: readonly { readonly rules: readonly { readonly expr: string }[] }[];
}

describe('examples/observability', { timeout: 180_000 }, () => {
  it('has a dashboard of metrics that exist', () => {
    const { panels, annotations, templating } = JSON.parse(file('dashboard.json')) as Dashboard;
    const targets = panels.flatMap((panel) => panel.targets ?? []);
    const queries = templating.list.map(({ query }) =>
      typeof query === 'string' ? query : query.query,
    );
    const all = [...[...targets, ...annotations.list].map(({ expr }) => expr), ...queries];
    assert.ok(all.reduce((sum, expression) => sum + judge(expression), 0) > 40);
  });

  it('has alerts on metrics that exist', () => {
    const { groups } = parse(file('alerts.yaml')) as Rules;
    const rules = groups.flatMap((group) => group.rules);
    assert.ok(rules.reduce((sum, { expr }) => sum + judge(expr), 0) > 12);
  });

  it('has rules that promtool accepts, and that say what they should', { skip }, async () => {
    await check(['check', 'rules', 'alerts.yaml']);
    await check(['test', 'rules', 'alerts-test.yaml']);
    await check(['check', 'config', '--syntax-only', 'prometheus.yaml']);
  });
});

describe('/metrics of a gateway', { timeout: 180_000 }, () => {
  let gateway: RunningGateway;
  let url: string;
  before(async () => {
    const port = await freePort();
    url = `http://127.0.0.1:${port}/metrics`;
    gateway = await RunningGateway.start({
      servers: { all: fixture('legacy') },
      limits: [{ id: 'few', rate: '1000/s' }],
      audit: { sinks: [{ id: 'copy', kind: 'file', path: 'copy.jsonl' }] },
      admin: { port, metrics: 'open' },
    });
    await gateway.settled();
    await new ModernClient(gateway.url).call('test_simple_text');
  });
  after(() => gateway?.stop());

  async function scrape(accept: string): Promise<string> {
    const response = await fetch(url, { headers: { accept } });
    assert.equal(response.status, 200);
    return response.text();
  }

  it('has every metric of the table, but for what did not happen', async () => {
    const families = parseMetrics(await scrape('application/openmetrics-text'), true);
    const missing = Object.keys(METRICS).filter((name) => !families.has(name));
    assert.deepEqual(missing, [
      'sluice_refusals',
      'sluice_slow_calls',
      'sluice_breaker_open',
      'sluice_findings',
      'sluice_session_changes',
      'sluice_spans',
      'sluice_spans_waiting',
    ]);
  });

  it('is what promtool accepts', { skip }, async () => {
    await check(['check', 'metrics'], await scrape('text/plain'));
  });
});
