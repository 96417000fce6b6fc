import { WaitDeadline, waitUntil } from '../../../base/wait-until.js';
import { OperationFailure } from '../../operation/operation-errors.js';
import type { ContainerRecord } from '../../store/app/container-store.js';
import type { NodeRecord } from '../../store/infrastructure/node-store.js';
import type { Stores } from '../../store/stores.js';
import { deadlines, waits } from '../context/deadlines.js';
import { requireSnapshot, type FormationWork } from '../context/formation-work.js';
import { deployWithin } from '../deploy/deploy-release.js';
import { moveGuests } from '../deploy/scale/move-guests.js';
import { setScheduling } from '../nodes/schedule-node.js';
import { chooseTarget } from '../placement/choose-target.js';
import type { UndoRecord } from '../requests/undo-record.js';

/**
 * Has all containers leave a runtime node, those of guests, too, as a drain does, and waits until the last request in
 * them has ended. Nothing has been touched on the node when it throws.
 * @throws OperationFailure naming what stays there; Conflict when no other node takes containers any more
 */
export async function emptyNode(run: FormationWork, node: NodeRecord): Promise<void> {
  const { parts, context, formationId } = run;
  await context.step('close', deadlines.live, () => closeNode(run, node));
  if ((await parts.stores.containers.ofNode(node.id)).length > 0) {
    const target = chooseTarget(await requireSnapshot(parts.stores, formationId));
    if (target !== undefined) await deployWithin(run, target.id);
    await moveGuests(run);
  }
  const drainMs = parts.settings.drainSeconds * 1000;
  await context.step('empty', drainMs + deadlines.empty, (signal) => untilEmpty(run, node, drainMs, signal));
}

/** An operation before this one may have opened it again: then that is what a cancel puts back. */
async function closeNode(
  { parts, context, formationId }: FormationWork,
  { id, name }: NodeRecord,
): Promise<void> {
  const { operation } = context;
  await parts.stores.withFormationLock(formationId, async (stores) => {
    const { formation, nodes } = await requireSnapshot(stores, formationId);
    const scheduling = nodes.find((node) => node.id === id)?.scheduling;
    if (scheduling === undefined || scheduling === 'drained') return;
    await setScheduling(stores, formation, name, 'drained');
    const undo: UndoRecord = { nodes: { [name]: { scheduling } } };
    await stores.operations.setParams(operation.id, { ...operation.params, undo });
  });
}

async function untilEmpty(
  { parts: { stores, settings } }: FormationWork,
  { id, name }: NodeRecord,
  drainMs: number,
  signal: AbortSignal,
): Promise<void> {
  let left: readonly ContainerRecord[] = [];
  const isEmpty = async (): Promise<true | undefined> => {
    left = await stores.containers.ofNode(id);
    const staying = left.filter(({ state }) => state === 'serving' || state === 'starting');
    if (staying.length > 0)
      throw new OperationFailure(
        `${name} still runs ${await namesOf(stores, staying)}: nothing was upgraded`,
        {
          node: name,
        },
      );
    return left.length === 0 ? true : undefined;
  };
  const deadlineMs = drainMs + waits.drain + waits.remove;
  const options = { deadlineMs, intervalMs: settings.lookMs, what: 'containers to end', signal };
  await waitUntil(isEmpty, options).catch(async (error: unknown) => {
    if (!(error instanceof WaitDeadline)) throw error;
    const what = `${name} has not ended ${await namesOf(stores, left)}: nothing was upgraded`;
    throw new OperationFailure(what, { node: name }, { cause: error });
  });
}

/** `web.1 of shop, web.2 of shop` */
async function namesOf(stores: Stores, containers: readonly ContainerRecord[]): Promise<string> {
  const names = containers.map(async ({ type, num, formationId }) => {
    const formation = await stores.formations.byId(formationId);
    return `${type}.${num} of ${formation?.name ?? 'a formation that is gone'}`;
  });
  return (await Promise.all(names)).join(', ');
}
