import assert from 'node:assert/strict';
import { maxRowsPerNode, resolutionFor, rowStart } from '../../../../server/measures/resolutions.js';

const now = new Date('2026-11-29T12:00:07Z');
const ago = (seconds: number): Date => new Date(now.getTime() - seconds * 1000);

describe('resolutions of measures', () => {
  it('keep 2,811 rows of a node: an hour, a day and a week, each with the row that is being filled', () => {
    assert.equal(maxRowsPerNode, 361 + 1441 + 1009);
  });

  it('begin rows at whole multiples', () => {
    assert.equal(rowStart(10, now).toISOString(), '2026-11-29T12:00:00.000Z');
    assert.equal(rowStart(600, new Date('2026-11-29T12:19:59Z')).toISOString(), '2026-11-29T12:10:00.000Z');
  });

  it('are chosen by how far back is asked, no finer than is shown', () => {
    assert.equal(resolutionFor(ago(600), now, 10), 10);
    assert.equal(resolutionFor(ago(3600), now, 30), 10);
    assert.equal(resolutionFor(ago(3600), now, 60), 60);
    assert.equal(resolutionFor(ago(7200), now, 10), 60);
    assert.equal(resolutionFor(ago(90_000), now, 10), 600);
    assert.equal(resolutionFor(ago(86_400 * 30), now, 10), 600);
  });
});
