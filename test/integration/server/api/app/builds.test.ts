import assert from 'node:assert/strict';
import { ApiHarness, type Caller } from '../../../../support/server/api-harness.js';

const sha256 = 'ab'.repeat(32);
const good = { url: 'https://example.com/app.tgz', sha256, procfile: { web: './server' } };

describe('POST /api/formations/:formation/builds', () => {
  let api: ApiHarness;
  let owner: Caller;
  const path = '/api/formations/app/builds';

  before(async () => {
    api = await ApiHarness.start();
    owner = await api.register('ada');
    await owner.post('/api/formations', { id: 'app' }).expect(201);
    api.worker.outcome = { state: 'succeeded', result: { release: 1 } };
  });
  after(() => api.close());

  for (const [what, procfile, more] of [
    ['an object', { web: './server', worker: 'node work: all' }, {}],
    ['text', '# types\nweb: ./server\nworker: node work: all\n', { sha: 'c0ffee1' }],
  ] as const)
    it(`queues the import, the Procfile as ${what}`, async () => {
      await owner.post(path, { ...good, sha256: sha256.toUpperCase(), procfile, ...more }).expect(200);
      assert.deepEqual((await api.asked('app')).at(-1), {
        kind: 'import-build',
        params: {
          url: good.url,
          sha256,
          procfile: { web: './server', worker: 'node work: all' },
          commit: 'sha' in more ? more.sha : null,
        },
      });
    });

  for (const [field, value] of [
    ['url', 'ftp://example.com/app.tgz'],
    ['url', 'app.tgz'],
    ['url', 'https://ada:s3cret@example.com/app.tgz'],
    ['url', undefined],
    ['sha256', 'abc'],
    ['sha256', undefined],
    ['procfile', {}],
    ['procfile', { 'w b': './server' }],
    ['procfile', { web: '' }],
    ['procfile', { web: 'a\nworker: b' }],
    ['procfile', 'no colon'],
    ['procfile', 7],
    ['procfile', undefined],
    ['sha', 'main'],
  ] as const)
    it(`refuses ${field} ${JSON.stringify(value)}, and names it`, async () => {
      const before = (await api.asked('app')).length;
      const { body } = await owner.post(path, { ...good, [field]: value }).expect(400);
      assert.match(JSON.stringify(body), new RegExp(`"(field|path)":"?\\[?"?${field}`));
      assert.doesNotMatch(JSON.stringify(body), /s3cret/);
      assert.equal((await api.asked('app')).length, before);
    });
});
