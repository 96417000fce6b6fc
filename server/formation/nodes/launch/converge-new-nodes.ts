import type { NodeReport } from '../../../../provisioner/engine.js';
import type { NodeRecord } from '../../../store/infrastructure/node-store.js';
import { reportFailures } from '../../converge/converge-failure.js';
import { convergeInLevels } from '../../converge/converge-in-levels.js';
import { waits } from '../../context/deadlines.js';
import type { NodeFailure } from '../../context/for-each-node.js';
import { snapshotOf, type FormationWork } from '../../context/formation-work.js';

/**
 * Tells every node about the new ones (firewalls, backends); new nodes that converge are ready. A node that
 * was ready and cannot be reached holds up nobody here: the deploy's probe finds it lost. Resolves to the
 * failures.
 */
export async function convergeNewNodes(
  run: FormationWork,
  failed: readonly NodeFailure[],
  signal: AbortSignal,
): Promise<NodeFailure[]> {
  const without = new Set(failed.map(({ node }) => node));
  const isIncluded = ({ name, status }: NodeRecord): boolean =>
    (status === 'ready' || status === 'booting') && !without.has(name);
  const { nodes } = await snapshotOf(run);
  const isNew = (name: string): boolean =>
    nodes.some((node) => node.name === name && node.status === 'booting');
  const isTolerable = ({ node, outcome }: NodeReport): boolean => outcome === 'unreachable' && !isNew(node);
  if (!nodes.some(isIncluded)) return [];
  const count = nodes.filter(isIncluded).length;
  run.context.line(`-----> Converging ${count} node${count === 1 ? '' : 's'}`);
  const reports = await convergeInLevels(
    run,
    {
      nodes: (snapshot) => snapshot.nodes.filter(isIncluded),
      change: () => Promise.resolve(nodes.some(({ status }) => status === 'booting')),
      action: 'converge',
      deadlineMs: waits.converge,
      signal,
    },
    isTolerable,
  );
  const done = new Set(reports.filter(({ outcome }) => outcome === 'ok').map(({ node }) => node));
  for (const node of nodes.filter(({ name }) => isNew(name) && done.has(name)))
    await run.parts.stores.nodes.update(node.id, { status: 'ready' });
  const untried = nodes.filter(
    (node) => isIncluded(node) && isNew(node.name) && !reports.some((report) => report.node === node.name),
  );
  return [
    ...reportFailures(reports.filter((report) => !isTolerable(report))),
    ...untried.map(({ name }) => ({
      node: name,
      error: new Error('not converged, because a node of a lower level failed'),
    })),
  ];
}
