import assert from 'node:assert/strict';
import { StreamLimit } from '../../../../../server/api/endpoint/stream-limit.js';
import { HttpError } from '../../../../../server/api/http/http-error.js';

const limits = {
  ofUser: 10,
  ofFormation: 50,
  tooManyOfUser: 'too many of yours',
  tooManyOfFormation: 'too many of all',
};
const refused =
  (message: string) =>
  (error: unknown): boolean =>
    error instanceof HttpError && error.status === 429 && error.message === message;

describe('the limit of streams', () => {
  it('is one of a user, until one of theirs ends', () => {
    const limit = new StreamLimit(limits);
    const leave = Array.from({ length: 10 }, (_, formation) => limit.enter(1, formation));
    assert.throws(() => limit.enter(1, 99), refused('too many of yours'));
    limit.enter(2, 99);
    leave[0]!();
    limit.enter(1, 99);
    assert.throws(() => limit.enter(1, 99), refused('too many of yours'));
  });

  it('is one of a formation', () => {
    const limit = new StreamLimit(limits);
    for (let user = 0; user < 50; user += 1) limit.enter(user, 7);
    assert.throws(() => limit.enter(50, 7), refused('too many of all'));
    limit.enter(50, 8);
  });
});
