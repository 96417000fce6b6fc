import { MachineGone, messageOf, RemoteFailure, UserError } from '../../../base/errors.js';
import { WaitDeadline, waitUntil } from '../../../base/wait-until.js';
import type { ProxiedSite } from '../../../provisioner/node-commands/proxies.js';
import type { SshTarget } from '../../../provisioner/ssh/transport.js';
import { waits } from '../context/deadlines.js';
import { requireSnapshot, type FormationWork } from '../context/formation-work.js';

/** Milliseconds that a proxy is quiet before it goes, at the longest: until it is seen, and requests have ended. */
export function quietMs({ parts }: Pick<FormationWork, 'parts'>): number {
  return 2 * parts.settings.drainSeconds * 1000;
}

/**
 * Has a proxy that is about to go tell load balancers so while it serves on. Ends when they have had the drain period
 * to see it and no request is under way, after twice that period, or when the operation is cancelled. A proxy that
 * cannot say so goes all the same, which is told. @param goesWithinMs what it may take to go after that: it tells so
 * until then
 */
export async function quietProxy(
  run: FormationWork,
  ssh: SshTarget,
  { signal, goesWithinMs }: { readonly signal: AbortSignal; readonly goesWithinMs: number },
): Promise<void> {
  const { parts, context } = run;
  const { drainSeconds, lookMs } = parts.settings;
  if (!(await leave(run, ssh, quietMs(run) + goesWithinMs, signal))) return;
  context.line(
    `       ${ssh.name} answers 503 on /health-check: load balancers have ${drainSeconds} s to see it, ` +
      'and requests to end',
  );
  const sites = await sitesOf(run);
  const seenAt = performance.now() + drainSeconds * 1000;
  let busy: number | undefined;
  const isOver = async (): Promise<true | undefined> => {
    if (context.signal.aborted) return true;
    busy = undefined;
    busy = await underWay(run, ssh, sites, signal);
    return busy === 0 && performance.now() >= seenAt ? true : undefined;
  };
  await waitUntil(() => isOver().catch(ignoreRemote(signal)), {
    deadlineMs: quietMs(run),
    intervalMs: lookMs,
    what: `requests in ${ssh.name} to end`,
    signal,
  }).catch((error: unknown) => {
    if (!(error instanceof WaitDeadline)) throw error;
    const why = busy === undefined ? 'does not tell of requests' : 'still has requests';
    context.line(` !     ${ssh.name} ${why} under way, which end when it goes`);
  });
}

/** Takes back what `quietProxy` has told, as far as the proxy answers; it ends by itself, too. */
export async function openProxy(
  { fleet }: FormationWork,
  ssh: SshTarget,
  signal: AbortSignal,
): Promise<void> {
  try {
    const { proxy } = await fleet.commands({ ssh }, signal);
    await proxy.stay({ deadlineMs: waits.answer, signal });
  } catch (error) {
    ignoreRemote(signal)(error);
  }
}

/** Whether it tells load balancers. */
async function leave(
  run: FormationWork,
  ssh: SshTarget,
  forMs: number,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    const { proxy } = await run.fleet.commands({ ssh }, signal);
    await proxy.leave(forMs / 1000, { deadlineMs: waits.answer, signal });
    return true;
  } catch (error) {
    ignoreRemote(signal)(error);
    // Nothing is sent there any more.
    if (error instanceof MachineGone) return false;
    const isOld = error instanceof RemoteFailure && error.phase === 'exit';
    run.context.line(
      ` !     ${ssh.name} cannot tell load balancers before it goes (${messageOf(error)})` +
        (isOld ? ': `deis converge` before gives it a site that can' : ''),
    );
    return false;
  }
}

function ignoreRemote(signal: AbortSignal): (error: unknown) => undefined {
  return (error) => {
    signal.throwIfAborted();
    if (!(error instanceof RemoteFailure)) throw error;
    return undefined;
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
  for (const site of sites) {
    const requests = await proxy.inFlight(site, { deadlineMs: waits.answer, signal }).catch(noSite);
    for (const each of requests.values()) count += each;
  }
  return count;
}

/** Of a site that it does not have yet nothing is under way. */
function noSite(error: unknown): ReadonlyMap<string, number> {
  if (error instanceof UserError) return new Map();
  throw error;
}
