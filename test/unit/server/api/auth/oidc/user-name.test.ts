import assert from 'node:assert/strict';
import fc from 'fast-check';
import { numbered, usernameOf } from '../../../../../../server/api/auth/oidc/user-name.js';
import { username } from '../../../../../../server/api/http/input/names.js';

describe('usernames of people whom a provider vouches for', () => {
  it('are near to what it calls them', () => {
    const named = (preferred: string): string => usernameOf({ preferred_username: preferred });
    assert.equal(named('ada'), 'ada');
    assert.equal(named('Ada.Lovelace@example.com'), 'ada.lovelace');
    assert.equal(named('Grace Hopper'), 'grace-hopper');
    assert.equal(named('Zoë Müller'), 'zoe-muller');
    assert.equal(named('-_ada!'), 'ada');
    assert.equal(named(`${'a'.repeat(62)}bc`), `${'a'.repeat(62)}b`);
    assert.equal(usernameOf({ preferred_username: '王', email: 'wang@example.com' }), 'wang');
    assert.equal(usernameOf({ email: '@example.com', name: 'Ada' }), 'ada');
    assert.equal(usernameOf({ preferred_username: 7, email: null }), 'user');
    assert.equal(usernameOf({}), 'user');
  });

  it('are valid, whatever it calls them and whoever was there before', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 90 }),
        fc.integer({ min: 1, max: 100 }),
        (said, n) => {
          const name = numbered(usernameOf({ preferred_username: said }), n);
          assert.ok(username.safeParse(name).success, name);
        },
      ),
    );
    assert.equal(numbered('ada', 1), 'ada');
    assert.equal(numbered('ada', 2), 'ada-2');
    assert.equal(numbered('a'.repeat(63), 12), `${'a'.repeat(60)}-12`);
  });
});
