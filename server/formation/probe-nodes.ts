import type { RemoteFailure } from '../../cookbooks/errors.js';
import { OperationFailure } from '../operation/operation-errors.js';
import type { FormationSnapshot } from '../store/formation-snapshot.js';
import type { NodeRecord } from '../store/node-store.js';
import { convergeFailure } from './converge-failure.js';
import { convergeNodes } from './converge-nodes.js';
import { convergeTarget } from './converge-target.js';
import { deadlines } from './deadlines.js';
import { requireSnapshot, type FormationRun } from './formation-run.js';
import { nodesOfKind, readyNodes } from './snapshot-view.js';

type Answers = ReadonlyMap<string, RemoteFailure | null>;

/**
 * Finds out which nodes answer. Those that do not are marked lost and leave the placement, the proxies being converged for
 * that alone; lost ones that answer again are converged and ready once more.
 * @throws OperationFailure when no runtime node, or no proxy, would be left of those that were there; nothing has changed then
 */
export async function probeNodes(run: FormationRun, signal: AbortSignal): Promise<void> {
  const snapshot = await requireSnapshot(run.parts.stores, run.formationId);
  const nodes = (['runtime', 'proxy', 'custom'] as const).flatMap((kind) => nodesOfKind(snapshot, kind)).filter(isProbed);
  if (nodes.length === 0) return;
  const targets = nodes.map((node) => convergeTarget(snapshot, node));
  const answers = await run.fleet.probe(targets, signal, run.suspects);
  signal.throwIfAborted();
  refuseTooFew(snapshot, answers);
  const lost = nodes.filter((node) => node.status === 'ready' && failureOf(answers, node) !== null);
  const back = nodes.filter((node) => node.status === 'lost' && failureOf(answers, node) === null);
  if (lost.length > 0) await leavePlacement(run, lost, answers, signal);
  if (back.length > 0) await rejoin(run, back, signal);
  if (lost.length + back.length > 0) await tellProxies(run, signal);
}

function isProbed({ status, address }: NodeRecord): boolean {
  return (status === 'ready' || status === 'lost') && address !== null;
}

function failureOf(answers: Answers, { name }: NodeRecord): RemoteFailure | null {
  return answers.get(name) ?? null;
}

function refuseTooFew(snapshot: FormationSnapshot, answers: Answers): void {
  for (const kind of ['runtime', 'proxy'] as const) {
    const silent = nodesOfKind(snapshot, kind).filter(isProbed);
    if (silent.length === 0 || silent.some((node) => failureOf(answers, node) === null)) continue;
    const reasons = silent.map((node) => `${node.name}: ${failureOf(answers, node)!.message}`);
    const details = { node: silent.map(({ name }) => name).join(', ') };
    throw new OperationFailure(`no ${kind} node can be reached, nothing was changed: ${reasons.join('; ')}`, details, { cause: failureOf(answers, silent[0]!) });
  }
}

async function leavePlacement(run: FormationRun, lost: readonly NodeRecord[], answers: Answers, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await run.parts.stores.withFormationLock(run.formationId, async (stores) => {
    for (const node of lost) await stores.nodes.update(node.id, { status: 'lost', lastAction: 'probe', lastError: failureOf(answers, node)?.message ?? null });
    await stores.formations.bumpGeneration(run.formationId);
  });
  for (const node of lost) run.context.line(` !     ${node.name} cannot be reached and is left out: ${failureOf(answers, node)?.message ?? ''}`);
}

/** Converged before anything is placed there: what ran on meanwhile, and is no longer wanted, gives its ports back. */
async function rejoin(run: FormationRun, back: readonly NodeRecord[], signal: AbortSignal): Promise<void> {
  const ids = new Set(back.map(({ id }) => id));
  const reports = await convergeNodes(run, { nodes: (snapshot) => snapshot.nodes.filter(({ id }) => ids.has(id)), action: 'rejoin', deadlineMs: deadlines.probe, signal });
  const rejoined = back.filter((node) => reports.some((report) => report.node === node.name && report.outcome === 'ok'));
  await run.parts.stores.withFormationLock(run.formationId, async (stores) => {
    for (const node of rejoined) await stores.nodes.update(node.id, { status: 'ready' });
    if (rejoined.length > 0) await stores.formations.bumpGeneration(run.formationId);
  });
  for (const node of rejoined) run.context.line(`       ${node.name} answers again`);
}

async function tellProxies(run: FormationRun, signal: AbortSignal): Promise<void> {
  const reports = await convergeNodes(run, { nodes: (snapshot) => readyNodes(snapshot, 'proxy'), action: 'probe', deadlineMs: deadlines.switch, signal });
  const failure = convergeFailure('proxies could not be told which nodes are left', reports);
  if (failure !== undefined) throw failure;
}
