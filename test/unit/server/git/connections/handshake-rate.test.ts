import assert from 'node:assert/strict';
import { HandshakeRate, handshakeLimits } from '../../../../../server/git/connections/handshake-rate.js';

describe('HandshakeRate', () => {
  let now: number;
  let rate: HandshakeRate;
  const taken = (address: string, tries: number): number =>
    Array.from({ length: tries }, () => rate.take(address)).filter(Boolean).length;

  beforeEach(() => {
    now = 0;
    rate = new HandshakeRate(handshakeLimits(120), () => now);
  });

  it('lets an address begin half a minute of them at once, then as many as time goes by', () => {
    assert.equal(taken('a', 100), 60);
    now += 5000;
    assert.equal(taken('a', 100), 10);
    now += 3_600_000;
    assert.equal(taken('a', 100), 60);
  });
  it('counts each address apart', () => {
    taken('a', 100);
    assert.equal(taken('b', 1), 1);
  });
  it('keeps a bounded memory, and forgets the one that was silent longest', () => {
    taken('silent', 60);
    taken('loud', 60);
    for (let n = 0; n < 9_999; n += 1) rate.take(`other ${n}`);
    assert.deepEqual([taken('loud', 1), taken('silent', 1)], [0, 1]);
  });
});
