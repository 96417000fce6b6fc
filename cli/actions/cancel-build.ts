import type { Build, Operation } from '../controller/api-types.js';
import type { Call } from '../call.js';
import { CliError, exitCodes } from '../terminal/errors.js';

/** Pushes of one formation that are looked at. */
const maxOperations = 100;
const ended = ['succeeded', 'failed', 'cancelled', 'superseded'];

/**
 * Asks for the end of a push: the one named, else the one under way, else the newest that waits. What is live
 * stays live. @throws CliError where there is nothing to cancel
 */
export async function cancelBuild(call: Call): Promise<void> {
  const [id] = call.args;
  const api = await call.api();
  const path = await call.formationPath('operations');
  const pushes = (await api.list<Operation>(path, maxOperations)).filter(({ kind }) => kind === 'push');
  const open = pushes.filter(({ state }) => !ended.includes(state));
  const chosen =
    id === undefined
      ? (open.find(({ state }) => state === 'running') ?? open[0])
      : pushes.find((push) => push.id === id);
  if (chosen === undefined && id !== undefined) {
    // An old one has ended long ago; one that never was is said to be none.
    await api.get<Build>(await call.formationPath('builds', id));
    throw new CliError(`too late: build ${id} has ended`, exitCodes.conflict);
  }
  if (chosen === undefined) throw new CliError('nothing is being built', exitCodes.conflict);
  if (ended.includes(chosen.state))
    throw new CliError(`too late: build ${chosen.id} ${endings[chosen.state]}`, exitCodes.conflict);
  const after = await api.post<Operation>(`/api/operations/${encodeURIComponent(chosen.id)}/cancel`);
  call.print(
    after,
    () => `build ${after.id}: ${after.state === 'cancelled' ? 'cancelled' : 'asked to stop'}`,
  );
}

const endings: Readonly<Record<string, string>> = {
  succeeded: 'succeeded',
  failed: 'failed',
  cancelled: 'was cancelled already',
  superseded: 'was superseded by a later push',
};
