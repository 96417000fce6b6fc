import pLimit from 'p-limit';
import { RemoteFailure } from '../../../base/errors.js';
import type { CommandDeadline } from '../../../provisioner/node-commands/command-deadline.js';
import type { OneOffCommands, OneOffState } from '../../../provisioner/node-commands/one-offs.js';
import type { RunRecord } from '../../store/app/run-store.js';
import type { FormationParts } from '../context/formation-parts.js';
import { onNode, placeOf } from './remove-run.js';

/** A detached run's container stays so long after its end, for its log. */
const keptMs = 600_000;
/** Containers of a formation that stay so, the newest. */
export const maxKeptRuns = 10;
/** Nodes that are asked side by side, each for one container after the other. */
const nodesAtOnce = 20;

/** A detached run whose container is there, and runs no more. */
interface EndedRun {
  readonly record: RunRecord;
  readonly state: OneOffState;
}

/**
 * Removes the containers of one-off commands whose controller is gone, and notes how detached ones have
 * ended. Of several controllers one does it. A node that does not answer is asked again the next time.
 */
export async function collectRuns(parts: FormationParts): Promise<void> {
  await parts.stores.withLock('collect runs', () => collect(parts), { ifFree: true });
}

async function collect(parts: FormationParts): Promise<void> {
  const { runs } = parts.stores;
  const [leftBehind, detached] = [await runs.leftBehind(parts.settings.leaseMs), await runs.detached()];
  const ended: EndedRun[] = [];
  await eachOnItsNode(parts, [...leftBehind, ...detached], async (record, oneOffs, options) => {
    if (!record.detached) {
      await oneOffs.remove(record.container, options);
      return runs.finish(record.id, record.exitCode);
    }
    const state = await oneOffs.inspect(record.container, options);
    if (state === undefined) return runs.finish(record.id, record.exitCode);
    if (state.status !== 'exited' && state.status !== 'dead') return;
    if (record.exitCode === null) await runs.setExitCode(record.id, state.exitCode);
    ended.push({ record, state });
  });
  const codes = new Map(ended.map(({ record, state }) => [record.id, state.exitCode]));
  await eachOnItsNode(parts, noLongerKept(ended, parts.now()), async (record, oneOffs, options) => {
    await oneOffs.remove(record.container, options);
    await runs.finish(record.id, codes.get(record.id) ?? null);
  });
}

/** Those that ended too long ago, or before the newest ones of their formation. */
function noLongerKept(ended: readonly EndedRun[], now: Date): RunRecord[] {
  const newer = new Map<number, number>();
  return ended
    .toSorted((a, b) => b.state.endedAt.getTime() - a.state.endedAt.getTime())
    .filter(({ record: { formationId }, state }) => {
      const before = newer.get(formationId) ?? 0;
      newer.set(formationId, before + 1);
      return before >= maxKeptRuns || now.getTime() - state.endedAt.getTime() > keptMs;
    })
    .map(({ record }) => record);
}

/** Runs `act` for each, over one connection to each node; those of a node that is gone have ended with it. */
async function eachOnItsNode(
  parts: FormationParts,
  records: readonly RunRecord[],
  act: (record: RunRecord, oneOffs: OneOffCommands, options: CommandDeadline) => Promise<void>,
): Promise<void> {
  const limit = pLimit(nodesAtOnce);
  const nodes = new Map<string, RunRecord[]>();
  for (const record of records) nodes.set(record.nodeId, [...(nodes.get(record.nodeId) ?? []), record]);
  await Promise.all(
    [...nodes.values()].map((ofNode) =>
      limit(async () => {
        const place = await placeOf(parts.stores, ofNode[0]!);
        if (place === undefined)
          for (const { id, exitCode } of ofNode) await parts.stores.runs.finish(id, exitCode);
        else
          await reached(() =>
            onNode(parts, place, async (oneOffs, options) => {
              for (const record of ofNode)
                await reached(
                  () => act(record, oneOffs, options),
                  ({ phase }) => phase === 'exit' || phase === 'deadline',
                );
            }),
          );
      }),
    ),
  );
}

/** What fails on a node is tried again the next time; of one container it keeps no other one. */
async function reached(
  work: () => Promise<void>,
  isForgiven: (failure: RemoteFailure) => boolean = () => true,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof RemoteFailure) || !isForgiven(error)) throw error;
  }
}
