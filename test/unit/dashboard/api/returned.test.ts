import assert from 'node:assert/strict';
import { returned } from '../../../../dashboard/api/returned.js';

describe('what a browser comes back from a provider with', () => {
  it('is an answer with a state, of one purpose or the other', () => {
    assert.deepEqual(returned('?code=c&state=sign-in.s'), {
      isLink: false,
      query: '?code=c&state=sign-in.s',
    });
    assert.equal(returned('?error=access_denied&state=link.s')?.isLink, true);
    for (const none of ['', '?', '?code=c', '?state=link.s', '?error=e', '?lang=en'])
      assert.equal(returned(none), undefined, none);
  });
});
