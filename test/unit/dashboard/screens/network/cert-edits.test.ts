import assert from 'node:assert/strict';
import {
  generatedCert,
  newCert,
  newPair,
  sentPair,
} from '../../../../../dashboard/screens/network/cert-edits.js';

describe('a certificate that signs itself', () => {
  it('is asked for with what was typed, and nothing else', () => {
    assert.deepEqual(generatedCert(newCert), {});
    assert.deepEqual(generatedCert({ domains: ' ', days: ' ', id: ' ' }), {});
    assert.deepEqual(
      generatedCert({ domains: 'a.example.com, b.example.com\n*.c.example.com', days: '30', id: ' now ' }),
      { id: 'now', domains: ['a.example.com', 'b.example.com', '*.c.example.com'], days: 30 },
    );
  });
});

describe("a certificate of one's own", () => {
  it('has the name that was typed, else that of its first domain', () => {
    const pair = { certificate: 'a chain', key: 'a key' };
    assert.deepEqual(sentPair({ ...newPair, ...pair, id: ' main ' }), { ...pair, id: 'main' });
    assert.deepEqual(sentPair({ ...newPair, ...pair, id: ' ' }), pair);
  });
});
