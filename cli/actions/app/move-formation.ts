import type { Call } from '../../call.js';
import { usageError } from '../../terminal/errors.js';
import { carryOut } from '../carry-out.js';

const example = 'deis formations:move shop --on=platform';

/** `deis formations:move`: to the nodes of another host or of its own, or the end of such a move. */
export async function moveFormation(call: Call): Promise<void> {
  const [on, isOff, isEnd] = [call.option('on'), call.flag('off'), call.flag('finish')];
  if (on === undefined && !isOff && !isEnd)
    throw usageError(
      'say where to, --on or --off, or --finish',
      `${example}, and later deis formations:move shop --finish`,
    );
  if (on !== undefined && isOff)
    throw usageError('--on is another host, --off are nodes of its own: which one?', example);
  if ((on !== undefined || isOff) && isEnd)
    throw usageError(
      `--${isOff ? 'off' : 'on'} and --finish are two steps: first the one, then the other`,
      example,
    );
  const name = await namedFormation(call);
  const path = `/api/formations/${encodeURIComponent(name)}/move`;
  await carryOut(call, path, isEnd ? { finish: true } : isOff ? { off: true } : { on });
  const where = isOff ? 'nodes of its own' : on;
  call.output.talk(isEnd ? `${name} has left its former host` : `Moved ${name} to ${where}`);
}

/** By its place among the arguments, as it is said, or by --formation. */
export async function namedFormation(call: Call): Promise<string> {
  const [positional] = call.args;
  const option = call.option('formation') ?? call.option('app');
  if (positional !== undefined && option !== undefined && positional !== option)
    throw usageError(`${positional} and ${option} are two names: which one?`);
  return positional ?? call.formation();
}
