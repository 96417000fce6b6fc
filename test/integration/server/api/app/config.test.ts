import assert from 'node:assert/strict';
import { maxRevealed } from '../../../../../server/api/app/config.js';
import { ApiHarness, type Caller } from '../../../../support/server/api-harness.js';

describe('a config whose values are hidden until somebody reveals them', function () {
  this.timeout(30_000);
  let api: ApiHarness;
  let owner: Caller;
  const path = '/api/formations/shop/config';

  before(async () => {
    api = await ApiHarness.start();
    owner = await api.register('ada');
    await owner.post('/api/formations', { id: 'shop', flavor: 'mock' }).expect(201);
    api.worker.outcome = { state: 'succeeded' };
    await owner.post(path, { values: { COLOUR: 'blue', SECRET: 'config-sentinel' } }).expect(200);
  });
  after(() => api.close());

  const hidden = async (query = ''): Promise<{ body: object; tag: string }> => {
    const { body, headers } = await owner.get(`${path}?values=hidden${query}`).expect(200);
    return { body: body as object, tag: String(headers['etag']) };
  };
  const reveal = (names: readonly string[], tag = '*') =>
    owner.post(`${path}/reveal`, { names }).set('If-Match', tag);

  it('gives out names alone, and values of those that are named, with an entry in the audit log', async () => {
    const { body, tag } = await hidden();
    assert.deepEqual(body, { version: 1, values: { COLOUR: '[masked]', SECRET: '[masked]' } });
    const { body: revealed } = await reveal(['SECRET'], tag).expect(200);
    assert.deepEqual(revealed, { version: 1, values: { SECRET: 'config-sentinel' } });
    const audit = await owner.get('/api/formations/shop/audit').expect(200);
    const [entry] = audit.body.results as {
      actor: string;
      action: string;
      target: object;
      outcome: string;
    }[];
    assert.deepEqual(
      [entry!.actor, entry!.action, entry!.target, entry!.outcome],
      ['ada', 'POST /formations/:formation/config/reveal', { names: ['SECRET'] }, 'done'],
    );
    assert.ok(![audit.text, ...api.log].join('').includes('config-sentinel'));
    await owner.get(path).expect(200);
    const again = await owner.get('/api/formations/shop/audit').expect(200);
    assert.equal(again.body.count, audit.body.count, 'a program that reads its config is not written down');
  });

  it('refuses to reveal what is not there, nothing, and too much', async () => {
    const { body } = await reveal(['SECRET', 'toString']).expect(400);
    assert.deepEqual([body.field, body.detail], ['names', 'the config of shop has no variable "toString"']);
    await reveal([]).expect(400);
    await reveal(Array.from({ length: maxRevealed + 1 }, () => 'SECRET')).expect(400);
    await reveal(['SECRET', '\0']).expect(400);
    await reveal(Array.from({ length: maxRevealed }, () => 'SECRET')).expect(200);
    const { results } = (await owner.get('/api/formations/shop/audit').expect(200)).body as {
      results: { target: { names: string[] } }[];
    };
    assert.deepEqual(results[0]!.target.names, ['SECRET']);
  });

  it('is changed under the tag of what hides it; late is a change or a reveal of what was before', async () => {
    const { tag } = await hidden();
    await owner
      .post(path, { values: { COLOUR: 'green', SIZE: 'large' } })
      .set('If-Match', tag)
      .expect(200);
    await owner
      .post(path, { values: { COLOUR: 'red' } })
      .set('If-Match', tag)
      .expect(412);
    await reveal(['COLOUR'], tag).expect(412);
    assert.deepEqual((await owner.get(path).expect(200)).body.values, {
      ...{ COLOUR: 'green', SECRET: 'config-sentinel', SIZE: 'large' },
    });
  });

  it('tells what has changed since a version by names', async () => {
    await owner.post(path, { values: { SECRET: null } }).expect(200);
    const changed = async (since: number): Promise<unknown> =>
      ((await hidden(`&since=${since}`)).body as { changed: string[] }).changed;
    assert.deepEqual(await changed(1), ['COLOUR', 'SECRET', 'SIZE']);
    assert.deepEqual(await changed(2), ['SECRET']);
    assert.deepEqual(await changed(3), []);
    assert.deepEqual(await changed(0), ['COLOUR', 'SIZE']);
    const { tag } = await hidden('&since=1');
    assert.equal(tag, (await hidden()).tag);
    assert.equal(
      (await owner.get(`${path}?since=1`)).headers['etag'],
      (await owner.get(path)).headers['etag'],
    );
    await owner.get(`${path}?values=hidden&since=1`).set('If-None-Match', tag).expect(304);
    await reveal(['COLOUR'], tag).expect(200);
    const { body } = await owner.get(`${path}?since=99`).expect(400);
    assert.equal(body.detail, 'the config of shop has no version 99');
    const between = async (pairs: string): Promise<unknown> =>
      (await owner.get(`${path}/changes?between=${pairs}`).expect(200)).body.results;
    assert.deepEqual(await between('1-2,3-1,2-2'), [
      { from: 1, to: 2, changed: ['COLOUR', 'SIZE'] },
      { from: 3, to: 1, changed: ['COLOUR', 'SECRET', 'SIZE'] },
      { from: 2, to: 2, changed: [] },
    ]);
    for (const wrong of ['1', '1-', '1-99', Array(101).fill('1-2').join(',')])
      await owner.get(`${path}/changes?between=${wrong}`).expect(400);
    for (const wrong of ['since=x', 'since=-1', 'values=maybe'])
      await owner.get(`${path}?${wrong}`).expect(400);
  });
});
