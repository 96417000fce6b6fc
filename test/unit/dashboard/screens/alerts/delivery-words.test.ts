import assert from 'node:assert/strict';
import type { Delivery } from '../../../../../dashboard/api/types.js';
import { lastWord, toldIn, tries } from '../../../../../dashboard/screens/alerts/delivery-words.js';

const delivery = (last: Partial<Delivery>): Delivery =>
  ({ last_error: null, last_status: null, ...last }) as Delivery;

describe('deliveries in words', () => {
  it('have the text that was sent, where the body holds one', () => {
    assert.equal(toldIn({ text: 'Alert (shop): web.1 is away' }), 'Alert (shop): web.1 is away');
    for (const body of [null, 'text', { text: 7 }, {}]) assert.equal(toldIn(body), null);
  });

  it('have the error before the status, and neither before the first attempt', () => {
    assert.equal(lastWord(delivery({})), '');
    assert.equal(lastWord(delivery({ last_status: 204 })), 'it answered 204');
    assert.equal(lastWord(delivery({ last_status: 500, last_error: 'it answered 500' })), 'it answered 500');
    assert.deepEqual([1, 3].map(tries), ['once', '3 times']);
  });
});
