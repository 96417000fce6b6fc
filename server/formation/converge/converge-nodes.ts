import type { Databag } from '../../../cookbooks/databag.js';
import type { FormationSnapshot } from '../../store/app/formation-snapshot.js';
import type { NodeRecord } from '../../store/infrastructure/node-store.js';
import type { Stores } from '../../store/stores.js';
import { calculateDatabag } from '../databag/calculate-databag.js';
import { convergeTarget } from './converge-target.js';
import type { NodeReport } from '../../../provisioner/engine.js';
import { requireSnapshot, type FormationWork } from '../context/formation-work.js';
import { recordReports } from './record-reports.js';
import { nodeSources } from './node-sources.js';

export interface ConvergeRequest {
  /** Which nodes, as of the snapshot that the databag is calculated from. */
  readonly nodes: (snapshot: FormationSnapshot) => readonly NodeRecord[];
  /**
   * Rows that change with it, in the transaction that raises the generation. Resolves to false when nothing
   * had to change: the generation stays then, and nodes that have it already find nothing new. Absent:
   * nothing changes.
   */
  readonly change?: (stores: Stores, snapshot: FormationSnapshot) => Promise<boolean>;
  /** Ids of formations that the change makes the formation's row refer to. */
  readonly hosts?: readonly number[] | undefined;
  /** The release to be named as the formation's own; default the live one. */
  readonly releaseId?: number;
  /** What it is for: `last_action` of the nodes. */
  readonly action: string;
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
}

interface Calculated {
  readonly snapshot: FormationSnapshot;
  readonly databag: Databag;
}

/** Tries raise the generation past concurrent work; a node that still refuses then is broken. */
const maxTries = 5;
/** A node's word is believed up to here: no formation lives so long, and there must be room to go on. */
const highestGeneration = 1_000_000_000_000;

/**
 * Changes rows, calculates the databag and converges nodes with it, in parallel, to the end. A node that
 * refuses because somebody newer was faster gets a databag calculated again from what is true now. What
 * became of each node is recorded with it. Resolves to one report per node; failures of nodes are not thrown.
 */
export async function convergeNodes(run: FormationWork, order: ConvergeRequest): Promise<NodeReport[]> {
  const done = new Map<string, NodeReport>();
  let current = await calculate(run, order, order.change);
  for (let tries = 1; ; tries += 1) {
    const reports = await convergeOnce(run, order, current, done);
    for (const report of reports) done.set(report.node, report);
    const refused = reports.some(({ outcome }) => outcome === 'refused');
    if (!refused || tries === maxTries) return [...done.values()];
    current = await recalculate(
      run,
      order,
      current.databag.generation,
      Math.max(0, ...reports.map(({ generation }) => generation ?? 0)),
    );
  }
}

async function convergeOnce(
  run: FormationWork,
  order: ConvergeRequest,
  { snapshot, databag }: Calculated,
  done: ReadonlyMap<string, NodeReport>,
): Promise<NodeReport[]> {
  const isOpen = ({ name }: NodeRecord): boolean => (done.get(name)?.outcome ?? 'refused') === 'refused';
  const nodes = order.nodes(snapshot).filter(isOpen);
  if (nodes.length === 0) return [];
  order.signal.throwIfAborted();
  const targets = await Promise.all(
    nodes.map(async (node) => convergeTarget(snapshot, node, await nodeSources(run, databag, node))),
  );
  const reports = await run.fleet.converge(targets, databag, {
    deadlineMs: order.deadlineMs,
    signal: order.signal,
    onResource: (node, resource) => run.context.doing(node, resource),
  });
  // What a run says that was broken off from here is no news about its node.
  order.signal.throwIfAborted();
  const { action } = order;
  const { generation } = databag;
  await recordReports(run.parts.stores, { snapshot, generation, action, reports });
  run.parts.observer?.onConverge({
    formation: snapshot.formation.name,
    generation,
    action,
    nodes: reports.map(({ node, outcome, changed, ms }) => ({ node, outcome, changed, ms })),
  });
  return reports;
}

async function calculate(
  run: FormationWork,
  order: ConvergeRequest,
  change: ConvergeRequest['change'],
): Promise<Calculated> {
  const { parts, formationId, facts, place } = run;
  const also = order.releaseId === undefined ? [] : [order.releaseId];
  const read = async (stores: Stores): Promise<Calculated> => {
    order.signal.throwIfAborted();
    const look = (): Promise<FormationSnapshot> => requireSnapshot(stores, formationId, also, place);
    if (change !== undefined && (await change(stores, await look())))
      await stores.formations.bumpGeneration(formationId);
    const snapshot = await look();
    return { snapshot, databag: calculateDatabag(snapshot, facts, order.releaseId) };
  };
  return parts.stores.withFormationLock(formationId, read, order.hosts);
}

/**
 * From the rows of now; under a new generation, should the refused one still be the newest. A node whose
 * generation this database never gave has outlived the one that gave it (a restored dump): this one goes on
 * from there.
 */
async function recalculate(
  run: FormationWork,
  order: ConvergeRequest,
  refusedGeneration: number,
  nodeGeneration: number,
): Promise<Calculated> {
  return calculate(run, order, async (stores, { formation }) => {
    if (nodeGeneration > formation.generation && nodeGeneration <= highestGeneration) {
      run.context.line(
        `       a node has generation ${nodeGeneration}, this database ${formation.generation}: it is ` +
          `older than the nodes, and goes on from ${nodeGeneration + 1}`,
      );
      await stores.formations.raiseGeneration(formation.id, nodeGeneration);
      return true;
    }
    return formation.generation === refusedGeneration;
  });
}
