import assert from 'node:assert/strict';
import { confirmedEmail, isAllowed } from '../../../../../../server/api/auth/oidc/allow-rule.js';

describe('who gets an account at the first sign-in', () => {
  const domain = [{ domain: 'example.com' }];
  const group = [{ claim: 'groups', value: 'developers' }];

  it('is nobody without a rule', () => {
    assert.equal(isAllowed([], { email: 'ada@example.com', email_verified: true }), false);
  });

  it('is who has a confirmed address of the domain, and of no other', () => {
    const of = (email: unknown, isVerified: unknown = true): boolean =>
      isAllowed(domain, { email, email_verified: isVerified });
    assert.equal(of('ada@example.com'), true);
    assert.equal(of('Ada@EXAMPLE.com'), true);
    for (const other of [
      'ada@sub.example.com',
      'ada@example.com.evil.org',
      'ada@notexample.com',
      'example.com',
    ])
      assert.equal(of(other), false, other);
    for (const odd of [
      'a@evil.org@example.com',
      '"a@example.com"@evil.org',
      '',
      undefined,
      ['ada@example.com'],
    ])
      assert.equal(of(odd), false, String(odd));
    for (const notSaid of [false, undefined, 'true', 1])
      assert.equal(isAllowed(domain, { email: 'ada@example.com', email_verified: notSaid }), false);
    assert.equal(confirmedEmail({ email: 'ada@example.com' }), undefined);
  });

  it('is who has a confirmed address by the claim, too', () => {
    const ada = [{ claim: 'email', value: 'ada@example.com' }];
    assert.equal(isAllowed(ada, { email: 'Ada@example.com', email_verified: true }), true);
    for (const notSaid of [false, undefined, 'true'])
      assert.equal(isAllowed(ada, { email: 'ada@example.com', email_verified: notSaid }), false);
  });

  it('is who has the claim, alone or in a list', () => {
    assert.equal(isAllowed(group, { groups: ['users', 'developers'] }), true);
    assert.equal(isAllowed(group, { groups: 'developers' }), true);
    assert.equal(isAllowed([{ claim: 'staff', value: 'true' }], { staff: true }), true);
    for (const groups of ['developers,users', ['developer'], { developers: true }, null, undefined])
      assert.equal(isAllowed(group, { groups }), false, JSON.stringify(groups));
    assert.equal(isAllowed([...domain, ...group], { groups: ['developers'] }), true);
  });
});
