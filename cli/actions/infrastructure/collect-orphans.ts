import type { Orphan } from '../../controller/infrastructure-types.js';
import type { Call } from '../../call.js';
import { CliError, exitCodes, usageError } from '../../terminal/errors.js';
import { table } from '../../terminal/format.js';

/** What `providers:gc` is told. */
interface OrphanList {
  readonly results: Orphan[];
  /** Regions that the cloud did not let the controller look at. */
  readonly unseen: readonly { readonly place: string; readonly reason: string }[];
}

/** `deis providers:gc`: shows what no node or layer has any more; with --remove removes it after a yes. */
export async function collectOrphans(call: Call): Promise<void> {
  const api = await call.api();
  const path = `/api/providers/${encodeURIComponent(call.arg(0))}/orphans`;
  const { results, unseen } = await api.get<OrphanList>(path);
  if (!call.flag('remove') || results.length === 0) {
    const where = unseen.length === 0 ? '' : ' where it could be looked at';
    call.printList(results, show, `Nothing behind ${call.arg(0)} is orphaned${where}`);
    if (results.length > 0)
      call.output.talk(
        `Remove ${results.length === 1 ? 'it' : 'them'}: deis providers:gc ${call.arg(0)} --remove`,
      );
    refuseUnseen(unseen);
    return;
  }
  await confirm(call, results);
  const { results: tried, unseen: left } = await api.delete<OrphanList>(path);
  call.printList(tried, show, 'They have gone meanwhile');
  const failed = tried.filter(({ failure }) => typeof failure === 'string');
  if (failed.length > 0)
    throw new CliError(`${failed.length} of ${tried.length} could not be removed`, exitCodes.failed, {
      details: failed.map(({ cloud_id, failure }) => `${cloud_id}: ${failure}`),
    });
  refuseUnseen(left);
}

/** What could not be looked at is not free of orphans. */
function refuseUnseen(unseen: OrphanList['unseen']): void {
  if (unseen.length === 0) return;
  const places = [...new Set(unseen.map(({ place }) => place))].join(', ');
  throw new CliError(`not all could be looked at: ${places}`, exitCodes.failed, {
    details: unseen.map(({ place, reason }) =>
      reason.startsWith(`${place}: `) ? reason : `${place}: ${reason}`,
    ),
  });
}

async function confirm(call: Call, orphans: readonly Orphan[]): Promise<void> {
  if (call.flag('yes')) return;
  if (!call.terminal.interactive)
    throw usageError('--remove needs --yes where there is no terminal to ask at', 'nothing was removed');
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
