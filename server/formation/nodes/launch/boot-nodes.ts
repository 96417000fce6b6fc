import { Conflict, RemoteFailure } from '../../../../base/errors.js';
import { hostProblems } from '../../../../provisioner/hosts/host-problems.js';
import type { HostCommands } from '../../../../provisioner/node-commands/hosts.js';
import type { FormationSnapshot } from '../../../store/app/formation-snapshot.js';
import type { NodeRecord } from '../../../store/infrastructure/node-store.js';
import { sshTarget } from '../../converge/converge-target.js';
import { waits } from '../../context/deadlines.js';
import { eachNode, type NodeFailure } from '../../context/for-each-node.js';
import type { FormationParts } from '../../context/formation-parts.js';
import { snapshotOf, type FormationWork } from '../../context/formation-work.js';
import { openLayerProvider } from '../../context/layer-provider.js';
import { layerOf } from '../../databag/snapshot-view.js';
import { requirePrivateAddress } from '../private-addresses.js';

/** Milliseconds that a node has, however late its turn comes. */
const minBootMs = 10_000;

/**
 * Waits until every booting node answers over SSH with its pinned key and its first boot is done. Resolves to
 * the failures.
 */
export async function bootNodes(run: FormationWork, signal: AbortSignal): Promise<NodeFailure[]> {
  const { stores, waitForSsh } = run.parts;
  const snapshot = await snapshotOf(run);
  const nodes = snapshot.nodes.filter(({ status }) => status === 'booting');
  if (nodes.length > 0)
    run.context.line(`-----> Waiting for SSH on ${nodes.map(({ name }) => name).join(', ')}`);
  // One end for all: those that begin late, because others do not answer, end with the others.
  const end = performance.now() + waits.boot;
  return eachNode(nodes, { stores, action: 'boot', signal }, async (node) => {
    await waitForSsh(sshTarget(layerOf(snapshot, node), node), {
      deadlineMs: Math.max(minBootMs, end - performance.now()),
      signal,
    }).catch(async (error: unknown) => {
      throw await withHint(run, snapshot, node, error);
    });
    await enterFirst(run, snapshot, node, signal);
    if (node.adopted) await takeOver(run, snapshot, node, signal);
  });
}

/** What else there is to look at when a machine of its cloud does not answer in time. */
async function withHint(
  { parts }: FormationWork,
  snapshot: FormationSnapshot,
  node: NodeRecord,
  error: unknown,
): Promise<unknown> {
  if (!(error instanceof RemoteFailure) || error.phase !== 'deadline' || node.adopted) return error;
  const { provider } = await openLayerProvider(parts, snapshot.formation, layerOf(snapshot, node), 'manage');
  const hint = provider.silenceHint?.(node);
  if (hint === undefined) return error;
  const { command, exitCode, stderr, phase } = error;
  return new RemoteFailure(`${error.message}. ${hint}`, {
    node: node.name,
    command,
    exitCode,
    stderr,
    phase,
    cause: error,
  });
}

/**
 * Refuses a machine that cannot run what this controller builds, and replaces a host key that can be read in
 * the node's user data. The new key is pending beside the old one until it was seen; the private key that we
 * made is forgotten with the old one.
 */
async function enterFirst(
  { parts }: FormationWork,
  snapshot: FormationSnapshot,
  node: NodeRecord,
  signal: AbortSignal,
): Promise<void> {
  const { stores, firstLogin, machine: wanted } = parts;
  const layer = layerOf(snapshot, node);
  const isExposed =
    node.hostPrivateKey !== null &&
    !node.adopted &&
    (await openLayerProvider(parts, snapshot.formation, layer, 'manage')).provider.keepsUserData;
  const onPending = (hostPublicKeyPending: string): Promise<void> =>
    stores.nodes.update(node.id, { hostPublicKeyPending });
  const options = {
    deadlineMs: waits.firstLogin,
    signal,
    ...(isExposed ? { replace: { launchedWith: node.hostPublicKey, onPending } } : {}),
  };
  const { machine, hostPublicKey } = await firstLogin(sshTarget(layer, node), options);
  if (machine !== wanted)
    throw new Conflict(
      `${node.name} has ${machine} processors, but slugs and the stack image of this controller are ` +
        `for ${wanted}: choose an instance type or host that has them`,
    );
  if (hostPublicKey !== undefined) await stores.nodes.replaceHostKey(node.id, hostPublicKey);
}

/** Of a host that a flavor names, nobody has tried its private address yet. */
async function requireOwnAddress(
  parts: FormationParts,
  snapshot: FormationSnapshot,
  node: NodeRecord,
  inspected: Pick<HostCommands, 'hasAddress'>,
  signal: AbortSignal,
): Promise<void> {
  const { address, privateAddress, hostPublicKey: hostKey } = node;
  if (address === null || privateAddress === null || privateAddress === address) return;
  const host = { address, privateAddress, sshPort: layerOf(snapshot, node).sshPort, hostKey };
  await requirePrivateAddress(parts, snapshot, host, inspected, signal);
}

/**
 * Before anything is touched on a host that existed already: whether it can be a node, and what converging
 * will replace there.
 */
async function takeOver(
  { parts }: FormationWork,
  snapshot: FormationSnapshot,
  node: NodeRecord,
  signal: AbortSignal,
): Promise<void> {
  const layer = layerOf(snapshot, node);
  const options = { deadlineMs: waits.answer, signal };
  const entered = await parts.enterNode(sshTarget(layer, node), options);
  try {
    const facts = await entered.host.facts(options);
    const isOurs =
      facts.formation === snapshot.formation.name || (facts.formation === null && facts.isRemembered);
    const problems = isOurs ? [] : hostProblems(facts, layer.kind);
    if (problems.length > 0)
      throw new Conflict(
        `${node.address} cannot become a ${layer.kind} node, nothing was touched: ${problems.join('; ')}`,
      );
    await requireOwnAddress(parts, snapshot, node, entered.host, signal);
    await entered.host.remember(options);
  } finally {
    await entered.close();
  }
}
