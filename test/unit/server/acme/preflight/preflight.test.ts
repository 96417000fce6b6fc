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

  /** Of whom something is asked when the DNS points the name there. */
  const askedOf = async (address: string, proxies = question.proxies): Promise<string[]> => {
    const asked: string[] = [];
    const ask = (whom: string): Promise<null> => {
      asked.push(whom);
      return Promise.resolve(null);
    };
    const there = { ...network, addresses: () => Promise.resolve([address]), ask };
    await preflight({ ...question, proxies }, there, new AbortController().signal);
    return asked;
  };

  for (const address of ['203.0.113.21', '10.0.0.5', '::ffff:10.0.0.5', 'fd00::5', '2001:db8::5'])
    it(`asks ${address}`, async () => assert.deepEqual(await askedOf(address), [address]));

  for (const address of [
    '0.0.0.0',
    '127.9.9.9',
    '169.254.169.254',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:a9fe:a9fe',
    '::ffff:224.0.0.1',
    'fe80::1',
    'febf::1%eth0',
    'ff02::1',
    'localhost',
    '203.0.113.256',
    '203.0.113.21%eth0',
    '',
  ])
    it(`asks nothing of ${JSON.stringify(address)}`, async () =>
      assert.deepEqual(await askedOf(address), []));

  it('asks its own proxies wherever they are', async () => {
    assert.deepEqual(await askedOf('127.0.0.2', ['127.0.0.2']), ['127.0.0.2']);
  });
});
