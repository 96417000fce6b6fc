import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { Secret } from '../../../base/secret.js';

describe('a Secret', () => {
  it('is redacted however it is shown, and gives its value to who asks for it', () => {
    const secret = new Secret('sentinel');
    for (const shown of [
      String(secret),
      `${secret}`,
      JSON.stringify({ secret }),
      inspect(secret),
      inspect({ deep: [secret] }),
    ]) {
      assert.ok(!shown.includes('sentinel') && shown.includes('[redacted]'), shown);
    }
    assert.equal(secret.reveal(), 'sentinel');
  });
});
