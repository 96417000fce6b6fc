import type { Tags } from '../../../cookbooks/databag.js';
import type { ContainerRecord } from '../../store/app/container-store.js';
import type { FormationSnapshot } from '../../store/app/formation-snapshot.js';
import type { NodeRecord } from '../../store/infrastructure/node-store.js';
import { nodesOfKind } from '../databag/snapshot-view.js';
import { hasTags } from './tags.js';

/** Where containers of a process type may be. */
export interface Places {
  /** Ids of the nodes that take new ones, in order of preference. */
  readonly open: readonly string[];
  /** Whether one stays on its node, though that takes no new ones. */
  readonly holds: (container: Pick<ContainerRecord, 'nodeId' | 'state'>) => boolean;
}

/**
 * Tells where containers may be whose nodes must have these tags. A cordoned node holds what it runs. Where no node is
 * open that has the tags, so does a drained one, and one that is lost what served there: it is nowhere else.
 */
export function placesIn(snapshot: Pick<FormationSnapshot, 'layers' | 'nodes'>): (tags: Tags) => Places {
  const layers = new Map(snapshot.layers.map(({ id, tags }) => [id, tags]));
  const runtimes = nodesOfKind(snapshot, 'runtime').filter(
    ({ status }) => status === 'ready' || status === 'lost',
  );
  return (tags) => {
    const matching = runtimes.filter(({ layerId }) => hasTags(layers.get(layerId) ?? {}, tags));
    const open = idsOf(matching, (node) => node.status === 'ready' && node.scheduling === 'open');
    const isOnly = open.length === 0;
    const resting = new Set(
      idsOf(
        matching,
        ({ status, scheduling }) =>
          status === 'ready' && (scheduling === 'cordoned' || (isOnly && scheduling === 'drained')),
      ),
    );
    const silent = new Set(isOnly ? idsOf(matching, ({ status }) => status === 'lost') : []);
    return {
      open,
      holds: ({ nodeId, state }) => resting.has(nodeId) || (state === 'serving' && silent.has(nodeId)),
    };
  };
}

function idsOf(nodes: readonly NodeRecord[], isOne: (node: NodeRecord) => boolean): string[] {
  return nodes.filter(isOne).map(({ id }) => id);
}
