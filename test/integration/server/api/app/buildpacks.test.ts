import assert from 'node:assert/strict';
import { ApiHarness, type Caller } from '../../../../support/server/api-harness.js';

describe('buildpacks of a formation over HTTP', function () {
  this.timeout(30_000);
  let api: ApiHarness;
  let owner: Caller;
  const path = '/api/formations/peachy-waxworks/buildpacks';

  before(async () => {
    api = await ApiHarness.start();
    owner = await api.register('olga');
    await owner.post('/api/formations', { id: 'peachy-waxworks', flavor: 'mock' }).expect(201);
    const kept = { name: 'acme/ruby', sha256: 'a'.repeat(64), size: 1, source: 'ruby.tgz', ref: null };
    await api.parts.stores.buildpacks.keep(kept);
  });
  after(() => api.close());

  it('are set in order, shown with what can be named, and set to none', async () => {
    const available = ['nodejs', 'python', 'go', 'java', 'static', 'ruby', 'php', 'procfile', 'acme/ruby'];
    assert.deepEqual((await owner.get(path).expect(200)).body, { buildpacks: [], available });
    const list = ['acme/ruby', 'heroku/nodejs', './mine', 'https://example.com/a.git#v1'];
    const { body } = await owner.post(path, { buildpacks: list }).expect(200);
    assert.deepEqual(body, { buildpacks: list, available });
    assert.deepEqual((await owner.get(path).expect(200)).body.buildpacks, list);
    await owner.post(path, { buildpacks: [] }).expect(200);
    assert.deepEqual((await owner.get(path).expect(200)).body.buildpacks, []);
  });

  it('refuse what is none, and change nothing then', async () => {
    await owner.post(path, { buildpacks: ['nodejs'] }).expect(200);
    const { body } = await owner.post(path, { buildpacks: ['nodejs', 'rust'] }).expect(400);
    assert.match(
      body.detail,
      /number 2: "rust" is not a valid buildpack: expected one of nodejs, .*acme\/ruby/,
    );
    const many = Array.from({ length: 13 }, () => 'nodejs');
    for (const wrong of [[''], ['./../x'], many, 'nodejs', [1], undefined])
      await owner.post(path, { buildpacks: wrong }).expect(400);
    assert.deepEqual((await owner.get(path).expect(200)).body.buildpacks, ['nodejs']);
  });

  it('are not overwritten when somebody else has changed them meanwhile', async () => {
    const tag = (await owner.get(path).expect(200)).headers['etag'] as string;
    await owner
      .post(path, { buildpacks: ['static'] })
      .set('If-Match', tag)
      .expect(200);
    await owner
      .post(path, { buildpacks: ['go'] })
      .set('If-Match', tag)
      .expect(412);
    assert.deepEqual((await owner.get(path).expect(200)).body.buildpacks, ['static']);
  });
});
