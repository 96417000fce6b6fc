import assert from 'node:assert/strict';
import { restartChoice } from '../../../../../dashboard/screens/overview/restart-choice.js';

describe('what is restarted', () => {
  it('is all, a process type, or one container', () => {
    assert.deepEqual(restartChoice(' '), {});
    assert.deepEqual(restartChoice('web'), { type: 'web' });
    assert.deepEqual(restartChoice('web.12 '), { type: 'web', num: 12 });
    for (const text of ['web.0', 'web.', '1', 'web 1'])
      assert.throws(() => restartChoice(text), /is not a valid process: expected web or web\.1/);
  });
});
