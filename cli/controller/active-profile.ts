import { parseControllerUrl } from './controller-url.js';
import { CliError, exitCodes, usageError } from '../terminal/errors.js';
import type { ProfileStore } from './profile.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** Which controller a command talks to, with whose token, and where that was found. */
export interface ActiveProfile {
  /** Base URL without a trailing slash. */
  readonly controller: string;
  readonly token: string;
  /** Unknown for a token of the environment: the controller knows it. */
  readonly username?: string;
  /** `host:port` of the controller's git endpoint when last seen. */
  readonly git?: string;
  /** Where the token comes from. */
  readonly source: 'environment' | 'profile';
}

/**
 * DEIS_CONTROLLER and DEIS_TOKEN, each before the profile's own; with both of them no file is read. A token is
 * never sent to another controller than the one it is of. @throws CliError (auth) when nobody is logged in
 */
export async function findActiveProfile(env: Environment, profiles: ProfileStore): Promise<ActiveProfile> {
  const [controller, token] = [controllerOfEnvironment(env), tokenOfEnvironment(env)];
  if (controller !== undefined && token !== undefined) return { controller, token, source: 'environment' };
  const saved = await profiles.load();
  if (token !== undefined) {
    if (saved === undefined)
      throw new CliError('DEIS_TOKEN is set, but not DEIS_CONTROLLER', exitCodes.auth, {
        details: ['set it to the address of the controller, e.g. https://deis.example.com'],
      });
    const { controller: ofProfile, git } = saved;
    return { controller: ofProfile, token, source: 'environment', ...(git === undefined ? {} : { git }) };
  }
  if (saved === undefined) throw nobody(env, controller);
  if (controller !== undefined && controller !== saved.controller)
    throw new CliError(
      `DEIS_CONTROLLER is ${controller}, but ${saved.username} is logged in to ${saved.controller}`,
      exitCodes.auth,
      { details: [...emptyHint(env), `set DEIS_TOKEN too, or log in there: deis login ${controller}`] },
    );
  return { ...saved, source: 'profile' };
}

/** DEIS_CONTROLLER; one that is empty is none. @throws CliError (usage) for what is no address */
export function controllerOfEnvironment(env: Environment): string | undefined {
  const text = env['DEIS_CONTROLLER']?.trim();
  if (!text) return undefined;
  try {
    return parseControllerUrl(text);
  } catch (error) {
    if (error instanceof CliError) throw usageError(`DEIS_CONTROLLER: ${error.message}`, ...error.details);
    throw error;
  }
}

/** DEIS_TOKEN; one that is empty is none. @throws CliError (usage) for what can be no token; never quotes it */
export function tokenOfEnvironment(env: Environment): string | undefined {
  const text = env['DEIS_TOKEN'];
  return text?.trim() ? checkedToken(text, 'DEIS_TOKEN') : undefined;
}

/** A token without the blanks around it. @throws CliError (usage) naming `what`, never the token */
export function checkedToken(text: string, what: string): string {
  const token = text.trim();
  if (!/^[\x21-\x7e]{1,500}$/.test(token))
    throw usageError(`${what} is not a valid token: expected one word, as \`deis tokens:create\` printed it`);
  return token;
}

function nobody(env: Environment, controller: string | undefined): CliError {
  return new CliError('you are not logged in', exitCodes.auth, {
    details: [
      ...emptyHint(env),
      `deis login ${controller ?? '<controller>'}, or the first time: deis register ` +
        `${controller ?? '<controller>'}; in CI set DEIS_CONTROLLER and DEIS_TOKEN`,
    ],
  });
}

/** A CI system hands an unknown secret on as an empty variable. */
function emptyHint(env: Environment): string[] {
  return env['DEIS_TOKEN'] === undefined || env['DEIS_TOKEN'].trim() !== ''
    ? []
    : ['DEIS_TOKEN is set, but empty: is there such a secret, and may this job read it?'];
}
