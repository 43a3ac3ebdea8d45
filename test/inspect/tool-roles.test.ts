import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readsSecrets, sendsOut } from '../../src/inspect/tool-roles.ts';

describe('a tool reads secrets', () => {
  for (const name of 'get_secret getSecrets vault_read list_api_keys read-env show_environment_variables vault'.split(
    ' ',
  )) {
    it(`by its name: ${name}`, () => assert.ok(readsSecrets(name, null, {})));
  }
  for (const name of 'get_weather create_token send_password_reset rotate_api_key list_keys read_file count_tokens'.split(
    ' ',
  )) {
    it(`and not by this one: ${name}`, () => assert.ok(!readsSecrets(name, null, {})));
  }
  const asked: [args: unknown, does: boolean][] = [
    [{ path: '/home/ada/.aws/credentials' }, true],
    [{ file: { name: '~/.ssh/id_rsa' } }, true],
    [{ command: 'cat ~/.ssh/id_rsa | head' }, true],
    [{ uri: 'file:///etc/shadow' }, true],
    [{ path: 'src/main.ts' }, false],
    [{ text: 'never commit ~/.ssh/id_rsa' }, false],
    [{ path: '.env.example' }, false],
    [undefined, false],
  ];
  for (const [args, does] of asked) {
    it(`by what it is asked for: ${JSON.stringify(args)} ${does}`, () => {
      assert.equal(readsSecrets('open_thing', null, args), does);
    });
  }
});

it('a tool sends out by its name', () => {
  for (const name of ['send_email', 'slackPostMessage', 'http-request', 'upload']) {
    assert.ok(sendsOut(name), name);
  }
  for (const name of ['read_file', 'search', 'list_postings', 'sender_name']) {
    assert.ok(!sendsOut(name), name);
  }
});
