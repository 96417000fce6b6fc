import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import ssh2 from 'ssh2';
import { hasPrivateKey, pastedNow } from '../../../../../dashboard/screens/account/public-key.js';

const pair = ssh2.utils.generateKeyPairSync('ed25519', { comment: 'ada@laptop' });
const body = pair.private.split('\n').slice(1, -2);

describe('a key that is pasted', () => {
  const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' });
  const shown: readonly (readonly [string, string])[] = [
    ['of OpenSSH', pair.private],
    ['of OpenSSH without its first line', body.join('\n')],
    ['in PEM', String(pem)],
    ['of RFC 4716', '---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----'],
    ['of PuTTY', ' PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n'],
    ['of PuTTY, its end', 'Private-Lines: 1\nAAAA\nPrivate-MAC: 00\n'],
  ];
  for (const [what, text] of shown) it(`is private: ${what}`, () => assert.equal(hasPrivateKey(text), true));

  it('is public', () => {
    assert.equal(hasPrivateKey(pair.public), false);
    assert.equal(hasPrivateKey(`${pair.public}\n`), false);
    assert.equal(hasPrivateKey('---- BEGIN SSH2 PUBLIC KEY ----'), false);
  });

  it('is out of the field at once when it is private, which is said until something else is there', () => {
    const refused = pastedNow({ text: 'ssh-ed', isPrivate: false }, pair.private);
    assert.deepEqual(refused, { text: '', isPrivate: true });
    assert.deepEqual(pastedNow(refused, ''), { text: '', isPrivate: true });
    assert.deepEqual(pastedNow(refused, 'ssh-'), { text: 'ssh-', isPrivate: false });
  });
});
