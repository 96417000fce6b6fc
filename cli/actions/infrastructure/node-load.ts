import type { Node } from '../../controller/infrastructure-types.js';
import { memorySize, table } from '../../terminal/format.js';
import { pairTexts } from '../../terminal/input/pairs.js';
import { nodeRoom } from './node-room.js';
import { nodeLayer, nodeState } from './node-state.js';

const titles = [
  'NAME',
  'LAYER',
  'STATUS',
  'ADDRESS',
  'LAST ACTION',
  'CONTAINERS',
  'MEMORY LIMITS',
  'MEMORY LEFT',
  'CPU LEFT',
  'TAGS',
] as const;

/** What `deis nodes` prints: how each node is, and what runs there. */
export function nodeTable(nodes: readonly Node[]): string {
  return table(
    titles,
    nodes.map((node) => [
      node.id,
      nodeLayer(node),
      nodeState(node),
      node.address,
      node.last_action,
      nodeContainers(node),
      nodeMemory(node),
      nodeRoom(node, 'memory'),
      nodeRoom(node, 'cpus'),
      pairTexts(node.tags ?? {}).join(' '),
    ]),
  );
}

type Loaded = Pick<Node, 'containers'>;

/** `3`, or of several formations `5 (platform 3, shop 2)`; null where a controller does not tell. */
export function nodeContainers({ containers }: Loaded): string | null {
  if (containers === undefined) return null;
  const shares = Object.entries(containers);
  const count = String(shares.reduce((sum, [, share]) => sum + share.count, 0));
  if (shares.length < 2) return count;
  return `${count} (${shares.map(([formation, share]) => `${formation} ${share.count}`).join(', ')})`;
}

/** What its containers may use together: `1536M`, `512M, 2 without limit`; null where there are none. */
export function nodeMemory({ containers = {} }: Loaded): string | null {
  const shares = Object.values(containers);
  const memory = shares.reduce((sum, share) => sum + share.memory, 0);
  const unlimited = shares.reduce((sum, share) => sum + share.unlimited, 0);
  const parts = [
    ...(memory > 0 ? [memorySize(memory)] : []),
    ...(unlimited > 0 ? [`${unlimited} without limit`] : []),
  ];
  return parts.length === 0 ? null : parts.join(', ');
}
