import assert from 'node:assert/strict';
import fc from 'fast-check';
import { mergeLogs, parseLogLines } from '../../../../../server/formation/logs/merge-logs.js';

const at = (nanos: number): string => `2026-01-01T00:00:00.${String(nanos).padStart(9, '0')}Z`;

describe('merging logs', () => {
  it('orders lines of several nodes by time and keeps the newest', () => {
    const one = parseLogLines(`web.1 ${at(1_000_000)} first\nweb.1 ${at(5_000_000)} third\n`);
    const two = parseLogLines(`web.2 ${at(3_999_999)} second\nworker.1 ${at(7_000_000)} fourth\n`);
    assert.deepEqual(mergeLogs([one, two], 3), [
      '2026-01-01T00:00:00.003Z app[web.2]: second',
      '2026-01-01T00:00:00.005Z app[web.1]: third',
      '2026-01-01T00:00:00.007Z app[worker.1]: fourth',
    ]);
  });

  it('keeps the order of lines of one time', () => {
    const lines = parseLogLines(`web.1 ${at(1)} a\nweb.1 ${at(1)} b\nweb.1 ${at(1)} \n`);
    assert.deepEqual(
      mergeLogs([lines], 9).map((line) => line.slice(-2)),
      [' a', ' b', ': '],
    );
  });

  it('keeps what has another form beside the line before it', () => {
    const lines = parseLogLines(`web.1 ${at(1)} a\nError response from daemon\n`);
    assert.deepEqual(
      mergeLogs([lines], 9).map((line) => line.split('app')[1]),
      ['[web.1]: a', '[web.1]: Error response from daemon'],
    );
  });

  it('never throws, and loses no line', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const lines = text.split('\n').filter((line) => line !== '');
        assert.equal(mergeLogs([parseLogLines(text)], 1000).length, lines.length);
      }),
    );
  });
});
