import type { Call } from '../../call.js';
import { CliError, exitCodes, usageError } from '../../terminal/errors.js';

interface Finished {
  readonly guest: string;
  readonly has_left: boolean;
  readonly error: string | null;
}

/** `deis hosts:finish`: asks for the name of the guest to be typed, unless --confirm has it. */
export async function finishGuest(call: Call): Promise<void> {
  const [guest, host] = [call.arg(0), await call.formation()];
  await confirm(call, guest, host);
  const finished = await (
    await call.api()
  ).post<Finished>(await call.formationPath('finish-guest'), { guest });
  if (call.wantsJson) call.output.json(finished);
  if (finished.error !== null)
    throw new CliError(`something of ${guest} is left on ${host}: ${finished.error}`, exitCodes.failed, {
      details: ['the same command again goes on'],
    });
  call.output.talk(
    finished.has_left
      ? `${host} passes nothing on to ${guest} any more, and nothing of it is left there`
      : `${guest} is still leaving: deis info -f ${host} lists it among the guests until it has`,
  );
}

async function confirm(call: Call, guest: string, host: string): Promise<void> {
  const given = call.option('confirm');
  if (given === guest) return;
  if (given !== undefined)
    throw usageError(`--confirm=${given} is not the name of the guest, ${guest}`, 'nothing was ended');
  const consequence =
    `names of ${guest} that still lead to the proxies of ${host} are not passed on from then on, but get ` +
    `what ${host} answers to unknown ones`;
  if (!call.terminal.interactive) throw usageError(`${consequence}: this needs --confirm=${guest}`);
  call.output.warn(`${consequence}. Its own people are not asked.`);
  const typed = (await call.terminal.ask(`Type ${guest} to go on: `)).trim();
  if (typed !== guest) throw usageError('that is not its name', 'nothing was ended');
}
