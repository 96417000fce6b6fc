import type { Call } from '../../call.js';
import { usageError } from '../../terminal/errors.js';
import { properties } from '../../terminal/format.js';
import { warnWhenExposed } from '../session.js';
import { readPasswords } from './account.js';

interface Totp {
  readonly enabled: boolean;
  readonly since: string | null;
  readonly recovery_codes: number;
}

const actions = ['status', 'enable', 'disable'];

/** `deis auth:totp [status|enable|disable]`. @throws CliError (usage) for another word */
export async function totp(call: Call): Promise<void> {
  const action = call.args[0] ?? 'status';
  if (!actions.includes(action))
    throw usageError(`${JSON.stringify(action)} is not a valid action: expected ${actions.join(', ')}`);
  if (action === 'status') return show(call);
  warnWhenExposed(call, (await call.profile()).controller);
  const [password = ''] = await readPasswords(call, ['Password: ']);
  return action === 'enable' ? enable(call, password) : disable(call, password);
}

async function show(call: Call): Promise<void> {
  const status = await (await call.api()).get<Totp>('/api/auth/totp');
  call.print(status, ({ enabled, since, recovery_codes: left }) =>
    enabled
      ? properties([
          ['Codes asked for since', since],
          ['Recovery codes left', String(left)],
        ])
      : 'off: the password alone signs you in. To be asked for a code: deis auth:totp enable',
  );
}

/** The secret goes to the person before the code is asked for, so a terminal is needed. */
async function enable(call: Call, password: string): Promise<void> {
  if (!call.terminal.interactive)
    throw usageError('auth:totp enable needs a terminal: it shows a secret, and asks for a code of it');
  const api = await call.api();
  const { secret, uri } = await api.post<{ secret: string; uri: string }>('/api/auth/totp', { password });
  call.output.talk(`Give your authenticator app this secret: ${secret}\nor this address: ${uri}`);
  const code = (await call.terminal.ask('Code that it shows: ')).trim();
  const made = await api.post<{ recovery_codes: string[] }>('/api/auth/totp/confirm', { code });
  call.output.talk(
    'Your sign-in asks for a code from now on. Keep these: each signs you in once without the app.',
  );
  call.print(made, ({ recovery_codes: codes }) => codes.join('\n'));
}

async function disable(call: Call, password: string): Promise<void> {
  const code = call.option('code') ?? (await askForCode(call));
  await (await call.api()).post('/api/auth/totp/disable', { password, code });
  call.output.talk('Your password alone signs you in');
}

async function askForCode(call: Call): Promise<string> {
  if (!call.terminal.interactive)
    throw usageError('auth:totp disable needs --code=CODE: there is no terminal to ask at');
  return (await call.terminal.ask('Code of your authenticator app: ')).trim();
}
