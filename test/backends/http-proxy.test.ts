/** Which proxy the environment names for an address, and which addresses it leaves alone. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { proxyFor } from '../../src/backends/http-proxy.ts';

const PROXY = 'http://proxy.test:3128';

function via(url: string, environment: NodeJS.ProcessEnv): string | undefined {
  const proxy = proxyFor(new URL(url), 'environment', environment);
  return proxy instanceof URL ? proxy.host : proxy;
}

describe('the proxy of the environment', () => {
  it('is that of the scheme, else ALL_PROXY; lower case wins, an empty one counts as none', () => {
    const cases: [string, NodeJS.ProcessEnv, string | undefined][] = [
      ['https://a.test/', { HTTPS_PROXY: PROXY }, 'proxy.test:3128'],
      ['https://a.test/', { HTTP_PROXY: PROXY }, undefined],
      ['http://a.test/', { HTTP_PROXY: PROXY }, 'proxy.test:3128'],
      ['http://a.test/', { ALL_PROXY: 'proxy.test:1' }, 'proxy.test:1'],
      ['https://a.test/', { HTTPS_PROXY: PROXY, https_proxy: 'http://b.test:2' }, 'b.test:2'],
      ['https://a.test/', { HTTPS_PROXY: PROXY, https_proxy: '' }, undefined],
      ['https://a.test/', { HTTPS_PROXY: 'socks5://x:1' }, 'unusable'],
      ['https://a.test/', { HTTPS_PROXY: 'http://' }, 'unusable'],
    ];
    for (const [url, environment, expected] of cases) {
      assert.equal(via(url, environment), expected, JSON.stringify([url, environment]));
    }
  });

  it('is not asked for loopback, nor for what NO_PROXY names', () => {
    const direct: [string, string][] = [
      ['https://localhost/', ''],
      ['https://x.localhost/', ''],
      ['https://127.8.9.1/', ''],
      ['https://[::1]:8443/', ''],
      ['https://a.test/', '*'],
      ['https://a.test/', 'b.test,a.test'],
      ['https://deep.a.test/', 'a.test'],
      ['https://deep.a.test/', '.a.test'],
      ['https://deep.a.test/', '*.a.test'],
      ['https://A.test/', 'a.TEST'],
      ['https://a.test/', 'a.test:443'],
      ['https://a.test:8443/', ' x , a.test:8443'],
      ['https://10.1.2.3/', '10.0.0.0/8'],
      ['https://[fd00::1]/', 'fd00::/8'],
      ['https://[fd00::1]/', 'fd00::1'],
      ['https://[fd00::1]:8443/', '[fd00::1]:8443'],
    ];
    for (const [url, NO_PROXY] of direct) {
      assert.equal(via(url, { HTTPS_PROXY: PROXY, NO_PROXY }), undefined, `${url} ${NO_PROXY}`);
    }
    const proxied: [string, string][] = [
      ['https://a.test/', 'b.test'],
      ['https://xa.test/', 'a.test'],
      ['https://a.test/', 'a.test:8443'],
      ['https://a.test.evil.test/', 'a.test'],
      ['https://11.1.2.3/', '10.0.0.0/8'],
      ['https://a.test/', '10.0.0.0/8, 1.2.3.4/99, /, :443'],
      ['https://localhost.test/', ''],
    ];
    for (const [url, NO_PROXY] of proxied) {
      assert.equal(
        via(url, { HTTPS_PROXY: PROXY, NO_PROXY }),
        'proxy.test:3128',
        `${url} ${NO_PROXY}`,
      );
    }
  });
});
