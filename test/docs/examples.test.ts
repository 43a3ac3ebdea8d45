/**
 * Everything under examples/ runs: each configuration is started by the real program, and the unit of systemd and the
 * manifests of Kubernetes are valid and agree with it and with the Dockerfile.
 */

import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { parse, parseAllDocuments } from 'yaml';
import { EXIT } from '../../src/cli/exit.ts';
import { loadConfig } from '../../src/config/config.ts';
import { AdminClient } from '../admin/admin-under-test.ts';
import { runProcess, startProcess } from '../support/spawn.ts';
import { compiled, projectFolder, temporaryFolder } from '../support/temp.ts';

type Json = Record<string, unknown>;

const root = projectFolder();
const examples = join(root, 'examples');
const read = (name: string) => readFileSync(join(examples, name), 'utf8');
const TOKEN = '0123456789abcdef0123456789abcdef';
const ENV = {
  SLUICE_ADMIN_TOKEN: TOKEN,
  REMOTE_TOKEN: 'a-token',
  REMOTE_URL: 'http://127.0.0.1:9/mcp',
  POD_IP: '10.0.0.1',
  POD_NAMESPACE: 'sluice',
};

const unit = read('systemd/sluice.service');
const configMap = parse(read('kubernetes/configmap.yaml')) as { data: Record<string, string> };
/** By where they stand. */
const configurations: Record<string, string> = {
  'kubernetes/configmap.yaml': configMap.data['sluice.yaml']!,
};
for (const folder of readdirSync(examples)) {
  const files = readdirSync(join(examples, folder));
  if (files.includes('sluice.yaml')) {
    configurations[`${folder}/sluice.yaml`] = read(`${folder}/sluice.yaml`);
  }
}

/** The same on this machine: free ports of loopback, folders of our own, this repository. */
function here(text: string, folder: string): string {
  for (const name of ['state', 'shared', 'credentials']) mkdirSync(join(folder, name));
  writeFileSync(join(folder, 'credentials/admin-token'), `${TOKEN}\n`);
  const moved = text
    .replaceAll('cwd: ../..', `cwd: ${JSON.stringify(root)}`)
    .replaceAll('/var/lib/sluice', join(folder, 'state'))
    .replaceAll('/srv/shared', join(folder, 'shared'))
    .replaceAll('/run/credentials/sluice.service', join(folder, 'credentials'))
    .replaceAll(/\/opt\/(?:mcp|sluice)/g, root)
    .replaceAll('https://mcp.example.com', 'http://127.0.0.1:9')
    .replaceAll('https://example.com', 'http://127.0.0.1:9');
  const config = parse(moved) as { listen?: Json; admin?: Json };
  const free = { host: '127.0.0.1', port: 0 };
  config.listen = { ...config.listen, ...free };
  if (config.admin !== undefined) config.admin = { ...config.admin, ...free };
  const file = join(folder, 'sluice.yaml');
  writeFileSync(file, JSON.stringify(config));
  return file;
}

describe('the examples', { timeout: 300_000 }, () => {
  for (const [name, text] of Object.entries(configurations)) {
    it(`start: ${name}`, async (t) => {
      const folder = temporaryFolder('example');
      const gateway = await startProcess(
        process.execPath,
        [compiled('src/main.js'), 'start', '-c', here(text, folder)],
        { readyLine: /^listening on (\S+)$/, env: ENV },
      );
      t.after(() => gateway.stop());
      assert.equal((await fetch(new URL('/healthz', gateway.ready))).status, 200);
      const ready = await fetch(new URL('/readyz', gateway.ready));
      assert.ok([200, 503].includes(ready.status));
      const [, admin] =
        /"url":"([^"]+)","msg":"the admin API is open"/.exec(gateway.stderr()) ?? [];
      assert.equal(admin !== undefined, text.includes('\nadmin:') || text.includes('\n    admin:'));
      if (admin === undefined) return;
      assert.equal((await new AdminClient(admin, TOKEN).get('/api/health')).status, 200);
    });
  }
});

