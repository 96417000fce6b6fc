import { Conflict } from '../../../base/errors.js';
import { isOfKind } from '../../../cookbooks/layer-kind.js';
import type { FormationRecord } from '../../store/app/formation-store.js';
import type { LayerRecord } from '../../store/infrastructure/layer-store.js';
import type { NodeRecord, NodeScheduling } from '../../store/infrastructure/node-store.js';
import type { OperationRecord } from '../../store/operations/operation-store.js';
import type { Stores } from '../../store/stores.js';
import type { UserRecord } from '../../store/people/user-store.js';
import type { FormationParts } from '../context/formation-parts.js';
import { requireSnapshot } from '../context/formation-work.js';
import { readyNodes } from '../databag/snapshot-view.js';
import { nodeAndLayer } from '../nodes/replace-node.js';
import { setScheduling } from '../nodes/schedule-node.js';
import { enqueueOperation } from '../requests/enqueue-operation.js';
import { scaleContainersKind } from '../requests/kinds/containers/scale-containers.js';
import { upgradeNodeKind } from '../requests/kinds/upgrade-node.js';
import type { UndoRecord } from '../requests/undo-record.js';

/** Operations of a formation that are looked through for who drained a node. */
const recent = 200;

/**
 * Brings the packages of a node's system up to date: a runtime node is drained before, and takes containers again
 * afterwards as it did. Operations of a formation take turns, and so do its nodes.
 * @throws NotFound; Conflict for a node that is not in service, for the last one that takes containers, and for a
 * reboot of the last proxy
 */
export async function upgradeNode(
  parts: FormationParts,
  user: UserRecord,
  formation: FormationRecord,
  name: string,
  { reboot }: { readonly reboot: boolean },
): Promise<OperationRecord> {
  return enqueueOperation(
    parts,
    { actor: { userId: user.id }, formation, kind: upgradeNodeKind, params: { node: name, reboot } },
    async (stores) => {
      const { node, layer } = await nodeAndLayer(stores, formation, name);
      if (node.status !== 'ready')
        throw new Conflict(
          `${name} is ${node.status}: only a node that is ready is upgraded. \`deis nodes:info ${name}\` shows why`,
        );
      if (reboot) await requireOtherProxy(stores, formation, node, layer);
      if (!isOfKind(layer.kind, 'runtime')) return undefined;
      if (node.scheduling === 'drained') return { was: await schedulingBefore(stores, node) };
      await setScheduling(stores, formation, name, 'drained');
      const undo: UndoRecord = { nodes: { [name]: { scheduling: node.scheduling } } };
      return { was: node.scheduling, undo };
    },
  );
}

/** While a proxy reboots nobody answers at its address. */
async function requireOtherProxy(
  stores: Stores,
  { id }: FormationRecord,
  node: NodeRecord,
  layer: LayerRecord,
): Promise<void> {
  if (!isOfKind(layer.kind, 'proxy')) return;
  const others = readyNodes(await requireSnapshot(stores, id), 'proxy').filter((each) => each.id !== node.id);
  if (others.length > 0) return;
  throw new Conflict(
    `${node.name} is the last proxy, and while it reboots nothing answers: add one first with ` +
      `\`deis layers:scale ${layer.name}=${layer.count + 1}\` and give its address to DNS, or upgrade without --reboot`,
  );
}

/**
 * What a drained node was: an upgrade that has failed, or waits, has drained it for itself, unless somebody has asked
 * for that since.
 */
async function schedulingBefore(stores: Stores, { formationId, name }: NodeRecord): Promise<NodeScheduling> {
  for (const operation of await stores.operations.ofFormation(formationId, recent)) {
    if (scaleContainersKind.is(operation) && scaleContainersKind.read(operation).drain === name)
      return 'drained';
    if (!upgradeNodeKind.is(operation)) continue;
    const { node, was } = upgradeNodeKind.read(operation);
    if (node === name) return operation.state === 'succeeded' ? 'drained' : was;
  }
  return 'drained';
}
