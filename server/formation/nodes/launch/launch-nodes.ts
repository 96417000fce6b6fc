import { Conflict } from '../../../../base/errors.js';
import { generateSshKeyPair } from '../../../../provisioner/ssh/host-key.js';
import type { LaunchedNode, LaunchIntent, NodeLaunch } from '../../../../provisioner/provider.js';
import type { LayerRecord } from '../../../store/infrastructure/layer-store.js';
import type { NodeRecord } from '../../../store/infrastructure/node-store.js';
import type { Stores } from '../../../store/stores.js';
import { eachNode, type NodeFailure } from '../../context/for-each-node.js';
import { requireLaunchRight } from '../../sharing/flavor-right.js';
import { requireSnapshot, snapshotOf, type FormationWork } from '../../context/formation-work.js';
import { openLayerProvider, type LayerProvider } from '../../context/layer-provider.js';
import { planLayers } from './plan-layers.js';
import { layerOf } from '../../databag/snapshot-view.js';
import { mergeUndo, undoRecord, type UndoRecord } from '../../requests/undo-record.js';

/**
 * Most of a launch is waiting for the cloud, which sets the pace itself: providers keep to its rate limits.
 */
const launchesAtOnce = 100;
/** Two launches that pick the same existing host: how often the second picks again. */
const maxPicks = 20;

/**
 * Writes down which nodes come (with their host keys, so that their first answer can be trusted) and which
 * go, before anything is done about it.
 */
export async function planNodes(run: FormationWork, signal: AbortSignal): Promise<void> {
  const { parts, formationId } = run;
  await parts.stores.withFormationLock(formationId, async (stores) => {
    signal.throwIfAborted();
    const snapshot = await requireSnapshot(stores, formationId, [], run.place);
    const { add, remove } = planLayers(snapshot);
    for (const { layer, num, name } of add) {
      const { publicKey, privateKey } = generateSshKeyPair();
      await stores.nodes.insert({
        id: parts.newId(),
        formationId,
        layerId: layer.id,
        num,
        name,
        hostPublicKey: publicKey,
        hostPrivateKey: privateKey,
      });
    }
    for (const node of remove) await stores.nodes.update(node.id, { status: 'removing' });
    await noteForUndo(run, stores, {
      // An earlier request may have written a node down and got no machine for it: this one launches that.
      made: [...snapshot.nodes.filter(hasNoMachine), ...add].map(({ name }) => name),
      nodes: Object.fromEntries(
        remove.filter(({ status }) => status !== 'removing').map(({ name, status }) => [name, { status }]),
      ),
    });
  });
}

const hasNoMachine = ({ status, cloudId }: NodeRecord): boolean =>
  cloudId === null && (status === 'pending' || status === 'launching');

/** Added to what earlier attempts have noted. */
async function noteForUndo({ context }: FormationWork, stores: Stores, undo: UndoRecord): Promise<void> {
  const operation = (await stores.operations.byId(context.operation.id)) ?? context.operation;
  await stores.operations.setParams(operation.id, {
    ...operation.params,
    undo: mergeUndo(undoRecord(operation), undo),
  });
}

/**
 * Launches every node that has no machine yet, those of an earlier attempt included. Resolves to the
 * failures; the others are booting.
 */
export async function launchNodes(run: FormationWork, signal: AbortSignal): Promise<NodeFailure[]> {
  const snapshot = await snapshotOf(run);
  const nodes = snapshot.nodes.filter(({ status }) => status === 'pending' || status === 'launching');
  const layers = new Map(nodes.map((node) => [node.layerId, layerOf(snapshot, node)]));
  const clouds = new Map([...layers].map(([id, layer]) => [id, prepareLayer(run, layer, signal)]));
  // A failure is reported by each of the layer's nodes below; here it only must not go unhandled.
  for (const cloud of clouds.values()) cloud.catch(() => undefined);
  if (nodes.length > 0) run.context.line(`-----> Launching ${nodes.map(({ name }) => name).join(', ')}`);
  return eachNode(
    nodes,
    { stores: run.parts.stores, action: 'launch', signal, atOnce: launchesAtOnce },
    async (node) => {
      await run.parts.stores.nodes.update(node.id, { status: 'launching' });
      const cloud = await clouds.get(node.layerId)!;
      try {
        await launchNode(run, node, layers.get(node.layerId)!, cloud, signal);
      } catch (error) {
        if (error instanceof Conflict && cloud.provider.countFree !== undefined) await forget(run, node);
        throw error;
      }
    },
  );
}

