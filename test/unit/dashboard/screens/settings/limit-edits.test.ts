import assert from 'node:assert/strict';
import { limitChanges, typedLimits } from '../../../../../dashboard/screens/settings/limit-edits.js';

const limits = {
  release: 3,
  types: {
    web: { memory: 512 * 1024 ** 2, cpus: 0.5 },
    odd: { memory: 1_000_000_001, cpus: null },
    big: { memory: 3 * 1024 ** 3, cpus: null },
  },
};

describe('edits of limits', () => {
  const before = typedLimits(limits, ['worker', 'web']);

  it('show amounts as people write them, for each process type', () => {
    assert.deepEqual(before, {
      big: { memory: '3G', cpus: '' },
      odd: { memory: '1000000001', cpus: '' },
      web: { memory: '512M', cpus: '0.5' },
      worker: { memory: '', cpus: '' },
    });
  });

  it('send what differs alone; an empty field takes the limit away', () => {
    assert.equal(limitChanges(before, before), undefined);
    assert.deepEqual(limitChanges(before, { ...before, web: { memory: '', cpus: '2' } }), {
      memory: { web: null },
      cpus: { web: 2 },
    });
    assert.deepEqual(limitChanges(before, { ...before, worker: { memory: '1G', cpus: '' } }), {
      memory: { worker: '1G' },
    });
  });
});
