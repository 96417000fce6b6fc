import assert from 'node:assert/strict';
import {
  quotaChanges,
  quotaInWords,
  typedQuota,
} from '../../../../../dashboard/screens/guests/quota-edits.js';

const quota = { containers: 10, memory: 2 * 1024 ** 3, cpus: 1, disk: 5 * 1024 ** 3 };

describe('the form of a quota', () => {
  it('says one in words', () => {
    assert.equal(quotaInWords(quota), '10 containers, 2G, 1 core, 5G of disk');
    assert.equal(quotaInWords({ containers: null, memory: null, cpus: null, disk: null }), 'none');
  });

  it('gives what has changed, and lifts what was emptied', () => {
    const before = typedQuota(quota);
    assert.deepEqual(quotaChanges(before, before), { changes: {}, wrong: [] });
    assert.deepEqual(quotaChanges({ ...before, memory: '', cpus: ' 2.5 ', disk: '1G' }, before), {
      changes: { memory: null, cpus: 2.5, disk: '1G' },
      wrong: [],
    });
  });

  it('has of guests to come how many each person may have, and lifts by none', () => {
    const before = typedQuota(quota, 3);
    assert.deepEqual(quotaChanges({ ...before, containers: '5', guests: 'none' }, before), {
      changes: { containers: 5, guests: null },
      wrong: [],
    });
  });

  it('says what is no number', () => {
    const before = typedQuota({ containers: null, memory: null, cpus: null, disk: null });
    assert.deepEqual(quotaChanges({ ...before, containers: 'many', cpus: '1' }, before).wrong, [
      { field: 'containers', message: '"many" is not a valid number: expected one like 2, or none' },
    ]);
  });
});
