import { UserError } from '../../../base/errors.js';
import { rawHostKeys } from '../../../provisioner/ssh/host-key.js';
import type { ShownHostKey } from '../../../provisioner/ssh/read-host-key.js';
import type { FormationRecord } from '../../store/app/formation-store.js';
import type { NodeRecord } from '../../store/infrastructure/node-store.js';
import { showHostKey } from './adopt-host.js';
import { requireAlive } from '../requests/enqueue-operation.js';
import type { FormationParts } from '../context/formation-parts.js';
import { nodeAndLayer } from './replace-node.js';

/**
 * The key that a node shows now, which may not be the pinned one. @throws NotFound; UserError when it does
 * not answer
 */
export async function showNodeKey(
  parts: FormationParts,
  formation: FormationRecord,
  name: string,
  signal: AbortSignal,
): Promise<ShownHostKey> {
  const { node, layer } = await nodeAndLayer(parts.stores, formation, name);
  if (node.address === null) throw new UserError(`${name} has no address yet`, { field: 'node' });
  return showHostKey(parts, layer, node.address, signal);
}

/**
 * Pins a host key that the operator has confirmed in place of the old one, for a host that was made anew.
 * @throws NotFound; UserError for a text that is no key
 */
export async function trustNode(
  parts: FormationParts,
  formation: FormationRecord,
  name: string,
  hostKey: string,
): Promise<NodeRecord> {
  if (rawHostKeys([hostKey]).length === 0)
    throw new UserError('host_key must be a public host key like ssh-ed25519 AAAA...', { field: 'host_key' });
  return parts.stores.withFormationLock(formation.id, async (stores) => {
    await requireAlive(stores, formation.id);
    const { node } = await nodeAndLayer(stores, formation, name);
    const hostPublicKey = hostKey.trim().split(/\s+/).slice(0, 2).join(' ');
    await stores.nodes.update(node.id, { hostPublicKey, hostPublicKeyPending: null });
    return { ...node, hostPublicKey, hostPublicKeyPending: null };
  });
}
