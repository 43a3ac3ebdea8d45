/**
 * What a route makes of several servers, over real ones: order, names, addresses, and who answers for which.
 */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { findResource, NO_PROFILE } from '../../src/backends/backends.ts';
import type { Gateway } from '../../src/gateway/gateway.ts';
import { ANONYMOUS } from '../../src/model.ts';
import { Answer, answering, gatewayOf, type Json, modernMessage, routeOf } from './in-process.ts';

function tools(...names: string[]): string {
  return JSON.stringify({
    tools: names.map((name) => ({ name, inputSchema: { type: 'object' } })),
  });
}

function resources(...uris: string[]): string {
  return JSON.stringify({ resources: uris.map((uri) => ({ uri, name: uri })) });
}

function templates(...uris: string[]): string {
  return JSON.stringify({
    resourceTemplates: uris.map((uriTemplate) => ({ uriTemplate, name: uriTemplate })),
  });
}

function server(name: string, results: Record<string, string>): Json {
  const contents = JSON.stringify({ contents: [{ uri: 'x:', text: `read by ${name}` }] });
  return answering(
    { 'resources/read': contents, ...results },
    { tools: {}, prompts: {}, resources: {} },
  );
}

const SERVERS = {
  one: server('one', {
    'tools/list': tools('search', 'read_a', 'read_b', 'write'),
    'prompts/list': JSON.stringify({ prompts: [{ name: 'hello' }] }),
    'resources/list': resources('doc://shared', 'doc://one'),
    'resources/templates/list': templates('doc://{id}/page'),
  }),
  two: server('two', {
    'tools/list': tools('search', 'read_c'),
    'prompts/list': JSON.stringify({ prompts: [{ name: 'hello' }] }),
    'resources/list': resources('doc://shared', 'two:x'),
    'resources/templates/list': templates('pic://{+path}'),
  }),
  off: { ...server('off', { 'tools/list': tools('never') }), disabled: true },
};

let gateway: Gateway;

async function started(more: { naming?: Json; virtual?: Json } = {}): Promise<Gateway> {
  const made = gatewayOf({ servers: SERVERS, ...more });
  await made.start();
  return made;
}

before(async () => {
  gateway = await started({
    virtual: {
      readers: { tools: ['*.read_*'], rename: { 'two.search': 'find', 'one.write': 'read_a' } },
      clash: { tools: ['one.*', 'two.*'], rename: { 'two.read_c': 'one__search' } },
    },
  });
});

after(() => gateway?.close(0));

function namesOn(made: Gateway, path = ''): string[] {
  return [...routeOf(made, path).catalog(NO_PROFILE).tools.keys()];
}

describe('a catalogue', { timeout: 180_000 }, () => {
  it('lists the servers in the order of the file, without those that are disabled', () => {
    assert.deepEqual(namesOn(gateway), [
      'one__search',
      'one__read_a',
      'one__read_b',
      'one__write',
      'two__search',
      'two__read_c',
    ]);
    assert.equal(gateway.route('off', ANONYMOUS), undefined);
  });

  it('keeps one server’s names on its own route', () => {
    assert.deepEqual(namesOn(gateway, 'two'), ['search', 'read_c']);
  });

  it('prefixes only what meets under `never`', async () => {
    const made = await started({ naming: { prefix: 'never', separator: '-' } });
    assert.deepEqual(namesOn(made), [
      'search',
      'read_a',
      'read_b',
      'write',
      'two-search',
      'read_c',
    ]);
    await made.close(0);
  });

  it('shows on a virtual server what patterns choose and renames, each tool once', () => {
    assert.deepEqual(namesOn(gateway, 'v/readers'), [
      'one__read_a',
      'one__read_b',
      'read_a',
      'find',
      'two__read_c',
    ]);
    const { tools: shelf } = routeOf(gateway, 'v/readers').catalog(NO_PROFILE);
    assert.equal(shelf.get('read_a')?.original, 'write');
    assert.equal(shelf.get('find')?.backend.name, 'two');
  });

  it('loses no tool where a new name is taken already', () => {
    const names = namesOn(gateway, 'v/clash');
    assert.equal(names.length, 6);
    const { tools: shelf } = routeOf(gateway, 'v/clash').catalog(NO_PROFILE);
    const originals = [...shelf.values()].map(
      ({ backend, original }) => `${backend.name}.${original}`,
    );
    assert.equal(new Set(originals).size, 6);
  });

  it('shows the second of two equal addresses under one that says whose it is', () => {
    const { resources: shelf } = routeOf(gateway).catalog(NO_PROFILE);
    const [, , own] = [...shelf.keys()];
    assert.equal(own, 'sluice://two/doc%3A%2F%2Fshared');
    assert.equal(shelf.get(own)?.backend.name, 'two');
    assert.equal(shelf.get('doc://shared')?.backend.name, 'one');
    assert.match(String(shelf.get(own)?.definition), /"uri":"sluice:\/\/two\/doc%3A%2F%2Fshared"/);
  });

  for (const [uri, owner, original] of [
    ['doc://shared', 'one', 'doc://shared'],
    ['sluice://two/doc%3A%2F%2Fshared', 'two', 'doc://shared'],
    ['sluice://two/unlisted%3Ax', 'two', 'unlisted:x'],
    ['doc://7/page', 'one', 'doc://7/page'],
    ['pic://a/b/c', 'two', 'pic://a/b/c'],
    ['two:unlisted', 'two', 'two:unlisted'],
    ['TWO:unlisted', 'two', 'TWO:unlisted'],
    ['sluice://none/x', undefined, ''],
    ['sluice://two', undefined, ''],
    ['sluice://two/%', undefined, ''],
    ['nowhere:x', undefined, ''],
    ['', undefined, ''],
  ] as const) {
    it(`has ${uri === '' ? 'an empty address' : uri} read by ${owner ?? 'nobody'}`, () => {
      const route = routeOf(gateway);
      const found = findResource(route.catalog(NO_PROFILE), route.view, uri);
      assert.equal(found?.backend.name, owner);
      if (found !== undefined) assert.equal(found.original, original);
    });
  }

  it('reads through the gateway from the server that has it', async () => {
    for (const [uri, owner] of [
      ['doc://shared', 'one'],
      ['sluice://two/doc%3A%2F%2Fshared', 'two'],
    ]) {
      const answer = new Answer();
      const message = modernMessage('resources/read', `"uri":${JSON.stringify(uri)}`);
      gateway.modern(routeOf(gateway), ANONYMOUS, message, null, answer);
      assert.match(JSON.stringify(await answer.ended), new RegExp(`read by ${owner}`));
    }
  });

  it('is the same object until a list changes', () => {
    const route = routeOf(gateway);
    assert.equal(route.catalog(NO_PROFILE), route.catalog(NO_PROFILE));
  });
});
