import assert from 'node:assert/strict';
import { roomOn } from '../../../../server/measures/node-room.js';
import type { MeasureRecord } from '../../../../server/store/app/measure-store.js';

const size = { memory: 2000, cpus: 2 };
const at = new Date('2026-11-21T12:00:00Z');
const read = (machine?: { cpuMs: number; memory: number }): MeasureRecord => ({
  node: 'n',
  at,
  measure: { seconds: 10, containers: {}, disks: {}, ...(machine === undefined ? {} : { machine }) },
});

describe('what is left of a node', () => {
  it('is all of it without what limits promise, and without what is in use', () => {
    assert.deepEqual(roomOn(size, { memory: 500, cpus: 0.3 }, read({ cpuMs: 2500, memory: 700 })), {
      limits: { memory: 1500, cpus: 1.7 },
      use: { memory: 1300, cpus: 1.75, at },
    });
  });

  it('is less than nothing where more is promised than there is, and never by what is in use', () => {
    assert.deepEqual(roomOn(size, { memory: 2500, cpus: 3 }, read({ cpuMs: 21_000, memory: 2001 })), {
      limits: { memory: -500, cpus: -1 },
      use: { memory: 0, cpus: 0, at },
    });
  });

  it('is not known by use where nothing was read', () => {
    const none = { memory: 0, cpus: 0 };
    assert.deepEqual(
      [roomOn(size, none, undefined), roomOn(size, none, read())],
      [
        { limits: size, use: null },
        { limits: size, use: null },
      ],
    );
  });
});
