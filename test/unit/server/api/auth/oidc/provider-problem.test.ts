import assert from 'node:assert/strict';
import { providerProblem } from '../../../../../../server/api/auth/oidc/provider-problem.js';

describe('what went wrong with a provider', () => {
  const said = (error: unknown): string => providerProblem(error, 'Example').message;

  it('says whose clock is wrong, who did not answer, and what was not right', () => {
    const coded = (code: string): Error => Object.assign(new Error('told by a library'), { code });
    assert.match(
      said(coded('OAUTH_JWT_TIMESTAMP_CHECK_FAILED')),
      /its clock and the one of the controller differ/,
    );
    assert.equal(said(coded('OAUTH_TIMEOUT')), 'Example did not answer in time');
    const refused = new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED 127.0.0.1:1') });
    assert.equal(said(refused), 'Example cannot be reached: connect ECONNREFUSED 127.0.0.1:1');
    const other = new Error('invalid response encountered', { cause: new Error('no\n"iss"\u0007 there') });
    assert.equal(said(other), 'what Example answered is not right: no "iss" there');
    assert.equal(said(new Error('x'.repeat(1000))).length < 400, true);
    assert.equal(said('a text'), 'Example failed');
  });
});
