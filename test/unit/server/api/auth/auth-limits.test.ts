import assert from 'node:assert/strict';
import { AuthLimits } from '../../../../../server/api/auth/auth-limits.js';
import { HttpError } from '../../../../../server/api/http/http-error.js';

const limits = (): AuthLimits =>
  new AuthLimits({
    perAddress: { points: 3, seconds: 60 },
    perUser: { points: 2, seconds: 600 },
    perCode: { points: 2, seconds: 600 },
    perLookup: { points: 3, seconds: 600 },
  });
const isTooMany = (error: unknown): boolean =>
  error instanceof HttpError && error.status === 429 && Number(error.headers['Retry-After']) >= 1;

describe('AuthLimits', () => {
  it('refuses an address that tries too often, with Retry-After, and no other address', async () => {
    const auth = limits();
    for (let tries = 0; tries < 3; tries += 1) await auth.countAddress('10.0.0.1');
    await assert.rejects(auth.countAddress('10.0.0.1'), isTooMany);
    await auth.countAddress('10.0.0.2');
  });

  it('takes a /64 of IPv6 for one client, by address and by user name', async () => {
    const auth = limits();
    for (const last of ['1', '2', 'ffff:1']) await auth.countAddress(`2001:db8:0:7::${last}`);
    await assert.rejects(auth.countAddress('2001:db8:0:7:9:9:9:9'), isTooMany);
    await auth.countAddress('2001:db8:0:8::1');
    for (const last of ['1', '2']) await auth.countLogin(`2001:db8:0:7::${last}`, 'ada');
    await assert.rejects(auth.countLogin('2001:db8:0:7::3', 'ada'), isTooMany);
    await auth.forgiveLogin('2001:db8:0:7::4', 'ada');
    await auth.countLogin('2001:db8:0:7::3', 'ada');
  });

  it('counts codes of one user, wherever they come from', async () => {
    const auth = limits();
    await auth.countCode(7);
    await auth.countCode(7);
    await assert.rejects(auth.countCode(7), isTooMany);
    await auth.countCode(8);
    await auth.forgiveCode(7);
    await auth.countCode(7);
  });

  it('counts a burst of guesses that arrive at once', async () => {
    const auth = limits();
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, () => auth.countLogin('10.0.0.1', 'ada')),
    );
    assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 2);
  });

  it('cannot be used to lock somebody out from elsewhere', async () => {
    const auth = limits();
    await Promise.allSettled([1, 2, 3].map(() => auth.countLogin('10.6.6.6', 'ada')));
    await auth.countLogin('10.0.0.1', 'ada');
  });

  it("counts the names that a user asks about, in a burst too, and no other user's", async () => {
    const auth = limits();
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => auth.countLookup(7)));
    assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 3);
    await assert.rejects(auth.countLookup(7), isTooMany);
    await auth.countLookup(8);
  });

  it('forgets the wrong tries after a right one', async () => {
    const auth = limits();
    await auth.countLogin('10.0.0.1', 'ada');
    await auth.forgiveLogin('10.0.0.1', 'ada');
    await auth.countLogin('10.0.0.1', 'ada');
    await auth.countLogin('10.0.0.1', 'ada');
    await assert.rejects(auth.countLogin('10.0.0.1', 'ada'), isTooMany);
  });
});
