import type { SshTarget } from '../../../provisioner/ssh/transport.js';
import type { FormationSnapshot } from '../../store/app/formation-snapshot.js';
import { deadlines, waits } from '../context/deadlines.js';
import { snapshotOf, type FormationWork } from '../context/formation-work.js';
import { undoStep } from '../context/steps.js';
import { sshTarget } from '../converge/converge-target.js';
import { layerOf, nodesOfKind, readyNodes } from '../databag/snapshot-view.js';
import { openProxy, quietProxy } from '../nodes/quiet-proxy.js';

/** What nodes may take to go once load balancers have seen it: a deploy, guests that move, and the cloud. */
const goesWithinMs = waits.guests + waits.converge;

/**
 * Has all proxies that are to go tell load balancers so at once, while they serve on: the wait is that of one. There is
 * none where no other proxy serves, which could be sent to, or where nothing is live; and none for proxies that do not
 * answer. @param names of those that it is about; absent: all
 */
export async function quietLeaving(
  run: FormationWork,
  signal: AbortSignal,
  names?: ReadonlySet<string>,
): Promise<void> {
  const snapshot = await snapshotOf(run);
  const { formation, guests = [] } = snapshot;
  const servesNothing = formation.liveReleaseId === null && guests.length === 0;
  if (servesNothing || readyNodes(snapshot, 'proxy').length === 0) return;
  const leaving = leavingIn(snapshot).filter(({ name }) => names?.has(name) ?? true);
  if (leaving.length === 0) return;
  run.context.line(
    `-----> Telling load balancers that ${leaving.map(({ name }) => name).join(', ')} will go`,
  );
  await Promise.all(leaving.map((ssh) => quietProxy(run, ssh, { signal, goesWithinMs })));
}

/** Names of the proxies that serve: load balancers may send there. */
export async function servingProxies(run: FormationWork): Promise<ReadonlySet<string>> {
  return new Set(readyNodes(await snapshotOf(run), 'proxy').map(({ name }) => name));
}

/** Proxies that are to go, all or those of these names, tell load balancers that they stay, as far as they answer. */
export async function openLeaving(run: FormationWork, names?: ReadonlySet<string>): Promise<void> {
  if (names?.size === 0) return;
  const leaving = leavingIn(await snapshotOf(run));
  await openProxies(run, names === undefined ? leaving : leaving.filter(({ name }) => names.has(name)));
}

/** The same of those that are to go no more once `keep` has kept them. */
export async function openKept(run: FormationWork, keep: () => Promise<void>): Promise<void> {
  const before = leavingIn(await snapshotOf(run));
  await keep();
  const leaving = new Set(leavingIn(await snapshotOf(run)).map(({ name }) => name));
  const kept = before.filter(({ name }) => !leaving.has(name));
  await openProxies(run, kept);
}

/** Also after a cancel. */
async function openProxies(run: FormationWork, proxies: readonly SshTarget[]): Promise<void> {
  if (proxies.length === 0) return;
  await run.context.cleanupStep(undoStep, deadlines.quiet, async (signal) => {
    await Promise.all(proxies.map((ssh) => openProxy(run, ssh, signal)));
  });
}

/** Proxies that are to go, and have an address. */
function leavingIn(snapshot: FormationSnapshot): SshTarget[] {
  return nodesOfKind(snapshot, 'proxy')
    .filter(({ status, address }) => status === 'removing' && address !== null)
    .map((node) => sshTarget(layerOf(snapshot, node), node));
}
