import assert from 'node:assert/strict';
import type { LogLine } from '../../../../../provisioner/node-commands/log-line-reader.js';
import { mergeLogs } from '../../../../../server/formation/logs/merge-logs.js';

const line = (container: string, nanos: number, text: string): LogLine => ({
  at: `2026-01-01T00:00:00.${String(nanos).padStart(9, '0')}Z`,
  container,
  stream: 'stdout',
  text,
});

describe('merging logs', () => {
  it('orders lines of several nodes by time and keeps the newest', () => {
    const one = [line('web.1', 1_000_000, 'first'), line('web.1', 5_000_000, 'third')];
    const two = [line('web.2', 3_999_999, 'second'), line('worker.1', 7_000_000, 'fourth')];
    assert.deepEqual(mergeLogs([one, two], 3), [
      '2026-01-01T00:00:00.003Z app[web.2]: second',
      '2026-01-01T00:00:00.005Z app[web.1]: third',
      '2026-01-01T00:00:00.007Z app[worker.1]: fourth',
    ]);
    assert.deepEqual(mergeLogs([one, two], 0), []);
  });

  it('keeps the order of lines of one time', () => {
    const lines = ['a', 'b', ''].map((text) => line('web.1', 1, text));
    assert.deepEqual(
      mergeLogs([lines], 9).map((text) => text.slice(-2)),
      [' a', ' b', ': '],
    );
  });
});
