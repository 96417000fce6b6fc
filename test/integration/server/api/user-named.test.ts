import assert from 'node:assert/strict';
import { AuthLimits } from '../../../../server/api/auth/auth-limits.js';
import { ApiHarness, type Caller } from '../../../support/server/api-harness.js';

/** Roles and offers name users: whether there is one of a name is an answer. */
describe('users whom a request names', function () {
  this.timeout(30_000);
  let api: ApiHarness;
  let olga: Caller;
  let oscar: Caller;

  beforeEach(async () => {
    const authLimits = new AuthLimits({
      perAddress: { points: 1000, seconds: 60 },
      perLookup: { points: 4, seconds: 600 },
    });
    api = await ApiHarness.start({ authLimits });
    const root = await api.register('root');
    [olga, oscar] = [await api.register('olga', root), await api.register('oscar', root)];
    for (const [owner, id] of [
      [olga, 'peachy'],
      [olga, 'plain'],
      [oscar, 'other'],
    ] as const) {
      await owner.post('/api/formations', { id }).expect(201);
    }
  });
  afterEach(() => api.close());

  const ask = (caller: Caller, formation: string, what: 'perms' | 'transfer', username: string) =>
    caller.post(`/api/formations/${formation}/${what}`, { username });

  it('are counted for the one who asks, over all formations and questions, there or not', async () => {
    await ask(olga, 'peachy', 'perms', 'nobody').expect(400);
    await ask(olga, 'plain', 'transfer', 'nobody').expect(400);
    await ask(olga, 'peachy', 'perms', 'oscar').expect(200);
    await ask(olga, 'plain', 'transfer', 'oscar').expect(201);
    const told = [];
    for (const username of ['root', 'nobody']) {
      for (const what of ['perms', 'transfer'] as const) {
        const { headers, body } = await ask(olga, 'peachy', what, username).expect(429);
        assert.ok(Number(headers['retry-after']) > 0);
        told.push(body.title);
      }
    }
    assert.equal(new Set(told).size, 1);
    await ask(oscar, 'other', 'perms', 'olga').expect(200);
  });

  it('are counted when all are asked about at once', async () => {
    const names = Array.from({ length: 12 }, (_, index) => (index % 2 === 0 ? 'oscar' : `nobody${index}`));
    const answers = await Promise.all(names.map((username) => ask(olga, 'peachy', 'perms', username)));
    assert.equal(answers.filter(({ status }) => status === 429).length, 8);
  });

  it('are not asked about by those who may not, whom it costs nothing', async () => {
    for (let time = 0; time < 6; time += 1) await ask(oscar, 'peachy', 'perms', 'root').expect(404);
    await ask(oscar, 'other', 'perms', 'root').expect(200);
  });
});
