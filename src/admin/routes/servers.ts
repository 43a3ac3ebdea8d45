/** The routes of servers and their tools. */

import type { OperatedServer, OperatedTool } from '../../gateway/gateway.ts';
import * as answers from '../answers.ts';
import type { AdminHouse } from '../contract.ts';
import { type Fault, fault } from '../fault.ts';
import { type Asked, type Route, route } from '../route.ts';
import { page } from './page.ts';

type Params = Pick<Asked<unknown, unknown>, 'params'>;

const NO_SERVER = fault('not_found', 'There is no such server.');

/** What is withdrawn is the servers' own words, and told with the tools. */
function shown(server: OperatedServer | undefined): object {
  return server === undefined ? NO_SERVER : { ...server, withdrawn: server.withdrawn.length };
}

/** Does something to a server and answers how it is then. */
function change(act: (house: AdminHouse, name: string) => Promise<void> | void) {
  return async (house: AdminHouse, { params: { server = '' } }: Params) => {
    if (!house.gateway.operator.hasServer(server)) return NO_SERVER;
    await act(house, server);
    return shown(house.gateway.operator.server(server));
  };
}

export const SERVER_ROUTES: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/servers',
    id: 'listServers',
    summary: 'How every server is.',
    needs: 'see',
    answer: answers.serversAnswer,
    handle: ({ gateway }) => ({ servers: gateway.operator.servers().map(shown) }),
  }),
  route({
    method: 'GET',
    path: '/api/servers/{server}',
    id: 'getServer',
    summary: 'How one server is.',
    needs: 'see',
    answer: answers.serverAnswer,
    handle: ({ gateway }, { params }) => shown(gateway.operator.server(params.server ?? '')),
  }),
  route({
    method: 'POST',
    path: '/api/servers/{server}/restart',
    id: 'restartServer',
    summary:
      'Opens new processes or connections, then ends the old ones with their last call. With `pool.max: 1` the old one ' +
      'ends first.',
    needs: 'operate',
    answer: answers.serverAnswer,
    handle: change(({ gateway }, name) => gateway.operator.restart(name)),
  }),
  route({
    method: 'POST',
    path: '/api/servers/{server}/drain',
    id: 'drainServer',
    summary:
      'Refuses new calls (`stopped`) and lets those in flight finish; the server stays listed.',
    needs: 'operate',
    answer: answers.serverAnswer,
    handle: change(({ gateway }, name) => gateway.operator.drain(name)),
  }),
  route({
    method: 'POST',
    path: '/api/servers/{server}/disable',
    id: 'disableServer',
    summary:
      'Takes the server out of every list and route; it ends with its last call. Until it is enabled, or the gateway ends.',
    needs: 'operate',
    answer: answers.serverAnswer,
    handle: change(({ gateway }, name) => gateway.operator.disable(name)),
  }),
  route({
    method: 'POST',
    path: '/api/servers/{server}/enable',
    id: 'enableServer',
    summary: 'Takes back drain and disable, those of the configuration too.',
    needs: 'operate',
    answer: answers.serverAnswer,
    handle: change(({ gateway }, name) => gateway.operator.enable(name)),
  }),
];

// === tools ===

const NO_TOOL = fault('not_found', 'That server lists no such tool.');

function toolOf({ gateway }: AdminHouse, { params }: Params): OperatedTool | Fault {
  return gateway.operator.tool(params.server ?? '', params.tool ?? '') ?? NO_TOOL;
}

const NOT_APPROVED = {
  unknown: NO_TOOL,
  off: fault('conflict', 'Inspection is off, and nothing is held against a lock file.'),
  changed: fault('conflict', 'The definition is not the one of that SHA-256; look at it again.'),
  blocked: fault('conflict', 'Inspection blocks the definition; see inspect.suppress.'),
} as const;

export const TOOL_ROUTES: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/servers/{server}/tools',
    id: 'listTools',
    summary:
      'Tools of a server, those that nobody is shown among them, and how they stand to the lock file.',
    needs: 'see',
    query: page,
    answer: answers.toolsAnswer,
    handle: ({ gateway }, { params: { server = '' }, query: { offset, limit } }) =>
      gateway.operator.hasServer(server)
        ? gateway.operator.tools(server, offset, limit)
        : NO_SERVER,
  }),
  route({
    method: 'GET',
    path: '/api/servers/{server}/tools/{tool}',
    id: 'getTool',
    summary: 'One tool with its definition.',
    needs: 'see',
    answer: answers.toolAnswer,
    handle: toolOf,
  }),
  route({
    method: 'POST',
    path: '/api/servers/{server}/tools/{tool}/approve',
    id: 'approveTool',
    summary: 'Takes the definition into the lock file, which is made where there is none.',
    needs: 'administer',
    body: answers.approveBody,
    answer: answers.toolAnswer,
    async handle(house, asked) {
      const { server = '', tool = '' } = asked.params;
      const why = await house.gateway.operator.approve(server, tool, asked.body.sha256);
      return why === null ? toolOf(house, asked) : NOT_APPROVED[why];
    },
  }),
];
