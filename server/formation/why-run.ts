import type { NodeReport } from '../../provisioner/engine.js';
import type { OperationContext } from '../operation/operation-context.js';
import type { FormationSnapshot } from '../store/app/formation-snapshot.js';
import type { FormationRecord } from '../store/app/formation-store.js';
import type { NodeRecord } from '../store/infrastructure/node-store.js';
import type { OperationRecord } from '../store/operations/operation-store.js';
import type { UserRecord } from '../store/people/user-store.js';
import { calculateDatabag } from './databag/calculate-databag.js';
import { describeReport } from './converge/converge-failure.js';
import { convergeTarget } from './converge/converge-target.js';
import { deadlines, waits } from './context/deadlines.js';
import { enqueueOperation } from './requests/enqueue-operation.js';
import type { FormationParts } from './context/formation-parts.js';
import { requireSnapshot, withFormationWork, type FormationWork } from './context/formation-work.js';
import { nodeSources } from './converge/node-sources.js';
import { layerOf } from './databag/snapshot-view.js';
import { whyRunKind } from './requests/kinds/why-run.js';

/** What a converge would do to one node. */
export interface NodeForecast {
  readonly node: string;
  readonly layer: string;
  /** `unknown`: the node could not be looked at, or only in part; `error` says why. */
  readonly outcome: 'in-sync' | 'drifted' | 'unknown';
  /** Resources that a converge would change, in its order; `diff` is missing for what is sensitive. */
  readonly changes: readonly { readonly resource: string; readonly diff?: string }[];
  readonly error: string | null;
}

/** The result of an operation that looked. */
export interface Forecast {
  readonly nodes: readonly NodeForecast[];
  /** Of all nodes. */
  readonly changes: number;
}

/**
 * Queues a look at what a converge would change; it takes its turn, so that no converge is caught half done.
 */
export async function whyRunFormation(
  parts: FormationParts,
  user: UserRecord,
  formation: FormationRecord,
): Promise<OperationRecord> {
  return enqueueOperation(parts, { actor: { userId: user.id }, formation, kind: whyRunKind }, () =>
    Promise.resolve(),
  );
}

/**
 * Compares every node that has been converged with what it must be, and changes nothing: neither on nodes nor
 * in rows. Lost nodes are tried too. Succeeds also when nodes could not be looked at: the result says so for
 * each.
 */
export async function carryOutWhyRun(
  parts: FormationParts,
  context: OperationContext,
): Promise<Record<string, unknown>> {
  return withFormationWork(parts, context, async (run) => {
    const nodes = await context.step('compare', deadlines.compare, (signal) => compareNodes(run, signal));
    for (const forecast of nodes) context.line(`       ${describeForecast(forecast)}`);
    const found: Forecast = { nodes, changes: nodes.reduce((sum, { changes }) => sum + changes.length, 0) };
    return { ...found };
  });
}

async function compareNodes(run: FormationWork, signal: AbortSignal): Promise<NodeForecast[]> {
  const snapshot = await requireSnapshot(run.parts.stores, run.formationId);
  const databag = calculateDatabag(snapshot, run.facts);
  const nodes = byLevel(snapshot, snapshot.nodes.filter(isCompared));
  const targets = await Promise.all(
    nodes.map(async (node) => convergeTarget(snapshot, node, await nodeSources(run, databag, node))),
  );
  const options = { whyRun: true, deadlineMs: waits.compare, signal };
  const reports = await run.fleet.converge(targets, databag, options);
  signal.throwIfAborted();
  return nodes.map((node, n) => forecast(layerOf(snapshot, node).name, reports[n]!));
}

function isCompared({ status, address }: NodeRecord): boolean {
  return (status === 'ready' || status === 'lost') && address !== null;
}

/** In the order in which they converge. */
function byLevel(snapshot: FormationSnapshot, nodes: readonly NodeRecord[]): NodeRecord[] {
  return [...nodes].sort(
    (a, b) =>
      layerOf(snapshot, a).level - layerOf(snapshot, b).level || a.layerId - b.layerId || a.num - b.num,
  );
}

function forecast(layer: string, report: NodeReport): NodeForecast {
  const changes = report.resources
    .filter(({ result }) => result === 'would-change')
    .map(({ resource, diff }) => ({ resource, ...(diff === undefined ? {} : { diff }) }));
  const isKnown = report.outcome === 'ok';
  const outcome = !isKnown ? 'unknown' : changes.length > 0 ? 'drifted' : 'in-sync';
  return { node: report.node, layer, outcome, changes, error: isKnown ? null : describeReport(report) };
}

function describeForecast({ node, outcome, changes, error }: NodeForecast): string {
  if (outcome === 'unknown') return error ?? `${node}: unknown`;
  return outcome === 'in-sync' ? `${node}: nothing would change` : `${node}: ${changes.length} would change`;
}
