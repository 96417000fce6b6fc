import assert from 'node:assert/strict';
import { isDatabaseAnswer, isNotNow } from '../../../../server/store/database-loss.js';

const failure = (code?: string): Error => Object.assign(new Error('as told'), { code });

describe('a lost database', () => {
  const away = ['08006', '53300', '53100', '57P01', '57P03', '25006'];
  for (const code of away)
    it(`${code} says that it cannot be used now`, () => {
      assert.equal(isNotNow(failure(code)), true);
      assert.equal(isDatabaseAnswer(failure(code)), false);
    });

  for (const code of ['23505', '40001', '22P02', '57014'])
    it(`${code} answers what was asked`, () => {
      assert.equal(isNotNow(failure(code)), false);
      assert.equal(isDatabaseAnswer(failure(code)), true);
    });

  for (const code of ['ECONNRESET', 'EPIPE', 'ETIMEDOUT', undefined])
    it(`${code ?? 'no code'} is the end of a connection and no answer`, () => {
      assert.equal(isDatabaseAnswer(failure(code)), false);
    });
});
