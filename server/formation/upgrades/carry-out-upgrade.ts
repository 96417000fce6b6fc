import { messageOf } from '../../../base/errors.js';
import { isOfKind } from '../../../cookbooks/layer-kind.js';
import type { UpgradedPackage, UpgradeEnd } from '../../../provisioner/node-commands/upgrades.js';
import type { SshTarget } from '../../../provisioner/ssh/transport.js';
import type { OperationContext } from '../../operation/operation-context.js';
import { isHandover, OperationCancelled, OperationFailure } from '../../operation/operation-errors.js';
import type { NodeRecord } from '../../store/infrastructure/node-store.js';
import { deadlines, waits } from '../context/deadlines.js';
import type { FormationParts } from '../context/formation-parts.js';
import { requireSnapshot, withFormationWork, type FormationWork } from '../context/formation-work.js';
import { convergeNodes } from '../converge/converge-nodes.js';
import { sshTarget } from '../converge/converge-target.js';
import { requireConverged } from '../converge/require-converged.js';
import { openProxy, quietMs, quietProxy } from '../nodes/quiet-proxy.js';
import { nodeAndLayer } from '../nodes/replace-node.js';
import type { UpgradeNodeParams } from '../requests/kinds/upgrade-node.js';
import { withdrawWithin } from '../requests/withdraw-change.js';
import { emptyNode } from './empty-node.js';
import { rebootNode, upgradePackages } from './upgrade-packages.js';

const action = 'upgrade';

export interface UpgradeResult extends Record<string, unknown> {
  readonly node: string;
  readonly packages: readonly UpgradedPackage[];
  /** Names of those that stay as they are, because others would have to go. */
  readonly kept: readonly string[];
  readonly rebooted: boolean;
  /** Why it must still reboot; empty: it need not. */
  readonly reboot: readonly string[];
}

interface Upgrading extends FormationWork {
  readonly node: NodeRecord;
  readonly ssh: SshTarget;
  /** Whether containers of apps run there. */
  readonly isRuntime: boolean;
  /** Whether clients come to it. */
  readonly isProxy: boolean;
  readonly params: UpgradeNodeParams;
}

/**
 * Empties a runtime node, brings its packages up to date, reboots it where that was asked for and is needed (a
 * proxy once load balancers have seen that it goes), converges it, and lets it take containers again as it did.
 * When it cannot be emptied, all is as before. From then on a cancel only spares the reboot, and what fails leaves
 * the node drained. Safe to run again at any point.
 * @throws OperationFailure
 */
export async function carryOutUpgradeNode(
  parts: FormationParts,
  context: OperationContext,
  params: UpgradeNodeParams,
): Promise<UpgradeResult> {
  return withFormationWork(parts, context, async (run) => {
    const { formation } = await requireSnapshot(parts.stores, run.formationId);
    const { node, layer } = await nodeAndLayer(parts.stores, formation, params.node);
    const isRuntime = isOfKind(layer.kind, 'runtime');
    const isProxy = isOfKind(layer.kind, 'proxy');
    const work: Upgrading = { ...run, node, ssh: sshTarget(layer, node), isRuntime, isProxy, params };
    if (isRuntime) await emptyOrWithdraw(work);
    try {
      return await upgradeEmptied(work);
    } catch (error) {
      if (isHandover(error) || error instanceof OperationCancelled) throw error;
      throw await withWayOn(work, error);
    }
  });
}

async function emptyOrWithdraw(work: Upgrading): Promise<void> {
  await emptyNode(work, work.node).catch(async (error: unknown) => {
    // A cancel is withdrawn where all cancels are.
    if (!isHandover(error) && !(error instanceof OperationCancelled))
      await withdrawWithin(work.parts, work.context, error);
    throw error;
  });
}

