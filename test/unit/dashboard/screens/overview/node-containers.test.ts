import assert from 'node:assert/strict';
import { allPages } from '../../../../../dashboard/api/asked.js';
import type { Container } from '../../../../../dashboard/api/types.js';
import { containersByNode } from '../../../../../dashboard/screens/overview/node-containers.js';

const container = (name: string, node: string | null, state = 'up') =>
  ({ name, node, seen: state === '' ? null : { state } }) as Container;

describe('containers of nodes', () => {
  it('stand by their nodes, those that are not well first', () => {
    const byNode = containersByNode([
      container('web.1', 'a-1'),
      container('web.2', 'a-2', ''),
      container('web.3', 'a-1', 'crashing'),
      container('web.4', null),
    ]);
    const names = (node: string): string[] => (byNode.get(node) ?? []).map(({ name }) => name);
    assert.deepEqual([names('a-1'), names('a-2'), names('a-3')], [['web.3', 'web.1'], ['web.2'], []]);
  });

  it('are read page by page, to the last', async () => {
    const asked: unknown[] = [];
    const { count, results } = await allPages(async (cursor) => {
      asked.push(cursor);
      return {
        count: 3,
        results: [cursor ?? 'first'],
        next: asked.length < 3 ? `/api/x?limit=1&cursor=c${asked.length}` : null,
      };
    });
    assert.deepEqual([count, results], [3, ['first', 'c1', 'c2']]);
  });
});
