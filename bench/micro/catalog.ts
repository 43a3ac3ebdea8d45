/**
 * What finding a tool costs, and what building the lists of a route costs when a server's change.
 *
 * `find` is what every call pays: the name out of the bytes, the catalogue at hand, one look-up. `build` is paid once per
 * change and capability profile, for 10 servers of 150 tools each. In us.
 */

import { type Backend, NO_PROFILE } from '../../src/backends/backends.ts';
import { buildCatalog, type View } from '../../src/backends/catalog.ts';
import { namingSchema } from '../../src/backends/config.ts';
import { exposedName } from '../../src/backends/naming.ts';
import { ApprovalRules } from '../../src/gateway/approve/rules.ts';
import { approvalsSchema } from '../../src/gateway/config.ts';
import { RouteView } from '../../src/gateway/route.ts';
import { defaultInspection, Inspection } from '../../src/inspect/inspect.ts';
import { matches } from '../../src/lib/glob.ts';
import { accessSchema } from '../../src/policy/config.ts';
import { Policy } from '../../src/policy/policy.ts';
import { read } from '../../src/protocol/json-rpc.ts';
import { Message } from '../../src/protocol/message.ts';
import { print, time } from '../stopwatch.ts';

const SERVERS = 10;
const TOOLS = 150;

function definition(key: string) {
  const bytes = Buffer.from(
    JSON.stringify({
      name: key,
      description: 'Reads what stands at a path. '.repeat(8),
      inputSchema: { type: 'object', properties: { path: { type: 'string' } } },
    }),
  );
  const keyStart = bytes.indexOf(JSON.stringify(key));
  return { key, bytes, keyStart, keyEnd: keyStart + key.length + 2, mirrors: [] };
}

/** All that a catalogue asks of a backend. */
function listed(name: string): Backend {
  const tools = Array.from({ length: TOOLS }, (_, i) => definition(`read_thing_${i}`));
  const inventory = {
    tools,
    prompts: [],
    resources: [],
    templates: [],
    ttlMs: 60_000,
    shareable: true,
    takenAt: 0,
    instructions: '',
    withdrawn: [],
  };
  return { name, status: 'ready', inventory: () => inventory } as unknown as Backend;
}

const view: View = {
  members: Array.from({ length: SERVERS }, (_, i) => listed(`server${i}`)),
  naming: namingSchema.parse({}),
  single: false,
  virtual: undefined,
};
const OPEN = new Policy({ ...accessSchema.parse({}), default: 'allow' }, new Map(), new Map());
const inspection = new Inspection(defaultInspection());
const approvals = new ApprovalRules({
  approvals: approvalsSchema.parse({}),
  inspect: defaultInspection(),
});
const route = new RouteView('', view, { policy: OPEN, inspection, approvals }, { value: 0 });
const name = 'server7__read_thing_99';
const params = { name, arguments: { path: '/a' } };
const call = read(
  Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params })),
);
if (!(call instanceof Message)) throw new Error(call.why);
if (route.catalog(NO_PROFILE).tools.get(name) === undefined) throw new Error('not found');
const none = new Map();

print(
  ['us', 'each'],
  [
    ['find: name, catalogue, look-up', time(() => route.catalog(NO_PROFILE).tools.get(call.name))],
    ['one exposed name', time(() => exposedName('server7', 'read_thing_99', true, '__', none))],
    ['one pattern', time(() => matches('server*.read_*_9*', 'server7.read_thing_99'))],
    [`build ${SERVERS} x ${TOOLS} tools`, time(() => buildCatalog(view, NO_PROFILE))],
  ],
);
