import assert from 'node:assert/strict';
import { onAbort } from '../../../base/on-abort.js';

describe('onAbort', () => {
  it('calls once when the signal is aborted', () => {
    const stop = new AbortController();
    let calls = 0;
    onAbort(stop.signal, () => (calls += 1));
    assert.equal(calls, 0);
    stop.abort();
    stop.abort();
    assert.equal(calls, 1);
  });

  it('calls at once for a signal that is aborted already', () => {
    let calls = 0;
    const release = onAbort(AbortSignal.abort(), () => (calls += 1));
    assert.equal(calls, 1);
    release();
    assert.equal(calls, 1);
  });

  it('calls no more once the listener was taken away, and never without a signal', () => {
    const stop = new AbortController();
    let calls = 0;
    const release = onAbort(stop.signal, () => (calls += 1));
    release();
    release();
    onAbort(undefined, () => (calls += 1))();
    stop.abort();
    assert.equal(calls, 0);
  });

  it('takes away its own listener alone, where the same function listens twice', () => {
    const stop = new AbortController();
    let calls = 0;
    const count = (): void => void (calls += 1);
    onAbort(stop.signal, count);
    onAbort(stop.signal, count)();
    stop.abort();
    assert.equal(calls, 1);
  });
});
