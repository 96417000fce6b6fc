import assert from 'node:assert/strict';
import { containerEvents } from '../../../../server/log/container-events.js';
import { operationText } from '../../../../server/log/operation-events.js';

const up = { state: 'up', restarts: 0, exitCode: null, outOfMemory: false };
const at = new Date('2026-11-29T10:00:00Z');
const told = (before: typeof up | null, now: Partial<Omit<typeof up, 'exitCode'>> & { exitCode?: number }) =>
  containerEvents([{ process: 'web.1', before, now: { ...up, ...now } }], at).map(({ text }) => text);

describe("an app's log says of its containers", () => {
  it('nothing while they run', () => {
    assert.deepEqual(told(up, {}), []);
    assert.deepEqual(told(null, {}), []);
  });

  it('that they crashed, and how often', () => {
    assert.deepEqual(told(up, { state: 'crashing', restarts: 1, exitCode: 3 }), [
      'ended with exit code 3 and was restarted',
    ]);
    assert.deepEqual(told({ ...up, restarts: 1 }, { restarts: 4 }), ['ended and was restarted, 3 times']);
  });

  it('that they ended, once', () => {
    const stopped = { state: 'stopped', exitCode: 1 };
    assert.deepEqual(told(up, stopped), ['ended with exit code 1']);
    assert.deepEqual(told({ ...up, state: 'stopped' }, stopped), []);
  });

  it('that they wanted too much memory', () => {
    assert.deepEqual(told(up, { restarts: 1, exitCode: 137, outOfMemory: true }), [
      'was killed for want of memory (it had used all of its limit) with exit code 137 and was restarted',
    ]);
  });
});

describe("an app's log says of operations", () => {
  const seen = { id: '1', kind: 'deploy', formation: 'app', attempt: 1 };

  it('when they begin, go on elsewhere, and how they end', () => {
    assert.equal(operationText(seen), 'deploy begins');
    assert.equal(operationText({ ...seen, attempt: 2 }), 'deploy goes on, attempt 2');
    const ended = (outcome: object): string | undefined =>
      operationText({ ...seen, end: { outcome, ms: 1234 } });
    assert.equal(ended({ state: 'succeeded', result: {} }), 'deploy is done after 1.2 s');
    assert.equal(
      ended({ state: 'failed', error: { message: 'web.1 did not listen' } }),
      'deploy failed after 1.2 s: web.1 did not listen',
    );
  });

  it('which release or commit they are about, who asked for them, and which release a push has made', () => {
    const deploy = { subject: 'v12', by: 'olga' };
    const push = { ...seen, kind: 'push' };
    const ended = (outcome: object) => ({ end: { outcome, ms: 1000 } });
    assert.equal(operationText(seen, deploy), 'deploy of v12 by olga begins');
    assert.equal(operationText({ ...seen, attempt: 2 }, deploy), 'deploy of v12 goes on, attempt 2');
    const scale = { ...seen, kind: 'scale-layers' };
    assert.equal(operationText(scale, { by: 'olga' }), 'scale-layers by olga begins');
    const result = { release: 12, state: 'live' };
    const done = ended({ state: 'succeeded', result });
    assert.equal(operationText({ ...seen, ...done }, deploy), 'deploy of v12 is done after 1.0 s');
    assert.equal(
      operationText({ ...push, ...done }, { subject: 'c0ffee12', by: 'olga' }),
      'push of c0ffee12 is done after 1.0 s: v12 is live',
    );
    const error = { message: 'it did not build' };
    assert.equal(
      operationText({ ...push, ...ended({ state: 'failed', error, result: null }) }, { subject: 'c0ffee12' }),
      'push of c0ffee12 failed after 1.0 s: it did not build',
    );
  });

  it('nothing of those that are no news', () => {
    assert.equal(operationText({ ...seen, kind: 'why-run' }), undefined);
    assert.equal(operationText({ ...seen, end: { outcome: 'handed over', ms: 1 } }), undefined);
  });
});
