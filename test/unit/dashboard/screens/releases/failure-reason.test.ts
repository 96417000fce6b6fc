import assert from 'node:assert/strict';
import { partsOf } from '../../../../../dashboard/screens/releases/failure-reason.js';

describe('the reason of a failed release', () => {
  it('is its first sentence, with what containers said behind it, line by line', () =>
    assert.deepEqual(
      partsOf('v6 did not start: exited with status 1\nError: no db\n    at main (app.js:1)'),
      {
        sentence: 'v6 did not start: exited with status 1',
        rest: 'Error: no db\n    at main (app.js:1)',
      },
    ));

  it('is all of it where it is one line', () =>
    assert.deepEqual(partsOf('cancelled'), { sentence: 'cancelled', rest: '' }));
});
