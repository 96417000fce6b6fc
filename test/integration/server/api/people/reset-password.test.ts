import assert from 'node:assert/strict';
import { resetPassword } from '../../../../../server/commands/people/reset-password.js';
import { ApiHarness, type Caller } from '../../../../support/server/api-harness.js';

describe('a new password by the operator', function () {
  this.timeout(30_000);
  let api: ApiHarness;
  let admin: Caller;
  before(async () => {
    api = await ApiHarness.start();
    admin = await api.register('ada');
  });
  after(() => api.close());

  it('signs in who has forgotten theirs, ends what was signed in, and is in the audit log', async () => {
    const grace = await api.register('grace', admin);
    const { stores } = api.parts;
    await assert.rejects(resetPassword(stores, 'nobody'), /no user "nobody"/);
    const first = await resetPassword(stores, 'grace');
    await grace.get('/api/auth/whoami').expect(401);
    const signIn = (password: string) =>
      api.anonymous().post('/api/auth/login').send({ username: 'grace', password });
    await signIn('correct horse battery').expect(401);
    await signIn(first).expect(200);
    assert.notEqual(await resetPassword(stores, 'grace'), first);
    await signIn(first).expect(401);
    const { body } = await admin.get('/api/audit?limit=100').expect(200);
    const entries = body.results.filter(({ action }: { action: string }) => action === 'reset-password');
    assert.deepEqual(
      entries.map(({ actor, target, outcome }: Record<string, unknown>) => [actor, target, outcome]),
      Array.from({ length: 2 }, () => ['deis-controller', { username: 'grace' }, 'done']),
    );
    assert.ok(!JSON.stringify(body).includes(first));
  });
});
