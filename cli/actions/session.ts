import { checkedToken, controllerOfEnvironment, tokenOfEnvironment } from '../controller/active-profile.js';
import { ApiClient } from '../controller/api-client.js';
import type { Info, User } from '../controller/api-types.js';
import type { Call } from '../call.js';
import { isExposed, parseControllerUrl } from '../controller/controller-url.js';
import { CliError, exitCodes, usageError } from '../terminal/errors.js';
import { inputLines } from '../terminal/input/input-lines.js';
import { gitEndpointName } from '../git/git-endpoint-name.js';
import { trustGitEndpoint } from './trust-git-endpoint.js';
import { userAgent } from '../terminal/version.js';

interface Account {
  readonly username: string;
  readonly token: string;
}

export async function register(call: Call): Promise<void> {
  const controller = parseControllerUrl(call.arg(0));
  const info = await readInfo(call, controller);
  if (info.registration === 'closed')
    throw new CliError('this controller takes no new users', exitCodes.auth, {
      details: ['an admin can change that: deis users:registration invite'],
    });
  if (info.registration === 'invite' && call.option('code') === undefined && !call.terminal.interactive) {
    throw usageError(
      'this controller takes new users by invitation: give --code=CODE',
      'an admin makes one: deis users:invite',
    );
  }
  const code =
    call.option('code') ??
    (info.registration === 'invite' ? await call.terminal.ask('Invite code: ') : undefined);
  const username = await answer(call, 'username', 'Username: ');
  const password = await readPassword(call, controller, { isNew: true });
  const email = await answer(call, 'email', 'E-mail: ');
  const account = await call.apiOf(controller).post<Account>('/api/auth/register', {
    username,
    password,
    email,
    ...(code === undefined ? {} : { code }),
  });
  await remember(call, controller, info, account);
  call.output.talk(`Registered ${account.username} at ${controller}`);
  await trustGitEndpoint(call, controller, info.git);
}

/** `deis login`: with a password, or with --token as whoever that token is of. */
export async function logIn(call: Call): Promise<void> {
  const controller = controllerToLogIn(call);
  const info = await readInfo(call, controller);
  const withToken = call.flag('token') || call.option('token') !== undefined;
  const account = await (withToken ? accountOfToken(call, controller) : accountOfPassword(call, controller));
  await remember(call, controller, info, account);
  call.output.talk(`Logged in as ${account.username} at ${controller}`);
  await trustGitEndpoint(call, controller, info.git);
}

function controllerToLogIn(call: Call): string {
  const [typed] = call.args;
  const controller =
    typed === undefined ? controllerOfEnvironment(call.terminal.env) : parseControllerUrl(typed);
  if (controller === undefined)
    throw usageError(
      'login needs the address of the controller',
      'for example deis login https://deis.example.com; or set DEIS_CONTROLLER',
    );
  return controller;
}

async function accountOfPassword(call: Call, controller: string): Promise<Account> {
  const username = await answer(call, 'username', 'Username: ');
  const password = await readPassword(call, controller, { isNew: false });
  const logInWith = (code?: string): Promise<Account> =>
    call.apiOf(controller).post<Account>('/api/auth/login', {
      ...{ username, password },
      ...(code === undefined ? {} : { code }),
    });
  const given = call.option('code');
  try {
    return await logInWith(given);
  } catch (error) {
    const isNeeded = error instanceof CliError && error.kind === 'code-needed';
    if (!isNeeded) throw error;
    if (!call.terminal.interactive)
      throw usageError(`${error.message}: give --code=CODE`, 'a token of deis tokens:create needs none');
    return logInWith((await call.terminal.ask('Code of your authenticator app: ')).trim());
  }
}

/** The token is looked at before it is remembered. */
async function accountOfToken(call: Call, controller: string): Promise<Account> {
  if (!['-', undefined].includes(call.option('token')))
    throw usageError(
      'a token does not belong on the command line, where others of this machine can read it',
      'give it on standard input: --token=-',
    );
  if (call.option('username') !== undefined || call.option('password') !== undefined)
    throw usageError('--token says who you are: leave --username and --password out');
  warnWhenExposed(call, controller);
  const asks = call.option('token') === undefined && call.terminal.interactive;
  const text = asks
    ? await call.terminal.ask('Token: ', { secret: true })
    : await lineOfInput(call, 'a token');
  const token = checkedToken(text, asks ? 'the answer' : 'the line on standard input');
  const { username } = await new ApiClient(
    controller,
    token,
    userAgent(),
    'make one: deis tokens:create',
  ).get<User>('/api/auth/whoami');
  return { username, token };
}

