import type { Orphan } from '../controller/api-types.js';
import type { Call } from '../call.js';
import { CliError, exitCodes, usageError } from '../terminal/errors.js';
import { table } from '../terminal/format.js';

/** `deis providers:gc`: shows what no node or layer has any more; with --remove removes it after a yes. */
export async function collectOrphans(call: Call): Promise<void> {
  const api = await call.api();
  const path = `/api/providers/${encodeURIComponent(call.arg(0))}/orphans`;
  const { results } = await api.get<{ results: Orphan[] }>(path);
  if (!call.flag('remove') || results.length === 0) {
    call.printList(results, show, `Nothing behind ${call.arg(0)} is orphaned`);
    if (results.length > 0)
      call.output.talk(
        `Remove ${results.length === 1 ? 'it' : 'them'}: deis providers:gc ${call.arg(0)} --remove`,
      );
    return;
  }
  await confirm(call, results);
  const { results: tried } = await api.delete<{ results: Orphan[] }>(path);
  call.printList(tried, show, 'They have gone meanwhile');
  const failed = tried.filter(({ failure }) => typeof failure === 'string');
  if (failed.length > 0)
    throw new CliError(`${failed.length} of ${tried.length} could not be removed`, exitCodes.failed, {
      details: failed.map(({ cloud_id, failure }) => `${cloud_id}: ${failure}`),
    });
}

async function confirm(call: Call, orphans: readonly Orphan[]): Promise<void> {
  if (call.flag('yes')) return;
  if (!call.terminal.interactive)
    throw usageError('--remove needs --yes where nobody can be asked', 'nothing was removed');
  call.output.talk(show(orphans));
  const answer = (
    await call.terminal.ask(`Remove ${orphans.length === 1 ? 'this' : `these ${orphans.length}`}? [y/N] `)
  ).trim();
  if (!/^y(es)?$/i.test(answer)) throw usageError('not confirmed', 'nothing was removed');
}

function show(orphans: readonly Orphan[]): string {
  return table(
    ['KIND', 'CLOUD ID', 'NAME', 'FORMATION', 'STATE', 'ADDRESS'],
    orphans.map((each) => [
      each.kind,
      each.cloud_id,
      each.name,
      each.formation,
      each.failure === null ? 'removed' : each.state,
      each.address,
    ]),
  );
}
