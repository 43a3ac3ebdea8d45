/** Secrets that only their name tells: what counts as a name, what as a value, and in which notations. */

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { kindOf } from '../../../src/inspect/rules/named.ts';
import { ALNUM, BASE64, LOWER_HEX, madeUp } from '../../support/made-up.ts';
import { secretsIn } from './acting.ts';

const key = madeUp(ALNUM, 32);
const hex = madeUp(LOWER_HEX, 40);
const password = ['Kq7', 'vX9', '!rT'].join('');
const basic = Buffer.from(`deploy:${password}`).toString('base64');

suite('names', () => {
  const names: readonly [string, ReturnType<typeof kindOf>][] = [
    ['password', 'password'],
    ['DB_PASSWORD', 'password'],
    ['userPass', 'password'],
    ['REACT_APP_PASS', 'password'],
    ['client_secret', 'key'],
    ['apiKey', 'key'],
    ['x-api-key', 'key'],
    ['aws.secretAccessKey', 'key'],
    ['GITHUB_TOKEN', 'key'],
    ['nextPageToken', undefined],
    ['csrf_token', undefined],
    ['public_key', undefined],
    ['primaryKey', undefined],
    ['bypass', undefined],
    ['compass', undefined],
    ['token_count', undefined],
    ['secretName', undefined],
    ['keyboard', undefined],
    ['monkey', undefined],
  ];
  for (const [name, kind] of names)
    test(`${name} names ${kind ?? 'nothing'}`, () => assert.equal(kindOf(name), kind));
});

suite('values under a name are found', () => {
  const texts = [
    `API_KEY=${key}`,
    `export MY_TOKEN="${hex}"`,
    `client_secret: ${key}`,
    `{"auth": {"apiKey": "${key}"}}`,
    `{\\"token\\": \\"${key}\\"}`,
    `config.secretKey = '${key}';`,
    `:access_token => "${hex}"`,
    `SNYK_TOKEN := "c55dabe5-f0a3-4e04-9491-33bcf1491ce2"`,
    `https://api.acme.test/x?api_key=${key}&b=1`,
    `<password>${password}</password>`,
    `password = ${password}`,
    `the password is ${password}`,
    `Authorization: Bearer ${key}`,
    `Authorization: Basic ${basic}`,
    `"Authorization": "Token ${hex}"`,
    `Server=db;User Id=app;Password=${password};`,
    `postgres://app:${password.replace('!', '%21')}@db:5432/x`,
    `https://bot:${madeUp(ALNUM, 20)}@git.acme.test/a.git`,
    `curl -s -u 'bot:${password}' https://acme.test`,
    `mysql -u root -p'${password}' shop`,
    `tool --api-key ${key}`,
    `machine git.acme.test login bot password ${password}`,
    `db.acme.test:5432:shop:app:${password}`,
    `kind: Secret\nmetadata:\n  name: a\ndata:\n  x: ${Buffer.from(key).toString('base64')}\n`,
    `{"auths": {"r.acme.test": {"auth": "${basic}"}}}`,
    `client-key-data: ${Buffer.from(`-----BEGIN EC PRIVATE KEY-----\n${madeUp(BASE64, 90)}`).toString('base64')}`,
  ];
  for (const text of texts) test(text.slice(0, 48), () => assert.notDeepEqual(secretsIn(text), []));

  test('where the value is a string of its own', () => {
    assert.ok(secretsIn({ api_key: key }).includes('secret.named-leaf'));
    assert.ok(
      secretsIn({ env: [{ name: 'DB_PASSWORD', value: password }] }).includes('secret.named-leaf'),
    );
    assert.ok(secretsIn({ tokens: { token: [hex] } }).includes('secret.named-leaf'));
  });
});

suite('what is no value is not', () => {
  const texts = [
    // biome-ignore-start lint/suspicious/noTemplateCurlyInString: it is what configurations say.
    'API_KEY=${API_KEY}',
    'password: {{ .Values.password }}',
    'token: $TOKEN',
    'token = os.environ["TOKEN"]',
    'const token = await getAccessToken(request);',
    'password: changeme',
    'password: postgres',
    'password = "********"',
    'api_key: your-api-key-here',
    'secret: null',
    'token: string',
    'client_secret: <client secret>',
    'PASSWORD=projects/acme/secrets/db/versions/3',
    'this.password = settings.database.password;',
    '{"nextPageToken": "CiAKGjBpNDd2Nmp2Zml2cXRwYjBpOXA"}',
    '{"csrf_token": "8f52d1586bd18a18e152289b00ed7d29"}',
    'keyword: "Befaehigung_P2"',
    'the password must be at least 12 characters long',
    'Tokens are described in docs/tokens.md; a token is a word.',
    'postgres://USER:PASSWORD@HOST:5432/DB',
    'postgres://postgres:postgres@localhost/app',
    'curl -u "${USER}:${PASSWORD}" https://acme.test',
    'curl -u user:password https://acme.test',
    'Authorization: Bearer $ACME_TOKEN',
    'Authorization: Bearer <token>',
    'Authorization: Basic dXNlcjpwYXNzd29yZA==',
    'password_hash VARCHAR(255) NOT NULL',
    'http://[::1]:8080/a@b',
    'see https://acme.test/@user/status:1 and mail@acme.test',
    // biome-ignore-end lint/suspicious/noTemplateCurlyInString: as above.
  ];
  for (const text of texts) test(text.slice(0, 60), () => assert.deepEqual(secretsIn(text), []));

  test('nor under a key over it', () => {
    assert.deepEqual(secretsIn({ password: 'string', token: 'required', secret: '***' }), []);
    assert.deepEqual(secretsIn({ total_tokens: '12345678901234', nextToken: key }), []);
  });
});
