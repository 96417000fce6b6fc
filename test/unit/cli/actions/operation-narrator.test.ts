import assert from 'node:assert/strict';
import { OperationNarrator } from '../../../../cli/actions/operation-narrator.js';
import type { Output } from '../../../../cli/terminal/output.js';

describe('what the person at the terminal hears of a step', () => {
  const heard = (data: Record<string, unknown>): string[] => {
    const said: string[] = [];
    const hear = (text: string): void => void said.push(text);
    const narrator = new OperationNarrator({ talk: hear, aside: hear } as unknown as Output);
    narrator.hear({ event: 'step-ended', data } as Parameters<OperationNarrator['hear']>[0]);
    return said;
  };

  it('is that it failed, or that it was cancelled, which is no failure', () => {
    assert.deepEqual(heard({ step: 'boot', ms: 41_000, ok: false }), [' !     boot failed after 41.0 s']);
    assert.deepEqual(heard({ step: 'boot', ms: 41_000, ok: false, cancelled: true }), [
      ' !     boot was cancelled after 41.0 s',
    ]);
    assert.deepEqual(heard({ step: 'boot', ms: 41_000, ok: true }), ['       (boot: 41.0 s)']);
    assert.deepEqual(heard({ step: 'boot', ms: 4, ok: true }), []);
  });
});
