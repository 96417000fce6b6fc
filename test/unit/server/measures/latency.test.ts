import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { latencyBounds, latencyOf } from '../../../../server/measures/latency.js';
import { platformTemplates } from '../../../../templates/render.js';

describe('latency of counted requests', () => {
  it('is spread evenly between the bounds that a proxy counts by', () => {
    const lua = readFileSync(join(platformTemplates, 'proxy-traffic.lua'), 'utf8');
    const counted = /BOUNDS = \{([^}]+)\}/.exec(lua)?.[1]?.split(',').map(Number);
    assert.deepEqual(counted, latencyBounds);
  });

  it('lies within the bounds of the request that it is of', () => {
    assert.equal(latencyOf({ 10: 100 }, 0.5), 7.5);
    assert.equal(latencyOf({ 5: 90, 100: 10 }, 0.95), 75);
    assert.equal(latencyOf({ 5: 90, 100: 10 }, 0.5)! <= 5, true);
    assert.equal(latencyOf({ 5: 1 }, 0.99)! <= 5, true);
  });

  it('is the last bound where requests took longer, and nothing without requests', () => {
    assert.equal(latencyOf({ 5: 1, more: 99 }, 0.95), 30_000);
    assert.equal(latencyOf({}, 0.95), undefined);
  });
});
