import { Conflict, RemoteFailure, UserError } from '../../../base/errors.js';
import { hostProblems } from '../../../provisioner/hosts/host-problems.js';
import type { EnteredNode } from '../../../provisioner/node-commands/node-commands.js';
import { rawHostKeys } from '../../../provisioner/ssh/host-key.js';
import { readHostKey, type ShownHostKey } from '../../../provisioner/ssh/read-host-key.js';
import type { SshTarget } from '../../../provisioner/ssh/transport.js';
import type { FormationRecord } from '../../store/app/formation-store.js';
import type { LayerRecord } from '../../store/infrastructure/layer-store.js';
import type { OperationRecord } from '../../store/operations/operation-store.js';
import type { Stores } from '../../store/stores.js';
import type { UserRecord } from '../../store/people/user-store.js';
import { waits } from '../context/deadlines.js';
import { enqueueOperation } from '../requests/enqueue-operation.js';
import type { FormationParts } from '../context/formation-parts.js';
import { requireSnapshot } from '../context/formation-work.js';
import { ownPlace } from '../context/own-nodes.js';
import { requireLaunch } from '../context/open-provider.js';
import { requirePrivateAddress } from './private-addresses.js';
import { areOwnIdle } from '../requests/require-own-idle.js';
import type { UndoRecord } from '../requests/undo-record.js';
import { scaleLayersKind } from '../requests/kinds/scale-layers.js';

export interface HostRequest {
  readonly layer: LayerRecord;
  /** Where the controller's SSH goes. */
  readonly address: string;
  /** Where the formation's other nodes reach it. Default: the same. */
  readonly privateAddress?: string | undefined;
  /** OpenSSH form, confirmed by the operator. */
  readonly hostKey: string;
}

/**
 * The key that a host shows, for the operator to compare with the host's own. @throws UserError when no SSH
 * server answers there
 */
export async function showHostKey(
  _parts: FormationParts,
  layer: LayerRecord,
  address: string,
  signal: AbortSignal,
): Promise<ShownHostKey> {
  try {
    return await readHostKey(address, layer.sshPort, { deadlineMs: waits.answer, signal });
  } catch (error) {
    if (error instanceof RemoteFailure)
      throw new UserError(error.message, { field: 'address', cause: error });
    throw error;
  }
}

/**
 * Makes a host that exists already a node of a layer: looks at it first and touches nothing, then writes the
 * node down and queues its converge. A host is one node only, of one formation.
 * @throws UserError naming the first thing that is wrong, and all others; Conflict for a host that is a node
 * already, or a layer whose nodes are launched
 */
export async function adoptHost(
  parts: FormationParts,
  user: UserRecord,
  formation: FormationRecord,
  request: HostRequest,
  signal: AbortSignal,
): Promise<OperationRecord> {
  if (rawHostKeys([request.hostKey]).length === 0)
    throw new UserError(
      'host_key must be a public host key like ssh-ed25519 AAAA..., as ' +
        '/etc/ssh/ssh_host_ed25519_key.pub on the host has it',
      { field: 'host_key' },
    );
  await requireOwnHosts(parts, request.layer);
  await requireFree(parts.stores, request.address);
  await inspect(parts, formation, request, signal);
  return enqueueOperation(
    parts,
    { actor: { userId: user.id }, formation, kind: scaleLayersKind, params: { adopt: request.address } },
    async (stores) => {
      await requireFree(stores, request.address);
      await areOwnIdle(stores, formation);
      return { undo: await insertNode(parts, stores, formation, request) };
    },
  );
}

async function requireOwnHosts(parts: FormationParts, layer: LayerRecord): Promise<void> {
  const { stores } = parts;
  const flavor = await stores.flavors.byId(layer.flavorId);
  const provider = flavor && (await stores.providers.byId(flavor.providerId));
  if (provider?.type === 'static') return requireLaunch(parts, layer.flavorId);
  throw new Conflict(
    `layer ${layer.name} launches its nodes (flavor ${flavor?.name ?? '?'} of provider type ` +
      `${provider?.type ?? '?'}): own hosts go into a layer whose flavor is of type static`,
  );
}

async function requireFree(stores: Stores, address: string): Promise<void> {
  const node = (await stores.nodes.list()).find(
    (each) => each.address === address || each.cloudId === address,
  );
  if (node !== undefined)
    throw new Conflict(`${address} is a node already: a host can be one node of one formation`);
}

async function inspect(
  parts: FormationParts,
  formation: FormationRecord,
  request: HostRequest,
  signal: AbortSignal,
): Promise<void> {
  const { layer, address, hostKey } = request;
  const options = { deadlineMs: waits.answer, signal };
  const target: SshTarget = {
    name: address,
    address,
    port: layer.sshPort,
    username: layer.sshUsername,
    privateKey: layer.sshPrivateKey,
    hostKeys: [hostKey],
  };
  let host: EnteredNode | undefined;
  try {
    host = await parts.enterNode(target, options);
    const problems = hostProblems(await host.host.facts(options), layer.kind);
    if (problems.length > 0)
      throw new UserError(
        `${address} cannot become a ${layer.kind} node, nothing was touched: ${problems.join('; ')}`,
        { field: 'address' },
      );
    await inspectPrivate(parts, formation, request, host, signal);
  } catch (error) {
    if (!(error instanceof RemoteFailure)) throw error;
    throw new UserError(`${error.message}${error.phase === 'auth' ? keyHint(layer) : ''}`, {
      field: error.phase === 'host-key' ? 'host_key' : 'address',
      cause: error,
    });
  } finally {
    await host?.close();
  }
}

function keyHint({ sshUsername, sshPublicKey }: LayerRecord): string {
  return `: add the layer's public key to ~${sshUsername}/.ssh/authorized_keys there: ${sshPublicKey}`;
}

/** An address that nobody checked may be anybody's: proxies would send requests there. */
async function inspectPrivate(
  parts: FormationParts,
  formation: FormationRecord,
  { layer, address, privateAddress = address, hostKey }: HostRequest,
  { host: inspected }: EnteredNode,
  signal: AbortSignal,
): Promise<void> {
  if (privateAddress === address) return;
  const snapshot = await requireSnapshot(parts.stores, formation.id, [], ownPlace(formation));
  const host = { address, privateAddress, sshPort: layer.sshPort, hostKey };
  await requirePrivateAddress(parts, snapshot, host, inspected, signal);
}

/**
 * Resolves to how to take it back. It boots no more: the operation waits for SSH and converges it like a
 * launched one.
 */
async function insertNode(
  parts: FormationParts,
  stores: Stores,
  formation: FormationRecord,
  { layer, address, privateAddress, hostKey }: HostRequest,
): Promise<UndoRecord> {
  const nodes = await stores.nodes.ofLayer(layer.id);
  const nums = new Set(nodes.map(({ num }) => num));
  let num = 1;
  while (nums.has(num)) num += 1;
  const name = `${formation.name}-${layer.name}-${num}`;
  const current = (await stores.layers.byId(layer.id)) ?? layer;
  await stores.nodes.insert({
    id: parts.newId(),
    formationId: formation.id,
    layerId: layer.id,
    num,
    name,
    status: 'booting',
    adopted: true,
    cloudId: address,
    address,
    privateAddress: privateAddress ?? address,
    hostPublicKey: hostKey.split(' ').slice(0, 2).join(' '),
    hostPrivateKey: null,
  });
  const staying = nodes.filter(({ status }) => status !== 'removing').length;
  const count = Math.max(current.count, staying) + 1;
  await stores.layers.setCount(layer.id, count);
  return { counts: { [layer.name]: { from: current.count, to: count } }, made: [name] };
}
