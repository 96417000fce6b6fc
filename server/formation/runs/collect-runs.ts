import { RemoteFailure } from '../../../base/errors.js';
import type { RunRecord } from '../../store/run-store.js';
import type { FormationParts } from '../context/formation-parts.js';
import { onNode, placeOf, removeRun } from './remove-run.js';

/** A detached run's container stays so long after its end, for its log. */
const keptMs = 600_000;
/** `exited 3 2026-01-01T00:00:00.5Z`; nothing when there is no such container. */
const look =
  `docker inspect --format '{{.State.Status}} {{.State.ExitCode}} {{.State.FinishedAt}}' "$1" ` +
  '2>/dev/null || docker version >/dev/null';

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
    const [state, code = '', endedAt = ''] = (
      await onNode(parts, place, ['sh', '-c', look, 'deis-look', record.container])
    )
      .trim()
      .split(' ');
    if (state === '') return await parts.stores.runs.finish(record.id, record.exitCode);
    if (state !== 'exited' && state !== 'dead') return;
    if (record.exitCode === null) await parts.stores.runs.setExitCode(record.id, Number(code));
    if (parts.now().getTime() - Date.parse(endedAt) > keptMs) await removeRun(parts, place, Number(code));
  } catch (error) {
    if (!(error instanceof RemoteFailure)) throw error;
  }
}
