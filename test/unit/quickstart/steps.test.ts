import assert from 'node:assert/strict';
import { waitUntil } from '../../../base/wait-until.js';
import { Steps } from '../../../quickstart/steps.js';

describe('quickstart steps', () => {
  const shown: string[] = [];
  beforeEach(() => void shown.splice(0));
  const write = (text: string): void => void shown.push(text.trim());

  it('say what they do, and how long it took', async () => {
    let now = 5_000;
    const steps = new Steps({ started: 0, now: () => now, write });
    await steps.run('Starting the controller', async (note) => {
      note('started');
      now = 7_500;
    });
    assert.deepEqual(shown, ['-----> Starting the controller', 'started', '2.5 s (7.5 s in all)']);
  });

  it('say what they still wait for when they are silent, and no more when they have ended', async () => {
    const steps = new Steps({ started: 0, now: () => 0, write, beatMs: 5 });
    const beats = (): string[] => shown.filter((line) => line.startsWith('...'));
    let end = (): void => undefined;
    const running = steps.run('Finding the images', (note) => {
      note('installing the base of trixie');
      return new Promise<void>((resolve) => (end = resolve));
    });
    await waitUntil(async () => (beats().length > 1 ? true : undefined), {
      deadlineMs: 5_000,
      intervalMs: 1,
      what: 'two beats',
    });
    end();
    await running;
    const { length } = beats();
    assert.equal(beats()[0], '... installing the base of trixie (0.0 s)');
    await new Promise((resolve) => setTimeout(resolve, 30));
    assert.equal(beats().length, length);
  });

  it('say that they failed, and end their beat then, too', async () => {
    const steps = new Steps({ started: 0, now: () => 0, write });
    await assert.rejects(
      steps.run('Logging in', () => Promise.reject(new Error('no'))),
      /no/,
    );
    assert.match(shown.at(-1)!, /^! +Logging in failed after/);
  });
});
