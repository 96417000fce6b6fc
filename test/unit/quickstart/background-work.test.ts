import assert from 'node:assert/strict';
import { onAbort } from '../../../base/on-abort.js';
import { BackgroundWork } from '../../../quickstart/background-work.js';

describe('work beside the steps of the quickstart', () => {
  it('keeps its lines until it is watched, then shows them and those that follow', async () => {
    let say = (_line: string): void => undefined;
    let end = (_value: string): void => undefined;
    const work = new BackgroundWork<string>(({ onProgress }) => {
      say = onProgress;
      return new Promise((resolve) => (end = resolve));
    });
    say('installing the base');
    const shown: string[] = [];
    const watched = work.watch((line) => shown.push(line));
    assert.deepEqual(shown, ['installing the base']);
    say('loading the stack');
    end('made');
    assert.equal(await watched, 'made');
    assert.deepEqual(shown, ['installing the base', 'loading the stack']);
    await work.cancel();
  });

  it('fails for who watches it, whenever that is', async () => {
    const work = new BackgroundWork(() => Promise.reject(new Error('no mirror')));
    await new Promise((resolve) => setImmediate(resolve));
    await assert.rejects(
      work.watch(() => undefined),
      /no mirror/,
    );
  });

  it('ends when it is cancelled, and is waited for', async () => {
    let ended = false;
    const work = new BackgroundWork(
      ({ signal }) =>
        new Promise((_resolve, reject) => {
          onAbort(signal, () =>
            setImmediate(() => {
              ended = true;
              reject(signal.reason as Error);
            }),
          );
        }),
    );
    await work.cancel();
    assert.equal(ended, true);
  });
});
