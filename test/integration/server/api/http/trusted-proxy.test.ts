import assert from 'node:assert/strict';
import { AuthLimits } from '../../../../../server/api/auth/auth-limits.js';
import { ApiHarness } from '../../../../support/server/api-harness.js';

describe('limits behind a proxy', function () {
  this.timeout(30_000);
  const harnesses: ApiHarness[] = [];
  after(() => Promise.all(harnesses.map((each) => each.close())));

  /** Statuses of logins that the tests' own address forwards for these clients, two allowed for each. */
  const logins = async (trustedProxies: readonly string[], clients: readonly string[]): Promise<number[]> => {
    const api = await ApiHarness.start({
      trustedProxies,
      authLimits: new AuthLimits({
        perAddress: { points: 2, seconds: 60 },
        perUser: { points: 1000, seconds: 60 },
      }),
    });
    harnesses.push(api);
    const statuses: number[] = [];
    for (const client of clients) {
      const answer = await api
        .anonymous()
        .post('/api/auth/login')
        .set('X-Forwarded-For', client)
        .send({ username: 'nobody', password: 'wrong horse' });
      statuses.push(answer.status);
    }
    return statuses;
  };

  it('count each client that a trusted proxy names, and nobody else', async () => {
    const clients = ['203.0.113.1', '203.0.113.1', '203.0.113.1', '203.0.113.2', '198.51.100.7, 203.0.113.1'];
    assert.deepEqual(await logins(['127.0.0.0/8', '::1'], clients), [401, 401, 429, 401, 429]);
  });

  for (const trusted of [[], ['192.0.2.1']]) {
    const who = trusted.join() || 'none are';
    it(`count the peer itself, whatever it says, when it is not trusted (${who})`, async () => {
      assert.deepEqual(await logins(trusted, ['203.0.113.1', '203.0.113.2', '203.0.113.3']), [401, 401, 429]);
    });
  }
});