/** For a host that is not there no node waits: what adopts one adds it, and its layer's count. */
async function forget({ parts, formationId }: FormationWork, node: NodeRecord): Promise<void> {
  await parts.stores.withFormationLock(formationId, async (stores) => {
    const layer = await stores.layers.byId(node.layerId);
    if (layer !== undefined) await stores.layers.setCount(layer.id, Math.max(0, layer.count - 1));
    await stores.nodes.delete(node.id);
  });
}

async function prepareLayer(
  run: FormationWork,
  layer: LayerRecord,
  signal: AbortSignal,
): Promise<LayerProvider> {
  const { formation } = await snapshotOf(run);
  await requireLaunchRight(run.parts.stores, formation, layer);
  const cloud = await openLayerProvider(run.parts, formation, layer, 'launch');
  await cloud.provider.createLayer(cloud.layer, signal);
  return cloud;
}

async function launchNode(
  run: FormationWork,
  node: NodeRecord,
  layer: LayerRecord,
  cloud: LayerProvider,
  signal: AbortSignal,
): Promise<void> {
  const { stores } = run.parts;
  const launched = await pickAndLaunch(run, node, layer, cloud, signal);
  const { cloudId, address, privateAddress, hostPublicKey } = launched;
  await stores.withFormationLock(run.formationId, (inside) =>
    inside.nodes.update(node.id, {
      status: 'booting',
      cloudId,
      address,
      privateAddress,
      ...(hostPublicKey === undefined ? {} : { hostPublicKey, adopted: true }),
    }),
  );
  run.context.line(`       ${node.name} runs at ${address}`);
}

/**
 * The cloud's id is saved the moment the cloud gives it; one that another node has already means: pick
 * another host.
 */
async function pickAndLaunch(
  run: FormationWork,
  node: NodeRecord,
  layer: LayerRecord,
  { provider, flavor, layer: cloudLayer }: LayerProvider,
  signal: AbortSignal,
): Promise<LaunchedNode> {
  const { stores } = run.parts;
  const userData = userDataOf(run, node, layer, flavor.init);
  const journal = {
    last: node.launchIntent,
    save: (launchIntent: LaunchIntent) => stores.nodes.update(node.id, { launchIntent }),
  };
  for (let pick = 1; ; pick += 1) {
    const taken = await takenByOthers(stores, node);
    try {
      const claim = async (cloudId: string): Promise<void> => {
        if (!(await stores.nodes.claimCloudId(node.id, cloudId)))
          throw new PickedTwice(`${cloudId} is another node already`);
      };
      return await provider.launchNode(
        { ...cloudLayer, uuid: node.id, name: node.name, num: node.num, userData, taken, journal },
        claim,
        signal,
      );
    } catch (error) {
      if (!(error instanceof PickedTwice) || pick === maxPicks) throw error;
    }
  }
}

function userDataOf(
  { parts }: FormationWork,
  node: NodeRecord,
  layer: LayerRecord,
  init: LayerProvider['flavor']['init'],
): NodeLaunch['userData'] {
  if (node.hostPrivateKey === null) throw new Error(`${node.name} has no host key of ours`);
  return parts.cloudConfig({
    hostname: node.name,
    username: layer.sshUsername,
    authorizedKey: layer.sshPublicKey,
    hostPublicKey: node.hostPublicKey,
    hostPrivateKey: node.hostPrivateKey,
    init,
  });
}

/** Addresses and cloud ids of all other nodes of this controller. */
async function takenByOthers(stores: Stores, node: NodeRecord): Promise<string[]> {
  const others = (await stores.nodes.list()).filter(({ id }) => id !== node.id);
  return [...new Set(others.flatMap(({ address, cloudId }) => [address, cloudId]))].filter(
    (each) => each !== null,
  );
}

class PickedTwice extends Conflict {}
