import type { Tags } from '../../../cookbooks/databag.js';
import type { FormationSnapshot } from '../../store/app/formation-snapshot.js';
import { layerOf, openNodes } from '../databag/snapshot-view.js';
import { hasTags, tagsOfType } from './tags.js';

/**
 * Containers of a formation on one node. Docker starts and stops so many within the time of a deploy; many more fail it
 * after minutes, and stay behind.
 */
export const maxContainersPerNode = 200;

type Ground = Pick<FormationSnapshot, 'layers' | 'nodes' | 'containers'>;

/**
 * Why the nodes cannot take so many containers, and what to do. undefined where they can, where there is no open node
 * yet, and where no more are wanted than serve: what runs goes on, and moves when a node is lost.
 * @param wanted process type -> number
 * @param tags process type -> what its nodes must have
 */
export function roomProblem(
  snapshot: Ground,
  wanted: ReadonlyMap<string, number>,
  tags: Readonly<Record<string, Tags>> = {},
): string | undefined {
  const tagged = [...wanted].filter(([type]) => Object.keys(tagsOfType(tags, type)).length > 0);
  return (
    problemOf(snapshot, wanted) ??
    tagged
      .map(([type, count]) => problemOf(groundOfType(snapshot, tags, type), new Map([[type, count]])))
      .find((problem) => problem !== undefined)
  );
}

function groundOfType(snapshot: Ground, tags: Readonly<Record<string, Tags>>, type: string): Ground {
  const wanted = tagsOfType(tags, type);
  return {
    layers: snapshot.layers,
    nodes: snapshot.nodes.filter((node) => hasTags(layerOf(snapshot, node).tags, wanted)),
    containers: snapshot.containers.filter((container) => container.type === type),
  };
}

function problemOf(snapshot: Ground, wanted: ReadonlyMap<string, number>): string | undefined {
  const open = openNodes(snapshot);
  const count = [...wanted.values()].reduce((sum, each) => sum + each, 0);
  const ids = new Set(open.map(({ id }) => id));
  const staying = new Set(snapshot.nodes.filter(({ status }) => status !== 'removing').map(({ id }) => id));
  const serving = snapshot.containers.filter(
    ({ state, nodeId }) => state === 'serving' && staying.has(nodeId),
  );
  const elsewhere = serving.filter(({ nodeId }) => !ids.has(nodeId)).length;
  const room = open.length * maxContainersPerNode + elsewhere;
  if (open.length === 0 || count <= room || count <= serving.length) return undefined;
  const layer = layerOf(snapshot, open[0]!).name;
  const more = Math.ceil((count - room) / maxContainersPerNode);
  const own = open.filter(({ layerId }) => layerId === open[0]!.layerId).length;
  return (
    `${count} containers do not fit, nothing was started: ` +
    `${open.length} node${open.length === 1 ? ' takes' : 's take'} ${maxContainersPerNode} each. ` +
    `Add nodes first, e.g. with \`deis layers:scale ${layer}=${own + more}\``
  );
}
