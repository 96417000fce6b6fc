import { MachineGone } from '../../../../base/errors.js';
import { waitUntil } from '../../../../base/wait-until.js';
import type { OperationContext } from '../../../operation/operation-context.js';
import { OperationCancelled } from '../../../operation/operation-errors.js';
import type { ContainerRecord } from '../../../store/app/container-store.js';
import type { FormationSnapshot } from '../../../store/app/formation-snapshot.js';
import { convergeNodes } from '../../converge/converge-nodes.js';
import { convergeFormer } from '../../converge/tell-former.js';
import { convergeTarget } from '../../converge/converge-target.js';
import { countInFlight } from './count-in-flight.js';
import { deadlines, waits } from '../../context/deadlines.js';
import type { ProxiedSite } from '../../../../provisioner/node-commands/proxies.js';
import type { ConvergeTarget } from '../../../../provisioner/engine.js';
import type { FormationParts } from '../../context/formation-parts.js';
import {
  requireSnapshot,
  snapshotOf,
  withFormationWork,
  workAt,
  type FormationWork,
} from '../../context/formation-work.js';
import { requireConverged } from '../../converge/require-converged.js';
import { nodesOfKind, readyNodes } from '../../databag/snapshot-view.js';
import { proxiedType } from '../../databag/tcp-mode.js';

/**
 * Lets the containers that a retire operation names end their requests, then stops them; after a cancel at
 * once. Nothing is left to do for those that are gone.
 */
export async function carryOutRetire(
  parts: FormationParts,
  context: OperationContext,
  { containers: ids }: { readonly containers: readonly number[] },
): Promise<void> {
  await withFormationWork(parts, context, async (run) => {
    await context
      .step('drain', parts.settings.drainSeconds * 1000 + deadlines.drain, (signal) =>
        eachPlace(run, ids, signal, (at) => drainContainers(at, ids, signal)),
      )
      .catch((error: unknown) => {
        if (!(error instanceof OperationCancelled)) throw error;
        context.line('       cancelled: not waiting for requests any more');
      });
    // They serve nobody: whatever happens, they are to go.
    await context.cleanupStep('remove', deadlines.remove, (signal) =>
      eachPlace(run, ids, signal, (at) => removeAt(at, ids, signal)),
    );
  });
}

/** Where the formation lives, and the nodes of a host that it has come from, or leaves, where some of these are. */
async function eachPlace(
  run: FormationWork,
  ids: readonly number[],
  signal: AbortSignal,
  work: (at: FormationWork) => Promise<void>,
): Promise<void> {
  await work(run);
  const { formation } = await requireSnapshot(run.parts.stores, run.formationId);
  const groundId = formation.formerHostId ?? formation.vacantHostId;
  if (groundId === null) return;
  const place = { groundId };
  const { nodes, containers } = await requireSnapshot(run.parts.stores, run.formationId, [], place);
  const there = new Set(nodes.map(({ id }) => id));
  if (containers.some(({ id, nodeId }) => ids.includes(id) && there.has(nodeId)))
    await work(await workAt(run, place, signal));
}

/** On a former host whose proxies pass on, which they do from here on at the latest. */
async function removeAt(at: FormationWork, ids: readonly number[], signal: AbortSignal): Promise<void> {
  if (at.place !== undefined)
    requireConverged(
      at.context,
      'proxies of the former host do not pass on',
      await convergeFormer(at, signal),
    );
  await removeContainers(at, ids, signal);
}

/**
 * Waits until no proxy has a request under way in these containers, at the latest until their `retireAt`.
 * Containers that no proxy ever sent requests to need no waiting.
 */
export async function drainContainers(
  run: FormationWork,
  ids: readonly number[],
  signal: AbortSignal,
): Promise<void> {
  const snapshot = await snapshotOf(run);
  const proxied = proxiedType(snapshot.formation.proxySettings);
  const draining = snapshot.containers.filter(
    ({ id, state, type }) => ids.includes(id) && state === 'retiring' && type === proxied,
  );
  const proxies = readyNodes(snapshot, 'proxy').map((node) => convergeTarget(snapshot, node));
  const whose = { id: snapshot.formation.name, host: snapshot.host?.name };
  const { now } = run.parts;
  const end = Math.max(now().getTime(), ...draining.map(({ retireAt }) => retireAt?.getTime() ?? 0));
  if (draining.length === 0 || proxies.length === 0) return;
  const isOver = async (): Promise<true | undefined> =>
    now().getTime() >= end || (await areIdle(run, { whose, proxies }, addresses(snapshot, draining), signal))
      ? true
      : undefined;
  await waitUntil(isOver, {
    deadlineMs: end - now().getTime() + waits.drain,
    intervalMs: run.parts.settings.lookMs,
    what: 'requests in retiring containers to end',
    signal,
  });
}

/**
 * Stops these containers: they leave the databag, and their rows go once their nodes have confirmed. Nodes
 * that cannot be reached confirm later, and machines that are gone need not. @throws OperationFailure
 */
export async function removeContainers(
  run: FormationWork,
  ids: readonly number[],
  signal: AbortSignal,
): Promise<void> {
  const isOurs = ({ id, state }: ContainerRecord): boolean =>
    ids.includes(id) && (state === 'retiring' || state === 'removing');
  const reports = await convergeNodes(run, {
    change: async (stores, snapshot) => {
      // Those elsewhere may have requests under way still, and go with the nodes there.
      const here = new Set(snapshot.nodes.map(({ id }) => id));
      const retiring = snapshot.containers.filter(
        (container) => isOurs(container) && container.state === 'retiring' && here.has(container.nodeId),
      );
      await stores.containers.setState(
        retiring.map(({ id }) => id),
        'removing',
      );
      return retiring.length > 0;
    },
    nodes: (snapshot) => {
      const nodeIds = new Set(snapshot.containers.filter(isOurs).map(({ nodeId }) => nodeId));
      // Of the ready ones all: each of them then has the databag of now, and the next converge finds nothing
      // to change.
      return nodesOfKind(snapshot, 'runtime').filter(
        ({ id, status }) => status === 'ready' || (status === 'removing' && nodeIds.has(id)),
      );
    },
    action: 'retire',
    deadlineMs: waits.remove,
    signal,
  });
  const there = reports.filter(({ failure }) => !(failure instanceof MachineGone));
  requireConverged(run.context, 'old containers could not be removed', there);
}

/** A proxy that cannot be asked may be busy, unless its machine is gone. */
async function areIdle(
  run: FormationWork,
  { whose, proxies }: { readonly whose: ProxiedSite; readonly proxies: readonly ConvergeTarget[] },
  backends: readonly string[],
  signal: AbortSignal,
): Promise<boolean> {
  const counts = await Promise.allSettled(
    proxies.map((proxy) => countInFlight(run.fleet, whose, proxy, signal)),
  );
  return counts.every((count) =>
    count.status === 'fulfilled'
      ? backends.every((backend) => (count.value.get(backend) ?? 0) === 0)
      : count.reason instanceof MachineGone,
  );
}

function addresses(snapshot: FormationSnapshot, containers: readonly ContainerRecord[]): string[] {
  const nodes = new Map(snapshot.nodes.map((node) => [node.id, node]));
  return containers.map(({ nodeId, port }) => `${nodes.get(nodeId)?.privateAddress}:${port}`);
}