/** Its steps go on after a cancel: half of an upgrade is worse than all of it. */
async function upgradeEmptied(work: Upgrading): Promise<UpgradeResult> {
  const { context, node, ssh } = work;
  context.line(`-----> Upgrading the packages of ${node.name}`);
  const end = await context.cleanupStep('upgrade', deadlines.upgrade, (signal) =>
    upgradePackages(work, ssh, signal),
  );
  tellPackages(work, end);
  await context.cleanupStep('quiet', quietMs(work) + deadlines.quiet, async (signal) => {
    if (work.isProxy && goesDown(work, end))
      await quietProxy(work, ssh, { signal, goesWithinMs: waits.reboot });
  });
  const rebooted = await context.cleanupStep('reboot', deadlines.reboot, (signal) =>
    rebootIfNeeded(work, end, signal),
  );
  await context.cleanupStep('converge', deadlines.converge, (signal) => convergeUpgraded(work, signal));
  await context.cleanupStep('open', deadlines.live, () => openAgain(work));
  const { packages, kept, reboot } = end;
  const isSpared = work.params.reboot && reboot.length > 0 && !rebooted;
  if (isSpared) context.signal.throwIfAborted();
  return { node: node.name, packages, kept, rebooted, reboot: rebooted ? [] : reboot };
}

function tellPackages({ context, node, params }: Upgrading, { packages, kept, reboot }: UpgradeEnd): void {
  for (const { name, from, to } of packages)
    context.line(`       ${name} ${from === null ? `${to} is new` : `${from} -> ${to}`}`);
  if (packages.length === 0) context.line('       nothing was out of date');
  if (kept.length > 0)
    context.line(` !     stay as they are, because other packages would have to go: ${kept.join(', ')}`);
  if (reboot.length === 0) return;
  const then = params.reboot ? '' : `: \`deis nodes:upgrade ${node.name} --reboot\``;
  context.line(` !     ${node.name} must reboot before all of it is in use (${reboot.join('; ')})${then}`);
}

/** Whether it is to reboot: that was asked for, is needed, and nobody has cancelled since. */
function goesDown({ context, params }: Upgrading, { reboot }: UpgradeEnd): boolean {
  return params.reboot && reboot.length > 0 && !context.signal.aborted;
}

async function rebootIfNeeded(work: Upgrading, end: UpgradeEnd, signal: AbortSignal): Promise<boolean> {
  const { context, node, params, ssh, isProxy } = work;
  if (!goesDown(work, end)) {
    if (isProxy && params.reboot && end.reboot.length > 0) await openProxy(work, ssh, signal);
    return false;
  }
  context.line(`-----> Rebooting ${node.name}`);
  if (isProxy) context.line(` !     until it is back nothing answers at ${node.address ?? 'its address'}`);
  await rebootNode(work, ssh, signal);
  return true;
}

/** What a package's scripts have changed is mended, and containers' nodes, proxies and units are looked at. */
async function convergeUpgraded(work: Upgrading, signal: AbortSignal): Promise<void> {
  const { context, node } = work;
  const reports = await convergeNodes(work, {
    nodes: ({ nodes }) => nodes.filter(({ id }) => id === node.id),
    action,
    deadlineMs: waits.converge,
    signal,
  });
  requireConverged(context, `${node.name} has its new packages, and did not converge`, reports);
}

/** Unless somebody has said otherwise meanwhile. */
async function openAgain({ parts, formationId, context, node, isRuntime, params }: Upgrading): Promise<void> {
  if (!isRuntime) return;
  await parts.stores.withFormationLock(formationId, async (stores) => {
    const present = await stores.nodes.byId(node.id);
    if (present?.scheduling === 'drained' && params.was !== 'drained')
      await stores.nodes.update(node.id, { scheduling: params.was });
  });
  const then = params.was === 'open' ? 'takes containers again' : `is ${params.was}, as it was`;
  context.line(`       ${node.name} ${then}`);
}

/** The reason stands at the node, too; nothing is sent to a node that may be half upgraded. */
async function withWayOn({ parts, node, isRuntime }: Upgrading, error: unknown): Promise<OperationFailure> {
  const reason = messageOf(error);
  await parts.stores.nodes.update(node.id, { lastAction: action, lastError: reason });
  const again = `\`deis nodes:upgrade ${node.name}\` tries again, \`deis nodes:ssh ${node.name}\` looks there`;
  const wayOn = isRuntime
    ? `It stays drained: ${again}, \`deis nodes:uncordon ${node.name}\` lets it take containers as it is`
    : `It stays in service: ${again}`;
  const details = error instanceof OperationFailure ? error.details : {};
  return new OperationFailure(`${reason}. ${wayOn}`, { node: node.name, ...details }, { cause: error });
}