describe('the unit of systemd', { timeout: 180_000 }, () => {
  const value = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(unit)?.[1];

  it('starts what the repository builds, with the configuration beside it', () => {
    const { bin } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { bin: Json };
    const main = String(bin.sluice).slice(2);
    assert.equal(
      value('ExecStart'),
      `/usr/bin/node /opt/sluice/${main} start -c /etc/sluice/sluice.yaml`,
    );
    const { listen, state, audit } = parse(read('systemd/sluice.yaml')) as Record<string, Json>;
    for (const dir of [state?.dir, audit?.dir])
      assert.ok(String(dir).startsWith('/var/lib/sluice/'));
    assert.equal(value('StateDirectory'), 'sluice');
    assert.ok(Number(value('TimeoutStopSec')) * 1000 > Number(listen?.drainMs) + 5000);
    assert.equal(value('RestartPreventExitStatus'), String(EXIT.usage));
    assert.equal(value('ExecReload'), '/bin/kill -HUP $MAINPID');
    const credential = value('LoadCredential')?.split(':')[0];
    assert.ok(
      read('systemd/sluice.yaml').includes(`/run/credentials/sluice.service/${credential}`),
    );
  });

  it('is one, and shuts its process in', async (t) => {
    if ((await runProcess('systemd-analyze', ['--version'])).status !== 0) {
      return t.skip('there is no systemd-analyze');
    }
    const file = join(temporaryFolder('unit'), 'sluice.service');
    writeFileSync(
      file,
      unit.replace('/usr/bin/node', process.execPath).replaceAll('/opt/sluice', root),
    );
    const verified = await runProcess('systemd-analyze', ['verify', file]);
    assert.deepEqual([verified.status, verified.stderr], [0, '']);
    const judged = await runProcess('systemd-analyze', [
      ...['security', '--offline=yes', '--threshold=25', file],
    ]);
    assert.equal(judged.status, 0, judged.stdout.slice(-500));
  });
});

type Probe = { readonly httpGet: { readonly path: string; readonly port: string } };

interface Container {
  readonly args: string[];
  readonly env: { name: string; valueFrom?: { secretKeyRef?: { name: string; key: string } } }[];
  readonly ports: { name: string; containerPort: number }[];
  readonly lifecycle: { preStop: { exec: { command: string[] } } };
  readonly securityContext: Json;
  readonly resources: { requests: Json; limits: Json };
  readonly startupProbe: Probe;
  readonly livenessProbe: Probe;
  readonly readinessProbe: Probe;
  readonly volumeMounts: { name: string; mountPath: string; readOnly?: boolean }[];
}

