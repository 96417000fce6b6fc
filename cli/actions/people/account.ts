import type { Call } from '../../call.js';
import { usageError } from '../../terminal/errors.js';
import { inputLines } from '../../terminal/input/input-lines.js';
import { warnWhenExposed } from '../session.js';

/**
 * `deis auth:passwd`: asks for the old password and the new one, twice; or reads both as two lines of
 * standard input.
 */
export async function changePassword(call: Call): Promise<void> {
  warnWhenExposed(call, (await call.profile()).controller);
  const [password, newPassword] = await readPasswords(call, ['Password: ', 'New password: ']);
  if (
    call.terminal.interactive &&
    (await call.terminal.ask('New password, once more: ', { secret: true })) !== newPassword
  )
    throw usageError('the two passwords differ');
  await (await call.api()).post('/api/auth/passwd', { password, new_password: newPassword });
  call.output.talk('Password changed; all other sessions and tokens are revoked');
}

/** `deis auth:regenerate`: the profile keeps the new token. */
export async function regenerateToken(call: Call): Promise<void> {
  const { source } = await call.profile();
  const profile = source === 'profile' ? await call.profiles.load() : undefined;
  if (profile === undefined)
    throw usageError(
      'the token is that of DEIS_TOKEN, and only a session can be given a new one',
      'make another token with `deis tokens:create`, and end the old one with `deis tokens:revoke`',
    );
  const { token } = await (
    await call.api()
  ).post<{ token: string }>('/api/auth/regenerate', { all: call.flag('all') });
  await call.profiles.save({ ...profile, token });
  call.output.talk(
    call.flag('all')
      ? 'This session has a new token; all others are revoked'
      : 'This session has a new token',
  );
}

/** `deis auth:cancel`: asks for the user name to be typed, unless --confirm has it, and for the password. */
export async function cancelAccount(call: Call): Promise<void> {
  const { controller, source } = await call.profile();
  const username = await call.username();
  const typed =
    call.option('confirm') ??
    (call.terminal.interactive
      ? (
          await call.terminal.ask(
            `This deletes the account ${username} at ${controller}. Type ${username} to go on: `,
          )
        ).trim()
      : undefined);
  if (typed !== username)
    throw usageError(`deleting the account needs --confirm=${username}`, 'nothing was deleted');
  const [password] = await readPasswords(call, ['Password: ']);
  await (await call.api()).post('/api/auth/cancel', { password });
  if (source === 'profile') await call.profiles.remove();
  call.output.talk(`Deleted the account ${username}`);
}

/** A line of standard input for each question, where there is no terminal to ask at. @throws CliError (usage) */
export async function readPasswords(call: Call, questions: readonly string[]): Promise<string[]> {
  if (call.terminal.interactive) {
    const answers: string[] = [];
    for (const question of questions) answers.push(await call.terminal.ask(question, { secret: true }));
    return answers;
  }
  const lines = (await inputLines(call.terminal)).slice(0, questions.length);
  if (lines.length < questions.length || lines.includes('')) {
    const what = questions.length === 1 ? 'the password' : 'the old password and the new one';
    throw usageError(`${call.name} reads ${what} from standard input, a line each`);
  }
  return lines;
}
