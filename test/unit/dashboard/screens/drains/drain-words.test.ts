import assert from 'node:assert/strict';
import { givenDrain, progressOf } from '../../../../../dashboard/screens/drains/drain-words.js';

describe('drains', () => {
  it('leave name and type to the controller where they are empty', () => {
    const url = 'syslog://logs.example.com:514';
    assert.deepEqual(givenDrain({ url: ` ${url} `, id: '', type: '' }), { url });
    assert.deepEqual(givenDrain({ url, id: 'archive', type: 'loki' }), { url, id: 'archive', type: 'loki' });
  });

  it('say how far they have got', () => {
    assert.equal(progressOf({ sent: 1, unsent: 0, backlog: 0 }), '1 line sent');
    assert.equal(
      progressOf({ sent: 1200, unsent: 3, backlog: 2e6 }),
      '1200 lines sent, 3 never will be, 2.0 MB wait',
    );
  });
});
