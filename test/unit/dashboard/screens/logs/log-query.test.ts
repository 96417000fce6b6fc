import assert from 'node:assert/strict';
import { fromLine, momentOf } from '../../../../../dashboard/screens/logs/log-query.js';

describe('what of the logs is asked for', () => {
  it('has moments of the zone that the browser is in', () => {
    assert.equal(momentOf('2026-11-21T12:00'), new Date(2026, 10, 21, 12).toISOString());
    assert.deepEqual(['', 'soon'].map(momentOf), ['', '']);
  });

  it('is all from a line on, of every process', () => {
    const query = fromLine('2026-11-21T12:00:00.123Z app[web.1]: an error');
    assert.deepEqual(query, {
      ...{ ps: '', grep: '', source: '', until: '', lines: 10_000 },
      since: '2026-11-21T12:00:00.123Z',
    });
    assert.equal(fromLine('an error of 2026-11-21T12:00:00.123Z'), undefined);
  });
});
