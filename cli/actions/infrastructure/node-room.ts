import type { Amount, Node } from '../../controller/infrastructure-types.js';
import { table } from '../../terminal/format.js';

type Sized = Pick<Node, 'size' | 'left'>;

const mebibyte = 2 ** 20;
const say = {
  memory: (bytes: number): string => `${Math.floor(bytes / mebibyte)}M`,
  cpus: (cores: number): string => String(Math.round(cores * 100) / 100),
} as const satisfies Record<keyof Amount, (count: number) => string>;

/**
 * `1424M of 1936M, now 1630M`: what limits leave of all there is, then what is not in use; null where the controller
 * does not tell.
 */
export function nodeRoom({ size, left }: Sized, what: keyof Amount): string | null {
  if (!size || !left) return null;
  const now = left.use === null ? '' : `, now ${say[what](left.use[what])}`;
  return `${say[what](left.limits[what])} of ${say[what](size[what])}${now}`;
}

/** What is left on those of these nodes that run containers, below another list; nothing where none says. */
export function roomTable(nodes: readonly (Sized & Pick<Node, 'id' | 'kind'>)[]): string[] {
  const told = nodes.filter(({ kind, size, left }) => (kind === 'runtime' || kind === 'box') && size && left);
  if (told.length === 0) return [];
  const rows = told.map((node) => [node.id, nodeRoom(node, 'memory'), nodeRoom(node, 'cpus')]);
  return [table(['NODE', 'MEMORY LEFT', 'CPU LEFT'], rows)];
}
