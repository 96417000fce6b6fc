import assert from 'node:assert/strict';
import { timeoutChanges, typedTimeouts } from '../../../../../dashboard/screens/settings/timeout-edits.js';

describe('edits of times to stop', () => {
  const before = typedTimeouts({ timeouts: { worker: 60, gone: 5 } }, ['web', 'worker']);

  it('show each process type', () => {
    assert.deepEqual(before, { gone: '5', web: '', worker: '60' });
  });

  it('send what differs alone; an empty field puts the default back', () => {
    assert.equal(timeoutChanges(before, before), undefined);
    assert.deepEqual(timeoutChanges(before, { ...before, web: '20', worker: '' }), { web: 20, worker: null });
  });
});
