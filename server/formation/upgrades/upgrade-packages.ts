import { messageOf, RemoteFailure } from '../../../base/errors.js';
import { WaitDeadline, waitUntil } from '../../../base/wait-until.js';
import type { UpgradeEnd } from '../../../provisioner/node-commands/upgrades.js';
import type { SshTarget } from '../../../provisioner/ssh/transport.js';
import { OperationFailure } from '../../operation/operation-errors.js';
import { waits } from '../context/deadlines.js';
import type { FormationWork } from '../context/formation-work.js';

/** Packages and reboots take long. */
const lookEveryMs = ({ parts }: FormationWork): number => 4 * parts.settings.lookMs;
/** What passes: the machine goes on by itself meanwhile. */
const passing: readonly RemoteFailure['phase'][] = ['connect', 'lost', 'deadline'];

/**
 * Has the machine bring its packages up to date, once for each operation: another attempt at it goes on where the
 * machine is. @throws OperationFailure with what failed there; RemoteFailure when it lets nobody in
 */
export async function upgradePackages(
  run: FormationWork,
  ssh: SshTarget,
  signal: AbortSignal,
): Promise<UpgradeEnd> {
  const { context, fleet } = run;
  const { name } = ssh;
  let at = 'it answers';
  const look = async (): Promise<UpgradeEnd | undefined> => {
    const { upgrades } = await fleet.commands({ ssh }, signal);
    const found = await upgrades.look(context.operation.id, { deadlineMs: waits.answer, signal });
    if (found.state === 'died')
      throw new OperationFailure(`${name}: its upgrade was ended from outside, in the midst of it`, {
        node: name,
      });
    if (found.state === 'ended') return found;
    at = found.state === 'running' ? found.at : 'an earlier upgrade of it ends';
    context.doing(name, at);
    return undefined;
  };
  const end = await waitUntil(() => look().catch(unlessPassing(signal)), {
    deadlineMs: waits.upgrade,
    intervalMs: lookEveryMs(run),
    what: `the packages of ${name}`,
    signal,
  }).catch((error: unknown) => {
    if (!(error instanceof WaitDeadline)) throw error;
    const minutes = Math.round(waits.upgrade / 60_000);
    const what = `${name} was not done within ${minutes} minutes, and goes on by itself: ${at}`;
    throw new OperationFailure(what, { node: name }, { cause: error });
  });
  requireSuccess(context, name, end);
  return end;
}

/** A machine that is out of reach for a moment is asked again. */
export function unlessPassing(signal: AbortSignal): (error: unknown) => undefined {
  return (error) => {
    signal.throwIfAborted();
    if (!(error instanceof RemoteFailure) || !passing.includes(error.phase)) throw error;
    return undefined;
  };
}

function requireSuccess(
  context: FormationWork['context'],
  name: string,
  { exitCode, failed, lines }: UpgradeEnd,
): void {
  if (exitCode === 0) return;
  for (const line of lines) context.line(` !     ${name}: ${line}`);
  const said = lines.findLast((line) => /^(E: |dpkg: error|nginx: )/.test(line));
  const what = `${name}: ${failed ?? 'the upgrade'} failed with exit code ${exitCode}`;
  throw new OperationFailure(said === undefined ? what : `${what}: ${said}`, {
    node: name,
    command: failed ?? '',
    exitCode,
  });
}

/** Waits until the machine has been down and answers again. @throws OperationFailure, RemoteFailure */
export async function rebootNode(run: FormationWork, ssh: SshTarget, signal: AbortSignal): Promise<void> {
  const { fleet } = run;
  const options = { deadlineMs: waits.answer, signal };
  const { upgrades } = await fleet.commands({ ssh }, signal);
  const before = await upgrades.boot(options);
  await upgrades.reboot(options);
  let last: unknown;
  const isBack = async (): Promise<true | undefined> => {
    const now = await (await fleet.commands({ ssh }, signal)).upgrades.boot(options);
    return now === before ? undefined : true;
  };
  await waitUntil(
    () =>
      isBack().catch((error: unknown) => {
        last = error;
        return unlessPassing(signal)(error);
      }),
    { deadlineMs: waits.reboot, intervalMs: lookEveryMs(run), what: `${ssh.name} to be back`, signal },
  ).catch((error: unknown) => {
    if (!(error instanceof WaitDeadline)) throw error;
    const minutes = Math.round(waits.reboot / 60_000);
    const reason = last === undefined ? 'it has not gone down' : messageOf(last);
    const what = `${ssh.name} was not back ${minutes} minutes after its reboot began: ${reason}`;
    throw new OperationFailure(what, { node: ssh.name }, { cause: error });
  });
}
