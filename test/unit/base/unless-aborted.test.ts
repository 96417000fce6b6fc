import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { unlessAborted } from '../../../base/unless-aborted.js';

describe('unlessAborted', () => {
  const forever = new Promise<never>(() => undefined);

  it('ends as the work does, and heeds no later abort', async () => {
    const stop = new AbortController();
    assert.equal(await unlessAborted(stop.signal, Promise.resolve('done')), 'done');
    await assert.rejects(unlessAborted(stop.signal, Promise.reject(new Error('broken'))), /broken/);
    stop.abort();
  });

  it("rejects with the signal's reason, at once and for a signal that is aborted already", async () => {
    const stop = new AbortController();
    const waiting = unlessAborted(stop.signal, forever);
    stop.abort(new Error('cancelled'));
    await assert.rejects(waiting, /cancelled/);
    await assert.rejects(unlessAborted(stop.signal, forever), /cancelled/);
  });

  it('gives work that heeds the signal its grace', async () => {
    const stop = new AbortController();
    const orderly = unlessAborted(
      stop.signal,
      setImmediate().then(() => 'put back'),
      10_000,
    );
    stop.abort(new Error('cancelled'));
    assert.equal(await orderly, 'put back');
    await assert.rejects(unlessAborted(stop.signal, forever, 1), /cancelled/);
  });
});
