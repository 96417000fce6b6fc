import assert from 'node:assert/strict';
import {
  nodeContainers,
  nodeMemory,
  nodeTable,
} from '../../../../../cli/actions/infrastructure/node-load.js';
import type { Node } from '../../../../../cli/controller/infrastructure-types.js';

const own = { count: 3, memory: 2 ** 30, unlimited: 0 };
const guest = { count: 2, memory: 2 ** 29, unlimited: 1 };

describe('what runs on a node', () => {
  it('is counted by formation where there are several, and what they may use added up', () => {
    const both = { containers: { platform: own, shop: guest } };
    assert.deepEqual(
      [nodeContainers(both), nodeMemory(both)],
      ['5 (platform 3, shop 2)', '1536M, 1 without limit'],
    );
    assert.deepEqual(
      [nodeContainers({ containers: { app: own } }), nodeMemory({ containers: { app: own } })],
      ['3', '1G'],
    );
    assert.deepEqual([nodeContainers({ containers: {} }), nodeMemory({ containers: {} })], ['0', null]);
    assert.deepEqual([nodeContainers({}), nodeMemory({})], [null, null]);
  });

  it('stands beside how the node is, with the tags of its layer', () => {
    const node = {
      ...{
        id: 'app-fast-1',
        layer: 'fast',
        kind: 'runtime',
        status: 'ready',
        scheduling: 'open',
        address: '10.0.0.1',
      },
      ...{ last_action: 'converge', tags: { disk: 'ssd', zone: 'a' }, containers: { app: own } },
      ...{
        size: { memory: 4 * 2 ** 30, cpus: 2 },
        left: { limits: { memory: 3 * 2 ** 30, cpus: 2 }, use: null },
      },
    } as unknown as Node;
    assert.match(
      nodeTable([node]),
      /^NAME +LAYER +STATUS +ADDRESS +LAST ACTION +CONTAINERS +MEMORY LIMITS +MEMORY LEFT +CPU LEFT +TAGS\napp-fast-1 +fast +ready +10\.0\.0\.1 +converge +3 +1G +3072M of 4096M +2 of 2 +disk=ssd zone=a$/,
    );
  });
});