/** Forgets the token also when the controller cannot be told, and then fails: there it is still good. */
export async function logOut(call: Call): Promise<void> {
  const profile = await call.profiles.load();
  const environment = tokenOfEnvironment(call.terminal.env);
  if (environment !== undefined)
    call.output.talk('DEIS_TOKEN is left as it is: `deis tokens:revoke` ends that token');
  if (profile === undefined) return call.output.talk('You are not logged in');
  const api = new ApiClient(profile.controller, profile.token, userAgent());
  await call.profiles.remove();
  await api.post('/api/auth/logout').catch((error: unknown) => {
    if (error instanceof CliError && error.exitCode === exitCodes.auth) return;
    throw error;
  });
  call.output.talk(`Logged out of ${profile.controller}`);
}

/**
 * What the controller says of itself to anybody. @throws CliError when there is no controller at that address
 */
export async function readInfo(call: Call, controller: string): Promise<Info> {
  const info = await call
    .apiOf(controller)
    .get<Partial<Info>>('/api/info')
    .catch((error: unknown) => {
      if (error instanceof CliError && error.exitCode === exitCodes.notFound) throw noController(controller);
      throw error;
    });
  if (info.git === undefined || !Array.isArray(info.git.host_keys)) throw noController(controller);
  return info as Info;
}

function noController(controller: string): CliError {
  return new CliError(`what answers at ${controller} is not a deis controller`, exitCodes.unreachable);
}

async function remember(
  call: Call,
  controller: string,
  info: Info,
  { username, token }: Account,
): Promise<void> {
  const before = await call.profiles.load().catch(() => undefined);
  await call.profiles.save({ controller, username, token, git: gitEndpointName(info) });
  if (before !== undefined && before.controller !== controller)
    call.output.talk(
      `${call.profiles.path} was of ${before.username} at ${before.controller}; it is replaced`,
    );
  const named = ['DEIS_CONTROLLER', 'DEIS_TOKEN'].filter((name) => call.terminal.env[name]?.trim());
  if (named.length > 0)
    call.output.warn(`${named.join(' and ')} of the environment come before what this login wrote`);
}

async function answer(call: Call, option: 'username' | 'email', question: string): Promise<string> {
  const given = call.option(option);
  if (given !== undefined) return given;
  if (!call.terminal.interactive)
    throw usageError(`${call.name} needs --${option}: there is no terminal to ask at`);
  return (await call.terminal.ask(question)).trim();
}

/** Says it before a password is asked for that would travel in clear. */
export function warnWhenExposed(call: Call, controller: string): void {
  if (isExposed(controller))
    call.output.warn(
      `${controller} is plain HTTP: ` +
        'the password and the token can be read by everybody on the way. Ctrl-C to stop here.',
    );
}

/** Warns first when the password would travel in clear, while there still is a way back. */
async function readPassword(call: Call, controller: string, { isNew }: { isNew: boolean }): Promise<string> {
  warnWhenExposed(call, controller);
  const given = call.option('password');
  if (given !== undefined) return given;
  if (call.flag('passwordStdin') || (!call.terminal.interactive && call.terminal.piped))
    return lineOfInput(call, 'a password');
  if (!call.terminal.interactive)
    throw usageError(`${call.name} needs a password: --password-stdin, or --password`);
  const password = await call.terminal.ask('Password: ', { secret: true });
  if (isNew && (await call.terminal.ask('Password, once more: ', { secret: true })) !== password)
    throw usageError('the two passwords differ');
  return password;
}

/**
 * Asks the controller where its git endpoint is now, remembers that, and offers its host keys to known_hosts.
 */
export async function refreshGitEndpoint(call: Call, controller: string): Promise<void> {
  const info = await readInfo(call, controller);
  const profile = await call.profiles.load().catch(() => undefined);
  if (profile?.controller === controller && profile.git !== gitEndpointName(info))
    await call.profiles.save({ ...profile, git: gitEndpointName(info) });
  await trustGitEndpoint(call, controller, info.git);
}

/** The first line of standard input. */
async function lineOfInput(call: Call, what: string): Promise<string> {
  const [line = ''] = await inputLines(call.terminal);
  if (line === '')
    throw usageError(
      `${call.name} needs ${what}: there is none on standard input, and no terminal to ask at`,
    );
  return line;
}