describe('the manifests of Kubernetes', { timeout: 180_000 }, () => {
  const folder = join(examples, 'kubernetes');
  const names = readdirSync(folder).filter((name) => name !== 'kustomization.yaml');
  const documents = names.flatMap((name) =>
    parseAllDocuments(readFileSync(join(folder, name), 'utf8')).map((one) => one.toJS() as Json),
  );
  const kind = (name: string) => documents.find((one) => one.kind === name)!;
  const { spec } = kind('StatefulSet') as {
    spec: { selector: { matchLabels: Json }; template: { metadata: { labels: Json }; spec: Json } };
  };
  const pod = spec.template.spec;
  const container = (pod.containers as Container[])[0]!;

  it('are as the API of their versions has them', () => {
    const require = createRequire(import.meta.url);
    for (const one of documents) {
      const models = require(`kubernetes-models/${String(one.apiVersion)}`) as Record<
        string,
        new (
          value: unknown,
        ) => { validate(): void }
      >;
      const Model = models[String(one.kind)];
      assert.ok(Model !== undefined, String(one.kind));
      new Model(one).validate();
    }
    const { resources } = parse(read('kubernetes/kustomization.yaml')) as { resources: string[] };
    assert.deepEqual(resources.toSorted(), names.toSorted());
  });

  it('run as nobody of importance, on a root that cannot be written, within limits', () => {
    assert.deepEqual(container.securityContext, {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    const { securityContext: own, automountServiceAccountToken } = pod;
    const { runAsNonRoot, runAsUser, seccompProfile } = own as Json;
    assert.deepEqual([runAsNonRoot, runAsUser], [true, 1000]);
    assert.deepEqual(seccompProfile, { type: 'RuntimeDefault' });
    assert.equal(automountServiceAccountToken, false);
    for (const bound of ['cpu', 'memory']) {
      assert.ok(container.resources.limits[bound] !== undefined);
      assert.ok(container.resources.requests[bound] !== undefined);
    }
  });

  it('start what the image has, and write only where a volume is', () => {
    const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8');
    const [, command] = /^CMD (\[.*\])$/m.exec(dockerfile) ?? [];
    assert.deepEqual(container.args, JSON.parse(command ?? ''));
    assert.match(dockerfile, /^USER node$/m);
    const mounts = new Map(container.volumeMounts.map(({ name, mountPath }) => [name, mountPath]));
    assert.equal(container.args.at(-1), `${mounts.get('config')}/sluice.yaml`);
    const file = join(temporaryFolder('kubernetes'), 'sluice.yaml');
    writeFileSync(file, configMap.data['sluice.yaml']!);
    const loaded = loadConfig(file, ENV);
    assert.ok(loaded.ok, JSON.stringify(loaded));
    const { state, audit, inspect, listen, admin } = loaded.config;
    for (const path of [state.dir, audit?.dir, inspect.lock.file]) {
      assert.ok(path?.startsWith(`${mounts.get('state')}/`), path);
    }
    const ports = Object.fromEntries(container.ports.map((one) => [one.name, one.containerPort]));
    assert.deepEqual(ports, { mcp: listen.port, admin: admin.port });
    const wait = Number(container.lifecycle.preStop.exec.command[1]) * 1000 + listen.drainMs;
    assert.ok(Number(pod.terminationGracePeriodSeconds) * 1000 > wait + 5000);
  });

  it('probe what is served, and lead to what listens', () => {
    const probes = ['startupProbe', 'livenessProbe', 'readinessProbe'] as const;
    const paths = probes.map((name) => container[name].httpGet);
    assert.deepEqual(
      paths.map(({ path, port }) => `${port} ${path}`),
      ['mcp /healthz', 'mcp /healthz', 'mcp /readyz'],
    );
    assert.deepEqual(spec.selector.matchLabels, spec.template.metadata.labels);
    const { labels } = spec.template.metadata;
    const services = documents.filter((one) => one.kind === 'Service') as {
      spec: { selector: Json; ports: { port: number; targetPort: string }[] };
    }[];
    for (const service of services) {
      assert.deepEqual(service.spec.selector, labels);
      for (const { port, targetPort } of service.spec.ports) {
        const target = container.ports.find((one) => one.name === targetPort);
        assert.equal(target?.containerPort, port);
      }
    }
    const policy = kind('NetworkPolicy').spec as {
      podSelector: { matchLabels: Json };
      ingress: { from: unknown[]; ports: { port: string }[] }[];
    };
    assert.deepEqual(policy.podSelector.matchLabels, labels);
    // Nobody but those who are named gets anywhere.
    assert.ok(policy.ingress.every(({ from }) => from.length > 0));
    assert.deepEqual(
      policy.ingress.flatMap(({ ports }) => ports.map(({ port }) => port)),
      ['mcp', 'admin'],
    );
  });

  it('take secrets from a Secret that they do not contain', () => {
    const secrets = container.env.flatMap(({ name, valueFrom }) =>
      valueFrom?.secretKeyRef === undefined ? [] : [[name, valueFrom.secretKeyRef.key]],
    );
    assert.deepEqual(secrets, [['SLUICE_ADMIN_TOKEN', 'admin-token']]);
    assert.ok(configMap.data['sluice.yaml']!.includes('SLUICE_ADMIN_TOKEN'));
    assert.ok(!documents.some((one) => one.kind === 'Secret'));
    assert.match(
      read('kubernetes/kustomization.yaml'),
      /create secret generic sluice --from-literal=admin-token=/,
    );
  });
});
