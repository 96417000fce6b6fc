import { waits } from '../context/deadlines.js';
import { requireSnapshot, workAt, type FormationWork } from '../context/formation-work.js';
import { readyNodes } from '../databag/snapshot-view.js';
import type { NodeReport } from '../../../provisioner/engine.js';
import { describeReport } from './converge-failure.js';
import { convergeNodes } from './converge-nodes.js';

/** Brings what is true now to the proxies of a formation's former host; none, where it has no such host. */
export async function convergeFormer(run: FormationWork, signal: AbortSignal): Promise<NodeReport[]> {
  const { formation } = await requireSnapshot(run.parts.stores, run.formationId);
  if (formation.formerHostId === null) return [];
  const former = await workAt(run, { groundId: formation.formerHostId }, signal);
  return convergeNodes(former, {
    nodes: (snapshot) => readyNodes(snapshot, 'proxy'),
    action: 'pass on',
    deadlineMs: waits.switch,
    signal,
  });
}

/** As convergeFormer. One that cannot be told passes on as it did, and holds up nothing: it is named. */
export async function tellFormer(run: FormationWork, signal: AbortSignal): Promise<void> {
  for (const report of await convergeFormer(run, signal))
    if (report.outcome !== 'ok')
      run.context.line(` !     ${describeReport(report)}: it passes requests on as it did before`);
}
