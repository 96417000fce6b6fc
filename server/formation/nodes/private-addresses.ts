import { UserError } from '../../../base/errors.js';
import { identify, type Reach, type ReachedPlace } from '../../../provisioner/hosts/reach-hosts.js';
import type { HostCommands } from '../../../provisioner/node-commands/hosts.js';
import type { FormationSnapshot } from '../../store/app/formation-snapshot.js';
import type { NodeRecord } from '../../store/infrastructure/node-store.js';
import { convergeTarget, sshTarget } from '../converge/converge-target.js';
import { waits } from '../context/deadlines.js';
import type { FormationParts } from '../context/formation-parts.js';
import type { FormationWork } from '../context/formation-work.js';
import { ifItAnswers } from '../context/if-it-answers.js';
import { addressOf, layerOf, readyNodes } from '../databag/snapshot-view.js';

export interface PrivateHost {
  readonly address: string;
  readonly privateAddress: string;
  readonly sshPort: number;
  readonly hostKey: string;
}

/**
 * Makes sure that an address that an operator gave leads to the host: a ready node of the formation, a proxy
 * where there is one, is shown the host's key there. Where SSH is closed between nodes, or there is no node
 * yet, it must be an address of the host itself.
 * @param inspected commands on the host @throws UserError when it leads elsewhere or nowhere
 */
export async function requirePrivateAddress(
  parts: Pick<FormationParts, 'enterNode'>,
  snapshot: FormationSnapshot,
  host: PrivateHost,
  inspected: Pick<HostCommands, 'hasAddress'>,
  signal: AbortSignal,
): Promise<void> {
  const { address, privateAddress, sshPort, hostKey } = host;
  const refused = (why: string): UserError =>
    new UserError(
      `private_address: ${privateAddress} is not an address of ${address}, nothing was touched: ${why}`,
      { field: 'private_address' },
    );
  const peer = [...readyNodes(snapshot, 'proxy'), ...readyNodes(snapshot, 'runtime')].at(0);
  const place = { address: privateAddress, port: null, sshPort };
  const seen = peer && (await askPeer(parts, snapshot, peer, place, signal));
  const whose = seen === undefined ? 'unknown' : identify(seen, [hostKey]);
  if (whose === 'same') return;
  if (whose === 'other') throw refused(`${peer!.name} is shown the SSH host key of another machine there`);
  const options = { deadlineMs: waits.answer, signal };
  if (await inspected.hasAddress(privateAddress, options)) return;
  const silence = seen === undefined ? '' : `, and ${peer!.name} gets no answer there`;
  throw refused(`none of its interfaces has it${silence}. \`hostname -I\` on it shows its addresses`);
}

/** Undefined when the peer does not answer itself: others will say so. */
async function askPeer(
  { enterNode }: Pick<FormationParts, 'enterNode'>,
  snapshot: FormationSnapshot,
  peer: NodeRecord,
  place: ReachedPlace,
  signal: AbortSignal,
): Promise<Reach | undefined> {
  const options = { deadlineMs: waits.answer, signal };
  return ifItAnswers(signal, async () => {
    const entered = await enterNode(sshTarget(layerOf(snapshot, peer), peer), options);
    try {
      return (await entered.host.reach([place], options))[0];
    } finally {
      await entered.close();
    }
  });
}

/** A runtime node that a proxy cannot give requests to, and why. */
export interface Unreached {
  readonly proxy: string;
  readonly node: string;
  /** Another machine has the address. */
  readonly isStranger: boolean;
  readonly why: string;
}

/**
 * Asks every ready proxy whether it reaches the nodes of containers that it is to give requests to: their
 * port takes connections, where one is given, and an own host with a private address shows its pinned key
 * there. A proxy that does not answer is left out: the switch says so.
 * @param containers of which one for each node is tried
 */
export async function findUnreached(
  run: Pick<FormationWork, 'fleet'>,
  snapshot: FormationSnapshot,
  containers: readonly { readonly nodeId: string; readonly port: number | null }[],
  signal: AbortSignal,
): Promise<Unreached[]> {
  const asked = snapshot.nodes.flatMap((node) => {
    const container = containers.find(({ nodeId }) => nodeId === node.id);
    if (container === undefined) return [];
    const place = placeOf(snapshot, node, container.port);
    return place.port === null && place.sshPort === null ? [] : [{ node, place }];
  });
  if (asked.length === 0) return [];
  const found = await Promise.all(
    readyNodes(snapshot, 'proxy').map(async (proxy) => {
      const places = asked.map(({ place }) => place);
      const reaches = await reachAll(run, convergeTarget(snapshot, proxy), places, signal);
      return reaches.flatMap((reach, index) => unreached(proxy, asked[index]!.node, reach));
    }),
  );
  return found.flat();
}

function unreached({ name: proxy }: NodeRecord, node: NodeRecord, reach: Reach): Unreached[] {
  const at = `${node.name} at its private address ${reach.address}`;
  const isStranger = identify(reach, hostKeysOf(node)) === 'other';
  if (!isStranger && reach.connects !== false) return [];
  const why = isStranger
    ? `another machine than ${at} answers ${proxy} there, by its SSH host key`
    : `${proxy} cannot connect to port ${reach.port} of ${at}`;
  return [{ proxy, node: node.name, isStranger, why }];
}

function placeOf(snapshot: FormationSnapshot, node: NodeRecord, port: number | null): ReachedPlace {
  const address = addressOf(node);
  const isOwn = node.adopted && address !== node.address;
  return { address, port, sshPort: isOwn ? layerOf(snapshot, node).sshPort : null };
}

function hostKeysOf({ hostPublicKey, hostPublicKeyPending }: NodeRecord): string[] {
  return [hostPublicKey, hostPublicKeyPending].filter((key) => key !== null);
}

async function reachAll(
  { fleet }: Pick<FormationWork, 'fleet'>,
  proxy: ReturnType<typeof convergeTarget>,
  places: readonly ReachedPlace[],
  signal: AbortSignal,
): Promise<Reach[]> {
  const reaches = await ifItAnswers(signal, async () => {
    const { host } = await fleet.commands(proxy, signal);
    return host.reach(places, { deadlineMs: waits.answer, signal });
  });
  return reaches ?? [];
}
