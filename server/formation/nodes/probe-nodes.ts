import { messageOf, type RemoteFailure } from '../../../base/errors.js';
import type { LayerKind } from '../../../cookbooks/recipe.js';
import { OperationFailure } from '../../operation/operation-errors.js';
import type { FormationSnapshot } from '../../store/app/formation-snapshot.js';
import type { NodeRecord } from '../../store/infrastructure/node-store.js';
import { convergeFailure } from '../converge/converge-failure.js';
import { convergeNodes } from '../converge/converge-nodes.js';
import { convergeTarget } from '../converge/converge-target.js';
import { waits } from '../context/deadlines.js';
import { findMoved, type CloudNews } from './find-moved-nodes.js';
import { goneFailure } from './machines-gone.js';
import { probeHost } from './probe-host.js';
import { snapshotOf, type FormationWork } from '../context/formation-work.js';
import { nodesOfKind, readyNodes } from '../databag/snapshot-view.js';

const nothing: CloudNews = { moved: [], gone: [] };

type Answers = ReadonlyMap<string, RemoteFailure | null>;

/**
 * Finds out which nodes answer. Those that do not are marked lost and leave the placement, the proxies being
 * converged for that alone; lost ones that answer again are converged and ready once more. One that has come
 * up under another address is found there by its pinned key, and every node is told.
 * @param options `mayLoseAll`: nothing serves on them, so that none need be left
 * @throws OperationFailure when no runtime node, or no proxy, would be left of those that were there; nothing
 * has changed then, save that nodes whose machines are gone are lost
 */
export async function probeNodes(
  run: FormationWork,
  signal: AbortSignal,
  { mayLoseAll = false }: { readonly mayLoseAll?: boolean } = {},
): Promise<void> {
  const before = await snapshotOf(run);
  if (before.host !== undefined) return probeHost(run, before, signal);
  const asked = probedNodes(before);
  if (asked.length === 0) return;
  const first = await run.fleet.probe(
    asked.map((node) => convergeTarget(before, node)),
    signal,
    run.suspects,
  );
  signal.throwIfAborted();
  const { moved, gone } = await findAgain(
    run,
    asked.filter((node) => failureOf(first, node) !== null),
    signal,
  );
  const snapshot = moved.size === 0 ? before : await snapshotOf(run);
  const nodes = probedNodes(snapshot);
  const there = nodes.filter(({ name }) => moved.has(name)).map((node) => convergeTarget(snapshot, node));
  const again = there.length === 0 ? [] : await run.fleet.probe(there, signal);
  const answers: Answers = new Map([...first, ...again, ...gone]);
  signal.throwIfAborted();
  await noteGone(run, nodes, gone);
  if (!mayLoseAll) refuseTooFew(snapshot, answers);
  const lost = nodes.filter((node) => node.status === 'ready' && failureOf(answers, node) !== null);
  const back = nodes.filter(
    (node) => (node.status === 'lost' || moved.has(node.name)) && failureOf(answers, node) === null,
  );
  if (lost.length > 0) await leavePlacement(run, lost, answers, signal);
  if (back.length > 0) await rejoin(run, back, signal);
  if (moved.size > 0) await tell(run, ['runtime', 'custom', 'proxy'], signal);
  // A proxy that is back is let in again by the containers' nodes.
  else if (back.some(isProxy(snapshot))) await tell(run, ['runtime', 'proxy'], signal);
  else if (lost.length + back.length > 0) await tell(run, ['proxy'], signal);
}

function isProxy(snapshot: FormationSnapshot): (node: NodeRecord) => boolean {
  const ids = new Set(nodesOfKind(snapshot, 'proxy').map(({ id }) => id));
  return ({ id }) => ids.has(id);
}

function probedNodes(snapshot: FormationSnapshot): NodeRecord[] {
  const all = (['runtime', 'proxy', 'custom'] as const).flatMap((kind) => nodesOfKind(snapshot, kind));
  return [...new Set(all)].filter(isProbed);
}

/**
 * Writes down where silent nodes are now. Resolves to the names of those that have another address, and to
 * why those will never answer whose machine is gone.
 */
