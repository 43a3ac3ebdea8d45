/**
 * The routes of the admin API: the one table, in the order of its document. Each subject has a file in `routes/`.
 */

import { z } from 'zod';
import { openApiDocument } from './openapi.ts';
import { type Route, route } from './route.ts';
import { APPROVAL_ROUTES } from './routes/approvals.ts';
import { CALLER_ROUTES } from './routes/callers.ts';
import { SERVER_ROUTES, TOOL_ROUTES } from './routes/servers.ts';
import { MEASUREMENT_ROUTES, STATE_ROUTES } from './routes/state.ts';
import { CONFIGURATION_ROUTES, STOP_ROUTES } from './routes/steering.ts';

let document: object | undefined;

const openApi = route({
  method: 'GET',
  path: '/api/openapi.json',
  id: 'getOpenApi',
  summary: 'This document.',
  needs: 'see',
  answer: z.record(z.string(), z.unknown()),
  handle() {
    document ??= openApiDocument(ROUTES);
    return document;
  },
});

export const ROUTES: readonly Route[] = [
  ...STATE_ROUTES,
  ...SERVER_ROUTES,
  ...TOOL_ROUTES,
  ...CALLER_ROUTES,
  ...APPROVAL_ROUTES,
  ...STOP_ROUTES,
  ...CONFIGURATION_ROUTES,
  ...MEASUREMENT_ROUTES,
  openApi,
];
