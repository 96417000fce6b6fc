import assert from 'node:assert/strict';
import { limitEvents } from '../../../../server/log/limit-events.js';

describe('requests that a limit of a proxy ended', () => {
  const at = new Date('2026-11-29T12:00:00Z');
  const told = (limited: Record<string, number>): string[] =>
    limitEvents('shop-proxy-1', limited, at).map(({ process, text }) => `${process}: ${text}`);

  it('are told with the limit and what raises it, a line for each', () => {
    const lines = told({ body: 1, head: 2, time: 3 });
    assert.match(lines[0]!, /^shop-proxy-1: 1 request answered 413: .*`deis proxy:set body_size=20m`/);
    assert.match(lines[1]!, /^shop-proxy-1: 2 requests answered 502: the headers of the app's answer/);
    assert.match(lines[2]!, /^shop-proxy-1: 3 requests answered 504: .*`deis proxy:set timeout=120`/);
    assert.equal(lines.length, 3);
  });

  it('are none for what a node invents', () =>
    assert.deepEqual(told({ nosuch: 5, constructor: 1, __proto__x: 2, body: 0 }), []));
});
