import assert from 'node:assert/strict';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { UserError } from '../../../../base/errors.js';
import { LimitGuard } from '../../../../server/git/limit-guard.js';

describe('LimitGuard', () => {
  it('ends what has had its time, also when that was over long ago', async () => {
    for (const leftMs of [10, -5000]) {
      const guard = new LimitGuard([], { time: { leftMs, late: 'not done in time' } });
      await once(guard.signal, 'abort');
      assert.ok(guard.signal.reason instanceof UserError);
      assert.equal(guard.signal.reason.message, 'not done in time');
      guard.release();
    }
  });

  it('asks each check for itself, again and again, and ends with what one says', async () => {
    let asked = 0;
    const checks = [
      () => Promise.reject(new Error('the engine is away')),
      () => new Promise<undefined>(() => undefined),
      () => Promise.resolve((asked += 1) > 2 ? 'the disk is full' : undefined),
    ];
    const guard = new LimitGuard(checks, { everyMs: 5 });
    await once(guard.signal, 'abort');
    assert.equal((guard.signal.reason as Error).message, 'the disk is full');
    guard.release();
  });

  it('never makes a check twice at once, and makes a slow one less often', async () => {
    const startedAt: number[] = [];
    let isMaking = false;
    const check = async (): Promise<string | undefined> => {
      assert.ok(!isMaking);
      isMaking = true;
      startedAt.push(performance.now());
      await delay(30);
      isMaking = false;
      return startedAt.length === 3 ? 'enough' : undefined;
    };
    const guard = new LimitGuard([check], { everyMs: 1 });
    await once(guard.signal, 'abort');
    for (const index of [1, 2]) assert.ok(startedAt[index]! - startedAt[index - 1]! > 140);
    guard.release();
  });

  it('says nothing once released, also when a check was under way', async () => {
    let answer: (text: string) => void = () => undefined;
    let asked: () => void = () => undefined;
    const asking = new Promise<void>((resolve) => (asked = resolve));
    const check = (): Promise<string> => (asked(), new Promise((resolve) => (answer = resolve)));
    const guard = new LimitGuard([check], { everyMs: 1, time: { leftMs: 200, late: 'late' } });
    await asking;
    guard.release();
    answer('full');
    await delay(300);
    assert.ok(!guard.signal.aborted);
  });
});
