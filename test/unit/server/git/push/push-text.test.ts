import assert from 'node:assert/strict';
import { cleanLine } from '../../../../../server/operation/output/clean-line.js';
import { failureText, PushText, queueText, verdictOf } from '../../../../../server/git/push/push-text.js';
import type { OperationEventRecord } from '../../../../../server/store/operations/operation-event-store.js';
import type { OperationRecord } from '../../../../../server/store/operations/operation-store.js';

const event = (type: string, data: Record<string, unknown>): OperationEventRecord => ({
  id: 1,
  operationId: 'x',
  at: new Date(0),
  type,
  data,
});

describe('PushText', () => {
  it('shows lines as they are and adds the steps up', () => {
    const text = new PushText();
    assert.deepEqual(text.linesOf(event('line', { text: '-----> hello' })), ['-----> hello']);
    assert.equal(text.done(), '-----> Done in 0.0 s');
    text.linesOf(event('step-ended', { step: 'build', ms: 3120, ok: true }));
    text.linesOf(event('step-ended', { step: 'start', ms: 800, ok: true }));
    assert.equal(text.done(), '-----> Done in 3.9 s, 3.1 s of it the build');
  });

  it('lets nothing that an app wrote drive the terminal of the pusher', () => {
    const wrote = '\u001b]0;owned\u0007one\u001b[2J\u009b2J \u001b[31mred\u001b[0m\r\ntwo\rthree\n';
    const clean = new PushText().linesOf(event('line', { text: `web.1: ${wrote}` }));
    assert.deepEqual(clean, ['web.1: one red', 'two', 'three', '']);
    const end = event('end', { state: 'failed', error: { message: `web.1: ${wrote}` } });
    assert.deepEqual(verdictOf(end), { refuse: 'deploy failed: web.1: one red' });
  });

  it('lets a heartbeat speak only into silence', () => {
    const text = new PushText();
    const beat = event('heartbeat', { step: 'build', ms: 10_000 });
    text.linesOf(event('line', { text: 'x' }));
    assert.deepEqual(text.linesOf(beat), []);
    assert.deepEqual(text.linesOf(beat), ['       still at build, 10.0 s']);
    const busy = event('heartbeat', { step: 'prefetch', ms: 20_000, doing: 'a-1: docker_image[x]\u001b[2J' });
    assert.deepEqual(text.linesOf(busy), ['       still at prefetch (a-1: docker_image[x]), 20.0 s']);
  });

  it('accepts nothing but success', () => {
    assert.deepEqual(verdictOf(event('end', { state: 'succeeded' })), { accept: true });
    assert.deepEqual(verdictOf(event('end', { state: 'failed', error: { message: 'no room\nand more' } })), {
      refuse: 'deploy failed: no room',
    });
    assert.deepEqual(verdictOf(event('end', { state: 'cancelled' })), { refuse: 'deploy cancelled' });
  });
});

describe('failureText', () => {
  it('ends with why, and with advice where there is some, each in one clean line', () => {
    const end = (error: object) => event('end', { state: 'failed', error });
    assert.deepEqual(failureText('deploy failed: no', end({ message: 'no' })), [' !     deploy failed: no']);
    const advised = end({ message: 'no', advice: 'Push\u001b[2J again\nand again' });
    assert.deepEqual(failureText('deploy failed: no', advised), [
      ' !     deploy failed: no',
      ' !     Push again',
    ]);
  });
});

describe('queueText', () => {
  const holder = {
    id: 'x',
    kind: 'push',
    requestedBy: 1,
    systemActor: null,
    step: 'build',
    startedAt: new Date(60_000),
    createdAt: new Date(0),
  } as OperationRecord;
  const lines = (before: OperationRecord[], at: number): string[] =>
    queueText(before, new Map([[1, 'ada']]), new Date(at));

  it('says who holds the formation, where, and for how long', () => {
    assert.deepEqual(lines([holder], 72_400), [
      '-----> Waiting for push by ada (at build, for 12 s)',
      '       `deis ops:cancel x` ends it',
    ]);
  });
  it('counts from when it came where it has not begun, and never below zero', () => {
    assert.equal(
      lines([{ ...holder, startedAt: null, step: null, requestedBy: null }, holder], 5000)[0],
      '-----> Waiting for push (for 5 s) and 1 more',
    );
    assert.match(lines([holder], 59_000)[0]!, /for 0 s/);
  });
  it('names the part of the controller that asked for it', () => {
    assert.match(
      lines([{ ...holder, requestedBy: null, systemActor: 'watcher' }], 72_400)[0]!,
      /^-----> Waiting for push by system:watcher \(/,
    );
  });
  it('says nothing where nobody is before', () => assert.deepEqual(lines([], 0), []));
});

describe('cleanLine', () => {
  it('drops what drives terminals and what PostgreSQL cannot store', () =>
    assert.equal(cleanLine('\u001b[31mred\u001b[0m\0 \u0007bell\tt ü  '), 'red bell\tt ü'));
  it('cuts endless lines', () => assert.equal(cleanLine('x'.repeat(100_000)).length, 4001));
});
