import assert from 'node:assert/strict';
import { ApiHarness, type Caller } from '../../../../support/server/api-harness.js';

describe('entity tags', () => {
  let api: ApiHarness;
  let owner: Caller;

  before(async () => {
    api = await ApiHarness.start();
    owner = await api.register('ada');
    await owner.post('/api/formations', { id: 'peachy', flavor: 'mock' }).expect(201);
    api.worker.outcome = { state: 'succeeded' };
  });
  after(() => api.close());

  const tagOf = async (path: string): Promise<string> =>
    String((await owner.get(path).expect(200)).headers['etag']);

  it('spare the body of what the caller has', async () => {
    const tag = await tagOf('/api/formations/peachy');
    const again = await owner
      .get('/api/formations/peachy')
      .set('If-None-Match', `"other", ${tag}`)
      .expect(304);
    assert.equal(again.text, '');
    await owner.get('/api/formations/peachy').set('If-None-Match', '"other"').expect(200);
    assert.equal(await tagOf('/api/formations/peachy'), tag);
  });

  it('keep a change of a flavor from overwriting what another changed meanwhile', async () => {
    await owner.post('/api/flavors', { id: 'small', provider: 'mock' }).expect(201);
    const tag = await tagOf('/api/flavors/small');
    await owner
      .patch('/api/flavors/small', { params: { size: 's' } })
      .set('If-Match', tag)
      .expect(200);
    const late = await owner
      .patch('/api/flavors/small', { params: { size: 'm' } })
      .set('If-Match', tag)
      .expect(412);
    assert.match(late.body.detail, /changed since/);
    assert.equal((await owner.get('/api/flavors/small').expect(200)).body.params.size, 's');
    await owner
      .patch('/api/flavors/small', { params: { size: 'm' } })
      .set('If-Match', await tagOf('/api/flavors/small'))
      .expect(200);
    await owner.patch('/api/flavors/small', { params: {} }).set('If-Match', '*').expect(200);
  });

  it('let one of two changes of a flavor through that were made from the same', async () => {
    const tag = await tagOf('/api/flavors/small');
    const both = await Promise.all(
      ['s', 'm'].map((size) =>
        owner
          .patch('/api/flavors/small', { params: { size } })
          .set('If-Match', tag)
          .then(({ status }) => status),
      ),
    );
    assert.deepEqual(both.sort(), [200, 412]);
  });

  it('keep a change of a layer from overwriting what another changed meanwhile', async () => {
    const layer = '/api/formations/peachy/layers/runtime';
    const tag = await tagOf(layer);
    await owner.patch(layer, { level: 11 }).set('If-Match', tag).expect(200);
    const late = await owner.patch(layer, { level: 12 }).set('If-Match', tag).expect(412);
    assert.match(late.body.detail, /changed since/);
    assert.equal((await owner.get(layer).expect(200)).body.level, 11);
    await owner
      .patch(layer, { level: 12 })
      .set('If-Match', await tagOf(layer))
      .expect(200);
    await owner.patch(layer, { level: 13 }).expect(200);
  });

  it('keep credentials from overwriting those that another gave meanwhile', async () => {
    const provider = '/api/providers/mock';
    const tag = await tagOf(provider);
    const both = await Promise.all(
      ['a', 'b'].map((key) => owner.patch(provider, { creds: { key } }).set('If-Match', tag)),
    );
    assert.deepEqual(both.map(({ status }) => status).sort(), [200, 412]);
    const { detail } = (
      await owner
        .patch(provider, { creds: { key: 'wrong' } })
        .set('If-Match', tag)
        .expect(412)
    ).body;
    assert.match(detail, /changed since/);
    await owner
      .patch(provider, { creds: { key: 'c' } })
      .set('If-Match', await tagOf(provider))
      .expect(200);
  });

  it('keep a change of config from overwriting what another changed meanwhile', async () => {
    const config = '/api/formations/peachy/config';
    const tag = await tagOf(config);
    await owner
      .post(config, { values: { A: '1' } })
      .set('If-Match', tag)
      .expect(200);
    await owner
      .post(config, { values: { A: '2' } })
      .set('If-Match', tag)
      .expect(412);
    assert.deepEqual((await owner.get(config).expect(200)).body.values, { A: '1' });
    await owner
      .post(config, { values: { A: '2' } })
      .set('If-Match', await tagOf(config))
      .expect(200);
  });
});
