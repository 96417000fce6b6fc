import { messageOf, RemoteFailure } from '../../../base/errors.js';
import { WaitDeadline, waitUntil } from '../../../base/wait-until.js';
import type { ProxiedSite } from '../../../provisioner/node-commands/proxies.js';
import type { SshTarget } from '../../../provisioner/ssh/transport.js';
import { waits } from '../context/deadlines.js';
import { requireSnapshot, type FormationWork } from '../context/formation-work.js';
import { unlessPassing } from './upgrade-packages.js';

const lookEveryMs = 500;

/** Milliseconds that a proxy is quiet before it goes, at the longest: until it is seen, and requests have ended. */
export function quietMs({ parts }: Pick<FormationWork, 'parts'>): number {
  return 2 * parts.settings.drainSeconds * 1000;
}

/**
 * Has a proxy that is about to go tell load balancers so while it serves on. Ends when they have had the drain period
 * to see it and no request is under way, after twice that period, or when the operation is cancelled. A proxy that
 * cannot say so goes all the same, which is told.
 */
export async function quietProxy(run: FormationWork, ssh: SshTarget, signal: AbortSignal): Promise<void> {
  const { parts, context } = run;
  const { drainSeconds } = parts.settings;
  if (!(await leave(run, ssh, signal))) return;
  context.line(
    `       ${ssh.name} answers 503 on /health-check: load balancers have ${drainSeconds} s to see it, ` +
      'and requests to end',
  );
  const sites = await sitesOf(run);
  const seenAt = performance.now() + drainSeconds * 1000;
  const isOver = async (): Promise<true | undefined> => {
    if (context.signal.aborted) return true;
    const isIdle = (await underWay(run, ssh, sites, signal)) === 0;
    return isIdle && performance.now() >= seenAt ? true : undefined;
  };
  await waitUntil(() => isOver().catch(unlessPassing(signal)), {
    deadlineMs: quietMs(run),
    intervalMs: lookEveryMs,
    what: `requests in ${ssh.name} to end`,
    signal,
  }).catch((error: unknown) => {
    if (!(error instanceof WaitDeadline)) throw error;
    context.line(` !     ${ssh.name} still has requests under way, which end when it goes`);
  });
}

/** Takes back what `quietProxy` has told, as far as the proxy answers; it ends by itself, too. */
export async function openProxy(
  { fleet }: FormationWork,
  ssh: SshTarget,
  signal: AbortSignal,
): Promise<void> {
  const { proxy } = await fleet.commands({ ssh }, signal);
  await proxy.stay({ deadlineMs: waits.answer, signal }).catch(ignoreRemote(signal));
}

/** Whether it tells load balancers. */
async function leave(run: FormationWork, ssh: SshTarget, signal: AbortSignal): Promise<boolean> {
  const seconds = (quietMs(run) + waits.reboot) / 1000;
  try {
    const { proxy } = await run.fleet.commands({ ssh }, signal);
    await proxy.leave(seconds, { deadlineMs: waits.answer, signal });
    return true;
  } catch (error) {
    ignoreRemote(signal)(error);
    run.context.line(
      ` !     ${ssh.name} cannot tell load balancers before it goes (${messageOf(error)}): the next converge ` +
        'gives it a site that can',
    );
    return false;
  }
}

function ignoreRemote(signal: AbortSignal): (error: unknown) => void {
  return (error) => {
    signal.throwIfAborted();
    if (!(error instanceof RemoteFailure)) throw error;
  };
}

/** The formation's own, and those of guests, which its proxies serve. */
async function sitesOf({ parts: { stores }, formationId }: FormationWork): Promise<ProxiedSite[]> {
  const { formation } = await requireSnapshot(stores, formationId);
  const guests = await stores.formations.guestsOf(formationId);
  return [{ id: formation.name }, ...guests.map(({ name }) => ({ id: name, host: formation.name }))];
}

async function underWay(
  { fleet }: FormationWork,
  ssh: SshTarget,
  sites: readonly ProxiedSite[],
  signal: AbortSignal,
): Promise<number> {
  const { proxy } = await fleet.commands({ ssh }, signal);
  let count = 0;
  for (const site of sites)
    for (const requests of (await proxy.inFlight(site, { deadlineMs: waits.answer, signal })).values())
      count += requests;
  return count;
}
