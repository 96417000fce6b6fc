import assert from 'node:assert/strict';
import { hostname } from 'node:os';
import request from 'supertest';
import { createApp, type Reached } from '../../../../../server/app.js';
import { ApiHarness } from '../../../../support/server/api-harness.js';

describe('the host that a request names', function () {
  this.timeout(30_000);
  let api: ApiHarness;
  before(async () => {
    api = await ApiHarness.start();
  });
  after(() => api.close());

  const statusFor = async (host: string, reached: Partial<Reached> = {}): Promise<number> => {
    const app = createApp(api.parts, { bind: '127.0.0.1', isTls: false, ...reached });
    return (await request(app).get('/health').set('Host', host)).status;
  };

  it('is known on loopback: an address, localhost, this machine or the public URL', async () => {
    const publicUrl = 'https://deis.example.com';
    for (const host of [
      '127.0.0.1:8000',
      '[::1]:8000',
      '192.0.2.7',
      'LocalHost:8000',
      'localhost.',
      hostname(),
      'deis.example.com',
    ])
      assert.equal(await statusFor(host, { publicUrl }), 200, host);
    for (const bind of ['127.0.0.1', '::1', 'localhost'])
      for (const host of ['rebound.example:8000', 'localhost.rebound.example', '127.0.0.1.nip.io', 'a b'])
        assert.equal(await statusFor(host, { publicUrl, bind }), 421, host);
    assert.equal(await statusFor('deis.example.com'), 421);
  });

  it('may be any where strangers reach the controller anyway', async () => {
    assert.equal(await statusFor('anything.example', { bind: '0.0.0.0' }), 200);
  });

  it('is told to browsers as one of HTTPS alone where the API has TLS', async () => {
    const hsts = async (isTls: boolean): Promise<string | undefined> => {
      const { headers } = await request(createApp(api.parts, { bind: '127.0.0.1', isTls })).get('/health');
      return (headers as Record<string, string>)['strict-transport-security'];
    };
    assert.deepEqual([await hsts(true), await hsts(false)], ['max-age=31536000', undefined]);
  });
});
