import assert from 'node:assert/strict';
import { oneOffLimits } from '../../../../../server/formation/runs/one-off-limits.js';
import type { Quota } from '../../../../../server/store/app/quota.js';
import { snapshot } from '../../../../support/server/formation-snapshots.js';

const megabyte = 2 ** 20;

describe('the limits of a one-off command', () => {
  const { formation } = snapshot();
  const host = { ...formation, name: 'platform' };
  const limits = { worker: { memory: 256 * megabyte, cpus: 2 } };
  const ask = (quota: Quota, type = 'run') =>
    oneOffLimits({ formation: { ...formation, quota }, host }, type, limits);

  it('are none on nodes of its own, and without a quota', () => {
    assert.deepEqual(oneOffLimits({ formation, host: undefined }, 'worker', limits), {});
    assert.deepEqual(ask({}, 'worker'), {});
    assert.deepEqual(ask({ containers: 1 }), {});
  });

  it('are those of its process type, as far as the quota goes', () => {
    assert.deepEqual(ask({ memory: 1024 * megabyte, cpus: 4 }, 'worker'), limits.worker);
    assert.deepEqual(ask({ memory: 128 * megabyte, cpus: 0.5 }, 'worker'), {
      memory: 128 * megabyte,
      cpus: 0.5,
    });
    assert.deepEqual(ask({ memory: 1024 * megabyte }, 'worker'), { memory: 256 * megabyte });
  });

  it('are else the quota of memory, and one core or less', () => {
    assert.deepEqual(ask({ memory: 1024 * megabyte, cpus: 4 }), { memory: 1024 * megabyte, cpus: 1 });
    assert.deepEqual(ask({ cpus: 0.5 }), { cpus: 0.5 });
    assert.deepEqual(ask({ cpus: 4 }, 'constructor'), { cpus: 1 });
  });

  it('are never 0, which Docker takes for none', () => {
    assert.deepEqual(ask({ memory: 0, cpus: 0 }), { memory: 6 * megabyte, cpus: 0.01 });
  });
});
