import assert from 'node:assert/strict';
import { runState } from '../../../../../dashboard/screens/terminal/run-state.js';

describe('how a one-off command is', () => {
  it('is its exit code once there is one, else whether it runs', () => {
    assert.deepEqual(runState({ state: 'running', exit_code: null }), { name: 'running', mood: 'busy' });
    assert.deepEqual(runState({ state: 'ended', exit_code: 0 }), { name: 'exited 0', mood: 'good' });
    assert.deepEqual(runState({ state: 'ended', exit_code: 3 }), { name: 'exited 3', mood: 'bad' });
    assert.deepEqual(runState({ state: 'ended', exit_code: null }), { name: 'ended', mood: 'plain' });
  });
});
