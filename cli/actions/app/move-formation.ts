import type { Call } from '../../call.js';
import { usageError, type CliError } from '../../terminal/errors.js';
import { carryOut } from '../carry-out.js';

const example = 'deis formations:move shop --on=platform';

function noneGetsNodes(): CliError {
  return usageError(
    'no formation gets nodes of its own by a move: move it to one that has nodes, and no app',
    'deis create shop-nodes --own-nodes --no-remote, a layer box with a node in it, then ' +
      'deis formations:move shop --on=shop-nodes (docs/shared-nodes.md)',
  );
}

/** `deis formations:move`: to the nodes of another host, or the end of such a move. */
export async function moveFormation(call: Call): Promise<void> {
  const [on, isEnd] = [call.option('on'), call.flag('finish')];
  if (call.flag('off')) throw noneGetsNodes();
  if (on === undefined && !isEnd)
    throw usageError('say where to, or --finish', `${example}, and later deis formations:move shop --finish`);
  if (on !== undefined && isEnd)
    throw usageError('--on and --finish are two steps: first the one, then the other', example);
  const name = await namedFormation(call);
  const path = `/api/formations/${encodeURIComponent(name)}/move`;
  await carryOut(call, path, isEnd ? { finish: true } : { on });
  call.output.talk(isEnd ? `${name} has left its former host` : `Moved ${name} to ${on}`);
}

/** By its place among the arguments, as it is said, or by --formation. */
export async function namedFormation(call: Call): Promise<string> {
  const [positional] = call.args;
  const option = call.option('formation') ?? call.option('app');
  if (positional !== undefined && option !== undefined && positional !== option)
    throw usageError(`${positional} and ${option} are two names: which one?`);
  return positional ?? call.formation();
}
