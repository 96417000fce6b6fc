import type { FormationSnapshot } from '../../store/app/formation-snapshot.js';
import { convergeNodes, type ConvergeRequest } from './converge-nodes.js';
import type { NodeReport } from '../../../provisioner/engine.js';
import { snapshotOf, type FormationWork } from '../context/formation-work.js';
import { layerOf } from '../databag/snapshot-view.js';

/** Milliseconds that the last level has, however late it begins. */
const minLevelMs = 10_000;

/**
 * Converges nodes level by level, ascending, in parallel within a level: runtime nodes before proxies. When a
 * node fails, later levels are left alone. `change` goes with the first level. Resolves to the reports of all
 * nodes that were tried. The order's deadline is that of all levels together.
 * @param isTolerable failures of nodes that do not hold up later levels
 */
export async function convergeInLevels(
  run: FormationWork,
  order: ConvergeRequest,
  isTolerable: (report: NodeReport) => boolean = () => false,
): Promise<NodeReport[]> {
  const { change, ...rest } = order;
  const levels = levelsOf(await snapshotOf(run), order);
  const reports: NodeReport[] = [];
  const end = performance.now() + order.deadlineMs;
  for (const [index, level] of levels.entries()) {
    const nodes: ConvergeRequest['nodes'] = (snapshot) =>
      order.nodes(snapshot).filter((node) => layerOf(snapshot, node).level === level);
    const done = await convergeNodes(run, {
      ...rest,
      deadlineMs: Math.max(minLevelMs, end - performance.now()),
      nodes,
      ...(index === 0 && change !== undefined ? { change } : {}),
    });
    reports.push(...done);
    if (done.some((report) => report.outcome !== 'ok' && !isTolerable(report))) break;
  }
  return reports;
}

function levelsOf(snapshot: FormationSnapshot, { nodes }: Pick<ConvergeRequest, 'nodes'>): number[] {
  return [...new Set(nodes(snapshot).map((node) => layerOf(snapshot, node).level))].sort((a, b) => a - b);
}
