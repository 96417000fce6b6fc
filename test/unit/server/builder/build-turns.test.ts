import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { buildTurns } from '../../../../server/builder/build-turns.js';

const never = new AbortController().signal;
const silent = (): void => undefined;

describe('buildTurns', () => {
  it('gives turns in order and says when one has to wait', async () => {
    const takeTurn = buildTurns(1);
    const said: string[] = [];
    const turns = ['a', 'b'].map((name) =>
      takeTurn(
        never,
        () => said.push(`${name} waits`),
        async () => said.push(name),
      ),
    );
    await Promise.all(turns);
    assert.deepEqual(said, ['b waits', 'a', 'b']);
  });

  it('ends a wait that is cancelled at once, never does its work, and passes its turn on', async () => {
    const takeTurn = buildTurns(1);
    let finish = silent;
    const first = takeTurn(never, silent, () => new Promise<void>((resolve) => (finish = resolve)));
    const cancel = new AbortController();
    let worked = false;
    const waiting = takeTurn(cancel.signal, silent, () => Promise.resolve((worked = true)));
    const last = takeTurn(never, silent, () => Promise.resolve('last'));
    cancel.abort(new Error('cancelled'));
    await assert.rejects(waiting, /cancelled/);
    finish();
    await first;
    assert.equal(await last, 'last');
    assert.equal(worked, false);
  });

  it('leaves work that has begun to its own end', async () => {
    const cancel = new AbortController();
    let finish = silent;
    const turn = buildTurns(1)(cancel.signal, silent, () =>
      new Promise<void>((resolve) => (finish = resolve)).then(() => 'put back'),
    );
    await setImmediate();
    cancel.abort(new Error('cancelled'));
    finish();
    assert.equal(await turn, 'put back');
  });

  it('gives up a turn within a second of a cancel, whatever its work does', async () => {
    const takeTurn = buildTurns(1);
    const cancel = new AbortController();
    const deaf = takeTurn(cancel.signal, silent, () => new Promise<void>(() => undefined));
    const next = takeTurn(never, silent, () => Promise.resolve('next'));
    await setImmediate();
    const cancelledAt = performance.now();
    cancel.abort(new Error('cancelled'));
    await assert.rejects(deaf, /cancelled/);
    assert.equal(await next, 'next');
    assert.ok(performance.now() - cancelledAt < 1000);
  });

  it('takes no turn for who was cancelled before asking', async () => {
    const takeTurn = buildTurns(1);
    let worked = false;
    const asked = takeTurn(AbortSignal.abort(new Error('cancelled')), silent, () =>
      Promise.resolve((worked = true)),
    );
    await assert.rejects(asked, /cancelled/);
    assert.equal(await takeTurn(never, silent, () => Promise.resolve('next')), 'next');
    assert.equal(worked, false);
  });
});
