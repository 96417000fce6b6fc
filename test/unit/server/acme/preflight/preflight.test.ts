import assert from 'node:assert/strict';
import { preflight } from '../../../../../server/acme/preflight/preflight.js';

/** The rest is in test/integration/server/acme/refused.test.ts. */
describe('the preflight of a name', () => {
  const question = {
    name: 'shop.example.com',
    proxies: ['203.0.113.40'],
    thumbprint: 'THUMBPRINT',
    caaIdentities: [],
    token: 'TOKEN',
  };
  const network = {
    addresses: () => Promise.resolve(['203.0.113.21']),
    caa: () => Promise.resolve([]),
    ask: () => Promise.resolve(null),
  };
  const look = (more: { formerProxies?: readonly string[] } = {}): Promise<string | undefined> =>
    preflight({ ...question, ...more }, network, new AbortController().signal);

  it('believes proxies of a former host where they cannot be asked, and points nobody at them', async () => {
    assert.match((await look()) ?? '', /none of the proxies \(203\.0\.113\.40\)/);
    assert.equal(await look({ formerProxies: ['203.0.113.21'] }), undefined);
    assert.match((await look({ formerProxies: ['203.0.113.22'] })) ?? '', /\(203\.0\.113\.40\)/);
  });
});
