import assert from 'node:assert/strict';
import { generatedCert, newCert } from '../../../../../dashboard/screens/network/cert-edits.js';

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
