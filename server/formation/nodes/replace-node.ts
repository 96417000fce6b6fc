import { Conflict, NotFound } from '../../../base/errors.js';
import type { FormationRecord } from '../../store/app/formation-store.js';
import type { LayerRecord } from '../../store/infrastructure/layer-store.js';
import type { NodeRecord } from '../../store/infrastructure/node-store.js';
import type { OperationRecord } from '../../store/operations/operation-store.js';
import type { Stores } from '../../store/stores.js';
import type { UserRecord } from '../../store/people/user-store.js';
import { enqueueOperation } from '../requests/enqueue-operation.js';
import { requireLaunchRight } from '../sharing/flavor-right.js';
import type { FormationParts } from '../context/formation-parts.js';
import type { FormationWork } from '../context/formation-work.js';
import { requireLaunch } from '../context/open-provider.js';
import { areOwnIdle } from '../requests/require-own-idle.js';
import type { UndoRecord } from '../requests/undo-record.js';
import { scaleLayersKind } from '../requests/kinds/scale-layers.js';

/**
 * Puts a new node in the place of one: the new one is launched and converged, containers start there, proxies
 * switch, then the old one drains and is terminated. The layer's count stays.
 * @throws NotFound; Conflict for an adopted host, which nobody can launch again, and for a layer that can get
 * no new nodes; Forbidden where nothing may be launched
 */
export async function replaceNode(
  parts: FormationParts,
  user: UserRecord,
  formation: FormationRecord,
  name: string,
): Promise<OperationRecord> {
  return enqueueOperation(
    parts,
    { actor: { userId: user.id }, formation, kind: scaleLayersKind, params: { replace: name } },
    async (stores) => {
      const { node, layer } = await nodeAndLayer(stores, formation, name);
      if (node.adopted)
        throw new Conflict(
          `${name} is a host that existed before: \`deis nodes:destroy ${name}\`, ` +
            'then `deis nodes:create` adopts it again',
        );
      await areOwnIdle(stores, formation);
      await requireLaunchRight(stores, formation, layer);
      await requireLaunch({ ...parts, stores }, layer.flavorId);
      await stores.nodes.update(node.id, { status: 'removing' });
      const undo: UndoRecord =
        node.status === 'removing' ? {} : { nodes: { [name]: { status: node.status } } };
      const was = node.status === 'lost' ? ('lost' as const) : ('ready' as const);
      return { was, undo };
    },
  );
}

/**
 * When what was to replace a node did not come up, the node stays: nothing is given up for something that is
 * not there.
 */
export async function keepUnreplaced({ parts, context, formationId }: FormationWork): Promise<void> {
  const { replace, was } = scaleLayersKind.read(context.operation);
  if (replace === undefined) return;
  const isKept = await parts.stores.withFormationLock(formationId, async (stores) => {
    const node = await stores.nodes.byName(formationId, replace);
    if (node?.status !== 'removing') return false;
    await stores.nodes.update(node.id, { status: was });
    return true;
  });
  if (isKept) context.line(` !     ${replace} stays, because its replacement failed`);
}

/** @throws NotFound */
export async function nodeAndLayer(
  stores: Stores,
  formation: Pick<FormationRecord, 'id' | 'name'>,
  name: string,
): Promise<{ readonly node: NodeRecord; readonly layer: LayerRecord }> {
  const node = await stores.nodes.byName(formation.id, name);
  const layer = node && (await stores.layers.byId(node.layerId));
  if (node === undefined || layer === undefined)
    throw new NotFound(`no node ${JSON.stringify(name)} in ${formation.name}`);
  return { node, layer };
}