async function findAgain(
  run: FormationWork,
  silent: readonly NodeRecord[],
  signal: AbortSignal,
): Promise<{ moved: ReadonlySet<string>; gone: ReadonlyMap<string, RemoteFailure> }> {
  const { moved, gone } = silent.length === 0 ? nothing : await ask(run, silent, signal);
  const ended = new Map(gone.map((node) => [node.name, goneFailure(node)]));
  if (moved.length === 0) return { moved: new Set(), gone: ended };
  await run.parts.stores.withFormationLock(run.formationId, async (stores) => {
    for (const { node, address, privateAddress } of moved)
      await stores.nodes.update(node.id, { address, privateAddress });
    await stores.formations.bumpGeneration(run.formationId);
  });
  for (const { node, address } of moved)
    run.context.line(`       ${node.name} has another address: ${address}, before ${node.address ?? 'none'}`);
  return { moved: new Set(moved.map(({ node }) => node.name)), gone: ended };
}

/** A cloud that cannot say where they are leaves them silent. */
async function ask(
  { parts, context, formationId, place }: FormationWork,
  silent: readonly NodeRecord[],
  signal: AbortSignal,
): Promise<CloudNews> {
  try {
    return await findMoved(
      parts,
      formationId,
      new Set(silent.map(({ name }) => name)),
      AbortSignal.any([signal, AbortSignal.timeout(waits.answer)]),
      place,
    );
  } catch (error) {
    signal.throwIfAborted();
    context.line(
      ` !     could not ask where ${silent.map(({ name }) => name).join(', ')} is: ${messageOf(error)}`,
    );
    return nothing;
  }
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
    throw new OperationFailure(
      `no ${kind} node can be reached, nothing was changed: ${reasons.join('; ')}`,
      details,
      { cause: failureOf(answers, silent[0]!) },
    );
  }
}

/** What their cloud has no more is lost, whoever else is left. */
async function noteGone(
  { parts, formationId }: FormationWork,
  nodes: readonly NodeRecord[],
  gone: ReadonlyMap<string, RemoteFailure>,
): Promise<void> {
  const ended = nodes.filter(({ name }) => gone.has(name));
  if (ended.length === 0) return;
  await parts.stores.withFormationLock(formationId, async (stores) => {
    for (const { id, name } of ended) {
      const status = (await stores.nodes.byId(id))?.status;
      // Somebody may be removing it by now.
      if (status !== 'ready' && status !== 'lost') continue;
      const lastError = gone.get(name)!.message;
      await stores.nodes.update(id, { status: 'lost', lastAction: 'probe', lastError });
      if (status === 'ready') await stores.formations.bumpGeneration(formationId);
    }
  });
}

async function leavePlacement(
  run: FormationWork,
  lost: readonly NodeRecord[],
  answers: Answers,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  await run.parts.stores.withFormationLock(run.formationId, async (stores) => {
    for (const node of lost)
      await stores.nodes.update(node.id, {
        status: 'lost',
        lastAction: 'probe',
        lastError: failureOf(answers, node)?.message ?? null,
      });
    await stores.formations.bumpGeneration(run.formationId);
  });
  for (const node of lost)
    run.context.line(
      ` !     ${node.name} cannot be reached and is left out: ${failureOf(answers, node)?.message ?? ''}`,
    );
}

/**
 * Converged before anything is placed there: what ran on meanwhile, and is no longer wanted, gives its ports
 * back.
 */
async function rejoin(run: FormationWork, back: readonly NodeRecord[], signal: AbortSignal): Promise<void> {
  const ids = new Set(back.map(({ id }) => id));
  const reports = await convergeNodes(run, {
    nodes: (snapshot) => snapshot.nodes.filter(({ id }) => ids.has(id)),
    action: 'rejoin',
    deadlineMs: waits.rejoin,
    signal,
  });
  const rejoined = back.filter((node) =>
    reports.some((report) => report.node === node.name && report.outcome === 'ok'),
  );
  await run.parts.stores.withFormationLock(run.formationId, async (stores) => {
    for (const node of rejoined) await stores.nodes.update(node.id, { status: 'ready' });
    if (rejoined.length > 0) await stores.formations.bumpGeneration(run.formationId);
  });
  for (const node of rejoined) run.context.line(`       ${node.name} answers again`);
}

/** Kind by kind: runtimes let a proxy in before it sends anything there. */
async function tell(run: FormationWork, kinds: readonly LayerKind[], signal: AbortSignal): Promise<void> {
  for (const kind of kinds) {
    const reports = await convergeNodes(run, {
      nodes: (snapshot) => readyNodes(snapshot, kind),
      action: 'probe',
      deadlineMs: waits.switch,
      signal,
    });
    const failure = convergeFailure(
      `${kind} nodes could not be told which nodes are left, and where`,
      reports,
    );
    if (failure !== undefined) throw failure;
  }
}
