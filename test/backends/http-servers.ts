/** Remote servers of one test and links to them: what is opened here is closed when the test is over. */

import type { ServerResponse } from 'node:http';
import { afterEach } from 'node:test';
import { remote } from '../support/servers.ts';
import { type Json, User } from './link-user.ts';
import { type Got, ScriptedHttp } from './scripted-http.ts';

/** What ends things; for those that a test opens by itself, too. The latest goes first. */
export const stops: (() => unknown)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

/** A fixture as a process of its own; its address. */
export async function fixtureAt(name: string, mode = 'http'): Promise<string> {
  const child = await remote(name, mode);
  stops.push(() => child.stop());
  return child.ready;
}

/** A server that answers what `hello` leaves by `answer`. */
export async function serve(
  hello: (got: Got, response: ServerResponse) => boolean,
  answer: (got: Got, response: ServerResponse) => void,
): Promise<ScriptedHttp> {
  const server = await ScriptedHttp.start((got, response) => {
    if (!hello(got, response)) answer(got, response);
  });
  stops.push(() => server.stop());
  return server;
}

export async function open(entry: Json, capabilities: Json = {}): Promise<User> {
  const user = await User.open(entry, capabilities);
  stops.push(() => user.link.close());
  return user;
}
