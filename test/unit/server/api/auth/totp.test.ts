import assert from 'node:assert/strict';
import { Secret } from '../../../../../base/secret.js';
import {
  hashRecoveryCode,
  maxRecoveryCodes,
  newRecoveryCodes,
  newTotpSecret,
  stepOfCode,
  totpUri,
} from '../../../../../server/api/auth/totp.js';

/** `12345678901234567890`, the secret of RFC 6238's test vectors. */
const secret = new Secret('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ');
const at = (seconds: number): Date => new Date(seconds * 1000);

describe('codes of authenticator apps', () => {
  it('are those of RFC 6238, appendix B', () => {
    const vectors = [
      [59, '287082', 1],
      [1111111109, '081804', 37037036],
      [1111111111, '050471', 37037037],
      [1234567890, '005924', 41152263],
      [2000000000, '279037', 66666666],
    ] as const;
    for (const [seconds, code, step] of vectors)
      assert.equal(stepOfCode(secret, code, at(seconds)), step, code);
  });

  it('are good for one step before and after their own, and name their own', () => {
    const found = [-60, -30, 0, 30, 60].map((later) => stepOfCode(secret, '081804', at(1111111109 + later)));
    assert.deepEqual(found, [undefined, 37037036, 37037036, 37037036, undefined]);
  });

  it('may have blanks, and are six digits', () => {
    assert.equal(stepOfCode(secret, ' 287 082 ', at(59)), 1);
    for (const wrong of ['', '28708', '2870822', '94287082', 'abcdef', '28708２'])
      assert.equal(stepOfCode(secret, wrong, at(59)), undefined, wrong);
  });

  it('come of secrets of 160 bits, which a URI holds as apps read it', () => {
    const [one, other] = [newTotpSecret(), newTotpSecret()];
    assert.match(one, /^[A-Z2-7]{32}$/);
    assert.notEqual(one, other);
    const uri = new URL(totpUri(one, 'ada b', 'Deis deis.example.com'));
    assert.equal(uri.protocol, 'otpauth:');
    assert.equal(decodeURIComponent(uri.pathname).split(':').at(-1)?.trim(), 'ada b');
    assert.equal(uri.searchParams.get('secret'), one);
    assert.equal(uri.searchParams.get('issuer'), 'Deis deis.example.com');
  });
});

describe('recovery codes', () => {
  it('are ten different ones of 80 bits, however they are typed', () => {
    const codes = newRecoveryCodes();
    assert.equal(new Set(codes).size, maxRecoveryCodes);
    for (const code of codes) assert.match(code, /^[a-z2-7]{4}(-[a-z2-7]{4}){3}$/);
    const [code = ''] = codes;
    assert.equal(hashRecoveryCode(code), hashRecoveryCode(` ${code.toUpperCase().replaceAll('-', ' ')}`));
    assert.notEqual(hashRecoveryCode(code), hashRecoveryCode(codes[1]!));
  });
});
