import assert from 'node:assert/strict';
import { nodeState } from '../../../../../cli/actions/infrastructure/node-state.js';

describe('the state of a node that people see', () => {
  const node = { status: 'ready', scheduling: 'open' } as const;

  it('is what was last seen: one that does not answer is not ready', () => {
    const since = new Date(Date.now() - 125_000).toISOString();
    assert.equal(nodeState({ ...node, unreachable_since: null }), 'ready');
    assert.match(nodeState({ ...node, unreachable_since: since }), /^unreachable \(2 min 5 s ago\)$/);
    assert.match(
      nodeState({ ...node, scheduling: 'drained', unreachable_since: since }),
      /^unreachable \(.*\), drained$/,
    );
  });

  it('says what a drained node still runs', () => {
    const share = { count: 1, memory: 0, unlimited: 1 };
    const containers = { shop: share, blog: share, app: { ...share, count: 0 } };
    assert.equal(
      nodeState({ ...node, scheduling: 'drained', containers }),
      'ready, drained but for blog, shop',
    );
    assert.equal(nodeState({ ...node, scheduling: 'drained', containers: {} }), 'ready, drained');
    assert.equal(nodeState({ ...node, scheduling: 'cordoned', containers }), 'ready, cordoned');
    assert.equal(nodeState({ ...node, containers }), 'ready');
  });

  it('is the status alone of a controller that does not tell', () => {
    assert.equal(nodeState({ ...node, scheduling: 'cordoned' }), 'ready, cordoned');
  });
});
