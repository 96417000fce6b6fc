import { RemoteFailure } from '../../../base/errors.js';
import type { RunRecord } from '../../store/app/run-store.js';
import type { FormationParts } from '../context/formation-parts.js';
import { onNode, placeOf, removeRun } from './remove-run.js';

/** A detached run's container stays so long after its end, for its log. */
const keptMs = 600_000;

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
  await Promise.all([
    ...leftBehind.map((record) => removeLeftBehind(parts, record)),
    ...detached.map((record) => lookAfter(parts, record)),
  ]);
}

async function removeLeftBehind(parts: FormationParts, record: RunRecord): Promise<void> {
  const place = await placeOf(parts.stores, record);
  if (place === undefined) await parts.stores.runs.finish(record.id, null);
  else await removeRun(parts, place, null);
}

async function lookAfter(parts: FormationParts, record: RunRecord): Promise<void> {
  const place = await placeOf(parts.stores, record);
  if (place === undefined) return parts.stores.runs.finish(record.id, null);
  try {
    const state = await onNode(parts, place, (oneOffs, options) =>
      oneOffs.inspect(record.container, options),
    );
    if (state === undefined) return await parts.stores.runs.finish(record.id, record.exitCode);
    const { status, exitCode, endedAt } = state;
    if (status !== 'exited' && status !== 'dead') return;
    if (record.exitCode === null) await parts.stores.runs.setExitCode(record.id, exitCode);
    if (parts.now().getTime() - endedAt.getTime() > keptMs) await removeRun(parts, place, exitCode);
  } catch (error) {
    if (!(error instanceof RemoteFailure)) throw error;
  }
}
