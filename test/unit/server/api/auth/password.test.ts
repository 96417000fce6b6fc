import assert from 'node:assert/strict';
import { hashPassword, isPassword } from '../../../../../server/api/auth/password.js';
import { hashToken, newToken } from '../../../../../server/api/auth/token.js';
import { isSameText } from '../../../../../server/same-text.js';

describe('passwords', () => {
  it('are argon2id, salted, and right or wrong', async () => {
    const hash = await hashPassword('correct horse');
    assert.match(hash, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    assert.notEqual(hash, await hashPassword('correct horse'));
    assert.equal(await isPassword('correct horse', hash), true);
    assert.equal(await isPassword('correct horsf', hash), false);
  });

  it('are never right for nobody', async () => {
    assert.equal(await isPassword('anything', undefined), false);
  });
});

describe('tokens', () => {
  it('have 32 random bytes and a sha256 that is kept in their place', () => {
    assert.equal(Buffer.from(newToken(), 'base64url').length, 32);
    assert.notEqual(newToken(), newToken());
    assert.equal(hashToken('abc'), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });

  it('compare whatever their lengths', () => {
    assert.equal(isSameText('abc', 'abc'), true);
    assert.equal(isSameText('abc', 'abcd'), false);
    assert.equal(isSameText('', 'abc'), false);
  });
});
