import type { OperationContext } from '../../operation/operation-context.js';
import type { Stores } from '../../store/stores.js';
import type { FormationParts } from '../context/formation-parts.js';
import {
  requireSnapshot,
  snapshotOf,
  withFormationWork,
  workAt,
  type FormationWork,
} from '../context/formation-work.js';
import { moveSteps } from '../context/steps.js';
import { deadlines, waits } from '../context/deadlines.js';
import { convergeNodes } from '../converge/converge-nodes.js';
import { requireConverged } from '../converge/require-converged.js';
import { readyNodes } from '../databag/snapshot-view.js';
import { leaveHost } from '../deploy/scale/leave-host.js';
import { drainContainers } from '../deploy/retire/retire-containers.js';
import { requireGone } from './request-move.js';

/**
 * Takes what the formation has off the nodes of the host that it does not live on, once the requests there have
 * ended; nothing where there is none. Safe to repeat.
 * @param isTouched whether anything of it may be there
 */
export async function leaveVacant(
  run: FormationWork,
  isTouched: boolean,
  signal: AbortSignal,
): Promise<void> {
  const { parts, formationId } = run;
  const { formation } = await requireSnapshot(parts.stores, formationId);
  const { vacantHostId } = formation;
  if (vacantHostId === null) return;
  if (isTouched) {
    const there = await workAt(run, { groundId: vacantHostId }, signal);
    const { nodes, containers } = await snapshotOf(there);
    const here = new Set(nodes.map(({ id }) => id));
    const left = containers.filter(({ nodeId }) => here.has(nodeId)).map(({ id }) => id);
    await drainContainers(there, left, signal);
    await leaveHost(there, signal);
  }
  await parts.stores.withFormationLock(formationId, async (stores) => {
    await stores.formations.setPlaces(formationId, { vacantHostId: null });
    await stores.formations.bumpGeneration(formationId);
  });
}

/**
 * Ends a move: nothing of the formation stays on the nodes of its former host, and its own proxies believe those of
 * that host no more. Safe to repeat.
 */
export async function carryOutFinishMove(
  parts: FormationParts,
  context: OperationContext,
): Promise<Record<string, unknown>> {
  return withFormationWork(parts, context, async (run) => {
    const leaveMs = deadlines.leave + parts.settings.drainSeconds * 1000;
    await context.step(moveSteps.leave, leaveMs, async (signal) => {
      await becomeVacant(run);
      await leaveVacant(run, true, signal);
    });
    await context.step(moveSteps.settle, deadlines.switch, async (signal) => {
      const reports = await convergeNodes(run, {
        nodes: (snapshot) => readyNodes(snapshot, 'proxy'),
        action: 'settle',
        deadlineMs: waits.switch,
        signal,
      });
      requireConverged(context, 'not all proxies were told that its former host passes on no more', reports);
    });
    const { host } = await requireSnapshot(parts.stores, run.formationId);
    return { on: host?.name ?? null };
  });
}

/** From here on its former host is one that it leaves. */
async function becomeVacant({ parts: { stores }, formationId }: FormationWork): Promise<void> {
  const { formation } = await requireSnapshot(stores, formationId);
  const { formerHostId } = formation;
  if (formerHostId === null) return;
  const vacate = async (inside: Stores): Promise<void> => {
    await requireGone(inside, formation, formerHostId);
    const places = { formerHostId: null, vacantHostId: formerHostId, formerStay: null };
    await inside.formations.setPlaces(formationId, places);
    // On nodes of its own for good: no host's quota is kept for it.
    if (formation.hostId === null) await inside.formations.setQuota(formationId, {});
    await inside.formations.bumpGeneration(formationId);
  };
  await stores.withFormationLock(formationId, vacate, [formerHostId]);
}
