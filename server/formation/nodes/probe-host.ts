import { WaitDeadline, waitUntil } from '../../../base/wait-until.js';
import { OperationFailure } from '../../operation/operation-errors.js';
import type { FormationSnapshot } from '../../store/app/formation-snapshot.js';
import type { NodeRecord } from '../../store/infrastructure/node-store.js';
import { waits } from '../context/deadlines.js';
import { snapshotOf, type FormationWork } from '../context/formation-work.js';
import { convergeTarget } from '../converge/converge-target.js';

/**
 * As a guest finds out which nodes of its host answer. Whether one is lost is for the host to say: a node that is
 * silent and counts as ready is waited for until it answers, or has left. @throws OperationFailure naming those that
 * do neither
 */
export async function probeHost(
  run: FormationWork,
  first: FormationSnapshot,
  signal: AbortSignal,
): Promise<void> {
  const { settings } = run.parts;
  let snapshot = first;
  let silent = await silentNodes(run, snapshot, signal);
  if (silent.length === 0) return;
  const names = (): string => silent.map(({ name }) => name).join(', ');
  const host = first.host?.name ?? '';
  run.context.line(
    `       ${names()} of ${host} cannot be reached now: waiting for ${host} to look after it`,
  );
  try {
    await waitUntil(
      async () => {
        snapshot = await snapshotOf(run);
        silent = await silentNodes(run, snapshot, signal);
        return silent.length === 0 ? true : undefined;
      },
      // Its host asks them, too.
      { deadlineMs: waits.rejoin, intervalMs: 4 * settings.lookMs, what: `the nodes of ${host}`, signal },
    );
  } catch (error) {
    if (!(error instanceof WaitDeadline)) throw error;
    throw new OperationFailure(
      `${names()} of ${host} cannot be reached, nothing was changed: ` +
        `\`deis converge --formation=${host}\` looks after its nodes`,
      { node: names() },
    );
  }
}

async function silentNodes(
  run: FormationWork,
  snapshot: FormationSnapshot,
  signal: AbortSignal,
): Promise<NodeRecord[]> {
  const ready = snapshot.nodes.filter(({ status, address }) => status === 'ready' && address !== null);
  if (ready.length === 0) return [];
  const targets = ready.map((node) => convergeTarget(snapshot, node));
  const answers = await run.fleet.probe(targets, signal, run.suspects);
  signal.throwIfAborted();
  return ready.filter(({ name }) => (answers.get(name) ?? null) !== null);
}
