import { Conflict, NotFound } from '../../../base/errors.js';
import { isOfKind } from '../../../cookbooks/layer-kind.js';
import type { FormationRecord } from '../../store/app/formation-store.js';
import type { NodeRecord, NodeScheduling } from '../../store/infrastructure/node-store.js';
import type { OperationRecord } from '../../store/operations/operation-store.js';
import type { Stores } from '../../store/stores.js';
import type { UserRecord } from '../../store/people/user-store.js';
import { enqueueOperation, requireAlive } from '../requests/enqueue-operation.js';
import type { FormationParts } from '../context/formation-parts.js';
import { requireSnapshot } from '../context/formation-work.js';
import { openNodes } from '../databag/snapshot-view.js';
import { openLayers, strandedNeeds } from '../placement/tagged-nodes.js';
import type { UndoRecord } from '../requests/undo-record.js';
import { scaleContainersKind } from '../requests/kinds/containers/scale-containers.js';
import { queueReschedule } from '../requests/queue-reschedule.js';
import { requireTagged, tagNeeds } from './launch/require-tagged.js';

/**
 * Lets a runtime node take new containers (`open`), or no new ones while those that it runs stay
 * (`cordoned`). Nothing moves now; process types that have waited for a node with its tags start there by an operation
 * of their own.
 * @throws Conflict for a node that runs no containers, for the last one that takes new ones, and for the
 * last one that has what a process type asks for
 */
export async function scheduleNode(
  parts: FormationParts,
  formation: FormationRecord,
  name: string,
  scheduling: Exclude<NodeScheduling, 'drained'>,
): Promise<NodeRecord> {
  const { node, met } = await parts.stores.withFormationLock(formation.id, async (stores) => {
    await requireAlive(stores, formation.id);
    const before = openLayers(await requireSnapshot(stores, formation.id));
    const changed = await setScheduling(stores, formation, name, scheduling);
    const after = openLayers(await requireSnapshot(stores, formation.id));
    return { node: changed, met: strandedNeeds(after, before, await tagNeeds(stores, formation.id)) };
  });
  for (const each of new Set(met.map((need) => need.formation))) await letFollow(parts, each, name);
  return node;
}

/** Process types of this formation have waited for such a node. */
async function letFollow(
  { stores, newId }: Pick<FormationParts, 'stores' | 'newId'>,
  name: string,
  node: string,
): Promise<void> {
  const found = await stores.formations.byName(name);
  if (found === undefined) return;
  await stores.withFormationLock(found.id, async (inside) => {
    const formation = await inside.formations.byId(found.id);
    if (formation === undefined || formation.destroying) return;
    await queueReschedule({ stores: inside, newId }, formation, [node]);
  });
}

/**
 * Moves a runtime node's containers elsewhere, unnoticed, and gives it no new ones: new ones start on the
 * others, proxies switch, the old drain. Fails where a guest cannot leave, and the node stays drained but for it.
 * @throws as scheduleNode
 */
export async function drainNode(
  parts: FormationParts,
  user: UserRecord,
  formation: FormationRecord,
  name: string,
): Promise<OperationRecord> {
  return enqueueOperation(
    parts,
    { actor: { userId: user.id }, formation, kind: scaleContainersKind, params: { drain: name } },
    async (stores) => {
      const { scheduling } = (await stores.nodes.byName(formation.id, name)) ?? {};
      await setScheduling(stores, formation, name, 'drained');
      const undo: UndoRecord = scheduling === undefined ? {} : { nodes: { [name]: { scheduling } } };
      return { undo };
    },
  );
}

/** Belongs in a transaction that holds the formation's lock. @throws as scheduleNode */
export async function setScheduling(
  stores: Stores,
  formation: FormationRecord,
  name: string,
  scheduling: NodeScheduling,
): Promise<NodeRecord> {
  const snapshot = await requireSnapshot(stores, formation.id);
  const node = snapshot.nodes.find((candidate) => candidate.name === name);
  if (node === undefined) throw new NotFound(`no node ${JSON.stringify(name)} in ${formation.name}`);
  const layer = snapshot.layers.find(({ id }) => id === node.layerId);
  if (layer === undefined || !isOfKind(layer.kind, 'runtime'))
    throw new Conflict(
      `${name} is of the ${layer?.kind ?? 'unknown'} layer ${layer?.name ?? ''} and runs no ` +
        'containers: only runtime nodes are cordoned and drained',
    );
  const others = openNodes(snapshot).filter(({ id }) => id !== node.id);
  if (scheduling !== 'open' && others.length === 0)
    throw new Conflict(
      `${name} is the last runtime node that takes containers: ` +
        `add one first with \`deis layers:scale ${layer.name}=${layer.count + 1}\``,
    );
  if (scheduling !== 'open')
    await requireTagged(
      stores,
      formation,
      openLayers(snapshot),
      openLayers({ layers: snapshot.layers, nodes: others }),
    );
  await stores.nodes.update(node.id, { scheduling });
  return { ...node, scheduling };
}
