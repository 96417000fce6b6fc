import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { OutputTurns } from '../../../../provisioner/ssh/output-turns.js';

describe('turns of output', () => {
  it('lets through at once what a turn has room for, the last one beyond it, and more in the next turn', async () => {
    const turns = new OutputTurns(10);
    assert.deepEqual(
      [6, 6, 1].map((bytes) => turns.take(bytes)),
      [true, true, false],
    );
    await nextTurn();
    assert.equal(turns.take(100), true, 'more than a turn has room for');
    assert.equal(turns.take(1), false);
  });

  it('begins what waits in its order, a turn at a time, and lets nobody pass it', async () => {
    const turns = new OutputTurns(10);
    const begun: string[] = [];
    assert.equal(turns.take(10), true);
    for (const name of ['a', 'b', 'c', 'd']) turns.wait(5, () => begun.push(name));
    assert.equal(turns.take(1), false);
    assert.deepEqual(begun, []);
    await nextTurn();
    assert.deepEqual(begun, ['a', 'b']);
    assert.equal(turns.take(1), false, 'before those who wait');
    await nextTurn();
    assert.deepEqual(begun, ['a', 'b', 'c', 'd']);
    await nextTurn();
    assert.equal(turns.take(1), true);
  });

  it('lets who has begun wait again behind the others', async () => {
    const turns = new OutputTurns(10);
    const begun: string[] = [];
    turns.take(10);
    const again = (name: string, times: number): void =>
      turns.wait(10, () => {
        begun.push(name);
        if (times > 1) again(name, times - 1);
      });
    again('a', 3);
    again('b', 1);
    for (let turn = 0; turn < 5; turn += 1) await nextTurn();
    assert.deepEqual(begun, ['a', 'b', 'a', 'a']);
  });
});
