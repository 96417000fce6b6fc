import assert from 'node:assert/strict';
import { cleanLine } from '../../../../server/build/build-output.js';
import { PushText, verdictOf } from '../../../../server/build/push-text.js';
import type { OperationEventRecord } from '../../../../server/store/operation-event-store.js';

const event = (type: string, data: Record<string, unknown>): OperationEventRecord => ({ id: 1, operationId: 'x', at: new Date(0), type, data });

describe('PushText', () => {
  it('shows lines as they are and sums the steps up', () => {
    const text = new PushText();
    assert.deepEqual(text.linesOf(event('line', { text: '-----> hello' })), ['-----> hello']);
    assert.equal(text.times(), '');
    text.linesOf(event('step-ended', { step: 'build', ms: 3120, ok: true }));
    text.linesOf(event('step-ended', { step: 'start', ms: 800, ok: true }));
    assert.equal(text.times(), '       build 3.1 s, start 0.8 s; 3.9 s in all');
  });

  it('lets a heartbeat speak only into silence', () => {
    const text = new PushText();
    const beat = event('heartbeat', { step: 'build', ms: 10_000 });
    text.linesOf(event('line', { text: 'x' }));
    assert.deepEqual(text.linesOf(beat), []);
    assert.deepEqual(text.linesOf(beat), ['       still at build, 10.0 s']);
  });

  it('accepts nothing but success', () => {
    assert.deepEqual(verdictOf(event('end', { state: 'succeeded' })), { accept: true });
    assert.deepEqual(verdictOf(event('end', { state: 'failed', error: { message: 'no room\nand more' } })), { refuse: 'deploy failed: no room' });
    assert.deepEqual(verdictOf(event('end', { state: 'cancelled' })), { refuse: 'deploy cancelled' });
  });
});

describe('cleanLine', () => {
  it('drops what drives terminals and what PostgreSQL cannot store', () => assert.equal(cleanLine('\u001b[31mred\u001b[0m\0 \u0007bell\tt ü  '), 'red bell\tt ü'));
  it('cuts endless lines', () => assert.equal(cleanLine('x'.repeat(100_000)).length, 4001));
});
