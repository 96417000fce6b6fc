import { MachineGone } from '../../../base/errors.js';
import type { FormationSnapshot } from '../../store/app/formation-snapshot.js';
import type { NodeRecord } from '../../store/infrastructure/node-store.js';
import type { Stores } from '../../store/stores.js';
import { describeReport } from './converge-failure.js';
import type { NodeReport } from '../../../provisioner/engine.js';

export interface ReportsToRecord {
  /** What the databag was calculated from. */
  readonly snapshot: FormationSnapshot;
  readonly generation: number;
  readonly action: string;
  readonly reports: readonly NodeReport[];
}

/**
 * Records on each node what was done and how it ended. A node that has converged runs nothing that the
 * databag did not list: rows of containers that it was to remove are deleted, and their ports free. What was on a
 * machine that is gone has ended with it.
 */
export async function recordReports(
  stores: Stores,
  { snapshot, generation, action, reports }: ReportsToRecord,
): Promise<void> {
  const nodes = new Map(snapshot.nodes.map((node) => [node.name, node]));
  const removedFrom = (node: NodeRecord): number[] =>
    snapshot.containers
      .filter(({ nodeId, state }) => nodeId === node.id && state === 'removing')
      .map(({ id }) => id);
  await stores.withFormationLock(snapshot.formation.id, async (inside) => {
    for (const report of reports) {
      const node = nodes.get(report.node);
      if (node === undefined) continue;
      const isOk = report.outcome === 'ok';
      if (isOk || report.failure instanceof MachineGone) await inside.containers.delete(removedFrom(node));
      // What a guest was about is no news of its host's node.
      if (snapshot.host !== undefined) continue;
      await inside.nodes.update(node.id, {
        lastAction: action,
        lastError: isOk ? null : describeReport(report),
      });
      if (isOk) await inside.nodes.setGeneration(node.id, generation);
    }
  });
}
