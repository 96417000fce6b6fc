import assert from 'node:assert/strict';
import { ConnectionShares } from '../../../../../server/git/connections/connection-shares.js';

const limits = { strangersOfAddress: 3, strangers: 5, ofUser: 2, users: 3 };

describe('ConnectionShares', () => {
  let shares: ConnectionShares<string>;
  /** Enters `a1`, `a2`, `b1`: the letter is the address. */
  const enter = (...connections: string[]): (string | undefined)[] =>
    connections.map((connection) => shares.enter(connection, connection[0]!));

  beforeEach(() => (shares = new ConnectionShares(limits)));

  it('turn away the new ones of an address that has its share, until one leaves', () => {
    assert.deepEqual(enter('a1', 'a2', 'a3', 'a4', 'b1'), [undefined, undefined, undefined, 'a4', undefined]);
    shares.leave('a1');
    assert.deepEqual(enter('a5', 'a6'), [undefined, 'a6']);
  });

  it('make room at the expense of the address that has most, and of nobody who has fewer', () => {
    enter('a1', 'b1', 'a2', 'a3', 'b2');
    assert.deepEqual(enter('c1'), ['a1']);
    assert.deepEqual(enter('a4'), ['a4']);
    assert.deepEqual(enter('d1'), ['b1']);
  });

  it('count a connection for its user after the login, no longer for its address', () => {
    enter('a1', 'a2', 'a3');
    assert.equal(shares.logIn('a1', 1), undefined);
    assert.deepEqual(enter('a4', 'a5'), [undefined, 'a5']);
  });

  it('say why there is no place for one more of a user, or of anybody', () => {
    enter('a1', 'a2', 'a3');
    assert.deepEqual(
      ['a1', 'a2', 'a3'].map((connection) => shares.logIn(connection, 1)),
      [undefined, undefined, 'user'],
    );
    enter('b1', 'b2');
    assert.deepEqual([shares.logIn('b1', 2), shares.logIn('b2', 3)], [undefined, 'everybody']);
    assert.deepEqual(
      enter('a4', 'a5', 'a6'),
      [undefined, undefined, 'a6'],
      'a3 still counts for its address',
    );
    shares.leave('a1');
    assert.equal(shares.logIn('b2', 3), undefined);
  });
});
