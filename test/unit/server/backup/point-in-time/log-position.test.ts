import assert from 'node:assert/strict';
import {
  historyName,
  isUpTo,
  parseHistory,
  segmentName,
  segmentNames,
  segmentNumber,
  segmentOf,
  timelineOf,
} from '../../../../../server/backup/point-in-time/log-position.js';

describe('positions in the log', () => {
  it('are in segments, whose names tell timeline and number', () => {
    assert.equal(segmentName(1, segmentOf('0/3000028')), '000000010000000000000003');
    assert.equal(segmentName(10, segmentOf('2/FF000000')), '0000000A00000002000000FF');
    assert.equal(segmentNumber('0000000A00000002000000FF'), segmentOf('2/FF000000'));
    assert.equal(timelineOf('0000000A00000002000000FF'), 10);
    assert.equal(segmentNumber('0000000A.history'), undefined);
    assert.equal(segmentNumber('000000010000000000000003.partial'), undefined);
  });

  it('are compared as numbers', () => {
    assert.deepEqual(
      [isUpTo('0/9', '0/10'), isUpTo('0/10', '0/10'), isUpTo('1/0', '0/FFFFFFFF'), isUpTo('A/0', '9/FF')],
      [true, true, false, false],
    );
  });

  it('follow the ancestors of a timeline; the segment of a switch is the younger one', () => {
    const ancestors = parseHistory(
      '1\t0/5000060\tbefore 2026-11-29\n\n2\t0/7000000\tno recovery target specified\n',
    );
    assert.deepEqual(ancestors, [
      { timeline: 1, switchAt: '0/5000060' },
      { timeline: 2, switchAt: '0/7000000' },
    ]);
    assert.deepEqual(
      segmentNames(4, 8, { timeline: 3, ancestors }).map(
        (name) => `${timelineOf(name)}:${segmentNumber(name)}`,
      ),
      ['1:4', '2:5', '2:6', '3:7', '3:8'],
    );
    assert.equal(historyName(3), '00000003.history');
  });
});
