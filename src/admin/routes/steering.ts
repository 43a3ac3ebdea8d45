/** The routes of what holds for the whole gateway: the emergency stop, and its configuration. */

import { type Stop, stopFault, withoutStop, withStop } from '../../policy/policy.ts';
import * as answers from '../answers.ts';
import type { AdminHouse } from '../contract.ts';
import { fault } from '../fault.ts';
import { type Route, route } from '../route.ts';

function writeStops({ stops }: AdminHouse, next: readonly Stop[]): object {
  try {
    stops.write(next);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    return fault('unavailable', `The stop file cannot be written (${code}).`);
  }
  return { stopped: stops.stopped };
}

export const STOP_ROUTES: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/stops',
    id: 'listStops',
    summary: 'What the emergency stop has stopped.',
    needs: 'see',
    answer: answers.stopsAnswer,
    handle: ({ stops }) => ({ stopped: stops.stopped }),
  }),
  route({
    method: 'POST',
    path: '/api/stops',
    id: 'stop',
    summary: 'Stops everything, or one server, tool, caller or tenant, as `sluice stop` does.',
    needs: 'operate',
    body: answers.stopBody,
    answer: answers.stopsAnswer,
    handle(house, { body: { kind, name } }) {
      const why = stopFault(kind, name, Object.keys(house.gateway.config.servers));
      if (why !== undefined) return fault('bad_request', why);
      const since = new Date().toISOString();
      return writeStops(house, withStop(house.stops.stopped, { kind, name, since }));
    },
  }),
  route({
    method: 'DELETE',
    path: '/api/stops',
    id: 'resume',
    summary: 'Lets go on what was stopped.',
    needs: 'operate',
    query: answers.stopBody,
    answer: answers.stopsAnswer,
    handle(house, { query: { kind, name } }) {
      const { stopped } = house.stops;
      const next = withoutStop(stopped, kind, name);
      if (next.length === stopped.length) return fault('not_found', 'That was not stopped.');
      return writeStops(house, next);
    },
  }),
];

// === configuration ===

export const CONFIGURATION_ROUTES: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/config',
    id: 'getConfig',
    summary: 'The configuration in force, without its secrets.',
    needs: 'investigate',
    answer: answers.configAnswer,
    handle: (house) => house.configuration.current(),
  }),
  route({
    method: 'GET',
    path: '/api/config/diff',
    id: 'diffConfig',
    summary:
      'What a reload would change: the file as it is now against the configuration in force.',
    needs: 'investigate',
    answer: answers.differenceAnswer,
    handle: (house) => house.configuration.difference(),
  }),
  route({
    method: 'POST',
    path: '/api/config/reload',
    id: 'reloadConfig',
    summary: 'Loads the file again, as SIGHUP does. A file with a fault changes nothing.',
    needs: 'administer',
    answer: answers.reloadAnswer,
    handle: (house) => house.configuration.reload(),
  }),
];
