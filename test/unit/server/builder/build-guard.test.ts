import assert from 'node:assert/strict';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { UserError } from '../../../../base/errors.js';
import { BuildGuard } from '../../../../server/builder/build-guard.js';

describe('BuildGuard', () => {
  it('ends a build whose time is up, also one whose time was up long ago', async () => {
    for (const leftMs of [10, -5000]) {
      const guard = new BuildGuard(leftMs, 'not done in time', []);
      await once(guard.signal, 'abort');
      assert.ok(guard.signal.reason instanceof UserError);
      assert.equal(guard.signal.reason.message, 'not done in time');
      guard.release();
    }
  });

  it('asks each check one after the other, and ends with what one says', async () => {
    let asked = 0;
    const checks = [
      () => Promise.reject(new Error('the engine is away')),
      () => Promise.resolve((asked += 1) > 2 ? 'the disk is full' : undefined),
    ];
    const guard = new BuildGuard(10_000, 'late', checks, 5);
    await once(guard.signal, 'abort');
    assert.equal((guard.signal.reason as Error).message, 'the disk is full');
    guard.release();
  });

  it('watches no more once released', async () => {
    const guard = new BuildGuard(5, 'late', [() => Promise.resolve('full')], 5);
    guard.release();
    await delay(20);
    assert.ok(!guard.signal.aborted);
  });
});
