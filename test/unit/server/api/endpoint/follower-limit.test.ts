import assert from 'node:assert/strict';
import { FollowerLimit } from '../../../../../server/api/endpoint/follower-limit.js';
import { HttpError } from '../../../../../server/api/http/http-error.js';

const tooMany = (error: unknown): boolean => error instanceof HttpError && error.status === 429;

describe('the limit of followers', () => {
  it('is 10 per user, until one leaves', () => {
    const limit = new FollowerLimit();
    const leave = Array.from({ length: 10 }, (_, formation) => limit.enter(1, formation));
    assert.throws(() => limit.enter(1, 99), tooMany);
    limit.enter(2, 99);
    leave[0]!();
    limit.enter(1, 99);
    assert.throws(() => limit.enter(1, 99), tooMany);
  });

  it('is 50 per formation', () => {
    const limit = new FollowerLimit();
    for (let user = 0; user < 50; user += 1) limit.enter(user, 7);
    assert.throws(() => limit.enter(50, 7), tooMany);
    limit.enter(50, 8);
  });
});
