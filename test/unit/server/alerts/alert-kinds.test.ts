import assert from 'node:assert/strict';
import { UserError } from '../../../../base/errors.js';
import { alertKindNames, thresholdOf } from '../../../../server/alerts/alert-kinds.js';

describe('thresholds of alerts', () => {
  it('are the kind’s own unless another is given', () => {
    assert.deepEqual(
      alertKindNames.map((kind) => thresholdOf(kind, undefined)),
      [null, 90, 5, 1000, 1, null, 14, 85, null, null, 14, 48, 10],
    );
    assert.equal(thresholdOf('p95', 250), 250);
  });

  it('are refused where they cannot be', () => {
    for (const [kind, value] of [
      ['memory', 101],
      ['memory', 0],
      ['p95', Number.NaN],
      ['deploy', 5],
    ] as const)
      assert.throws(() => thresholdOf(kind, value), UserError);
  });
});
