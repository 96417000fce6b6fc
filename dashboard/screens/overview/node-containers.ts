import type { Container } from '../../api/types.js';

/** So many of a node's containers are shown before somebody asks for the others. */
export const shownAtFirst = 8;

/** Containers by the name of their node; those that are not well come first. */
export function containersByNode(
  containers: readonly Container[],
): ReadonlyMap<string, readonly Container[]> {
  const byNode = new Map<string, Container[]>();
  for (const container of containers) {
    if (container.node === null) continue;
    const beside = byNode.get(container.node);
    if (beside === undefined) byNode.set(container.node, [container]);
    else beside.push(container);
  }
  return new Map(
    [...byNode].map(([node, all]) => [node, [...all.filter(isSick), ...all.filter((one) => !isSick(one))]]),
  );
}

function isSick({ seen }: Container): boolean {
  return seen !== null && seen.state !== 'up';
}
