import assert from 'node:assert/strict';
import { roomText } from '../../../../../dashboard/screens/overview/node-room.js';

const size = { memory: 2048 * 2 ** 20, cpus: 2 };
const limits = { memory: -512 * 2 ** 20, cpus: 1.5 };

describe('what is left on a node', () => {
  it('is said by limits, and by use where that was read', () => {
    assert.equal(
      roomText({ size, left: { limits, use: null } }),
      '-512 of 2048 MB and 1.5 of 2 cores left by limits',
    );
    const use = { memory: 1630 * 2 ** 20, cpus: 1.88, at: '2026-11-21T12:00:00.000Z' };
    assert.equal(
      roomText({ size, left: { limits, use } }),
      '-512 of 2048 MB and 1.5 of 2 cores left by limits; 1630 MB and 1.88 cores not in use',
    );
  });

  it('is not said where it is not known', () => assert.equal(roomText({ size: null, left: null }), null));
});
