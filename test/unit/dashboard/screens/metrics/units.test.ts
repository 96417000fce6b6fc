import assert from 'node:assert/strict';
import { amountIn } from '../../../../../dashboard/screens/metrics/units.js';

describe('amounts of graphs', () => {
  it('are said with their unit, in few digits', () => {
    const said = [
      amountIn('per second', 212.4),
      amountIn('per second', 12.34),
      amountIn('ms', 0.456),
      amountIn('cores', 2),
      amountIn('cores', 0.0153),
      amountIn('cores', 0.00052),
      amountIn('bytes', 260_000_000),
      amountIn('bytes', 1_500),
      amountIn('share', 0.814),
      amountIn('times', 3),
    ];
    assert.deepEqual(said, [
      ...[
        '212 per second',
        '12.3 per second',
        '0.46 ms',
        '2 cores',
        '0.015 cores',
        '0.00052 cores',
        '260.0 MB',
        '2 kB',
        '81 %',
        '3',
      ],
    ]);
  });
});
