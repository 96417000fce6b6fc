import type { NodeRegistry } from '../../../cookbooks/recipe.js';
import type { FormationSnapshot } from '../../store/app/formation-snapshot.js';
import type { LayerRecord } from '../../store/infrastructure/layer-store.js';
import type { NodeRecord } from '../../store/infrastructure/node-store.js';
import type { SshTarget } from '../../../provisioner/ssh/transport.js';
import type { ConvergeTarget } from '../../../provisioner/engine.js';
import { addressOf, layerOf } from '../databag/snapshot-view.js';

/** How to reach a node, with the keys it may answer by. The node has an address. */
export function sshTarget(layer: LayerRecord, node: NodeRecord): SshTarget {
  if (node.address === null) throw new Error(`node ${node.name} has no address yet`);
  const hostKeys = [node.hostPublicKey, node.hostPublicKeyPending].filter((key) => key !== null);
  return {
    name: node.name,
    address: node.address,
    port: layer.sshPort,
    username: layer.sshUsername,
    privateKey: layer.sshPrivateKey,
    hostKeys,
  };
}

/** What a node fetches in a converge, and how it may. */
export interface NodeSources {
  /** Slug path or image digest -> signed URL. */
  readonly downloads: Readonly<Record<string, string>>;
  /** Absent: it needs no image of its formation's own. */
  readonly registry?: NodeRegistry;
}

/** What a node needs for a guest: recipes of others are its host's. */
function guestRunList({ runList }: LayerRecord): string[] {
  return runList.filter((recipe) => guestRecipes.includes(recipe));
}

const guestRecipes = ['recipe[deis::default]', 'recipe[deis::runtime]', 'recipe[deis::proxy]'];

/** What the provisioner needs to converge a node. */
export function convergeTarget(
  snapshot: Pick<FormationSnapshot, 'layers' | 'formation' | 'host'>,
  node: NodeRecord,
  sources: NodeSources = { downloads: {} },
): ConvergeTarget {
  const layer = layerOf(snapshot, node);
  return {
    node: {
      name: node.name,
      layer: layer.name,
      kind: layer.kind,
      address: addressOf(node),
      username: layer.sshUsername,
      attributes: layer.attributes,
      ...sources,
    },
    level: layer.level,
    runList: snapshot.host === undefined ? layer.runList : guestRunList(layer),
    ssh: sshTarget(layer, node),
    // On a box it starts containers, too, for which others are not to wait: sites have a lock of their own there.
    ...(snapshot.host === undefined
      ? {}
      : { guest: { name: snapshot.formation.name, takesTurns: layer.kind === 'proxy' } }),
  };
}
