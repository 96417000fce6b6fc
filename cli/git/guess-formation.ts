import { usageError } from '../terminal/errors.js';
import { remoteUrl, remoteUrls } from './git.js';

export const deisRemote = 'deis';

export interface GitPlace {
  /** `host:port`, port 22 where the URL names none. */
  readonly endpoint: string;
  readonly formation: string;
}

/**
 * A git URL -> whose endpoint and which formation; both forms of SSH URLs: `ssh://git@host:port/name.git`,
 * `git@host:name.git`. Undefined for any other.
 */
export function parseGitUrl(url: string): GitPlace | undefined {
  const match =
    /^ssh:\/\/(?:[^@/]+@)?(?<host>\[[^\]]+\]|[^:/]+)(?::(?<port>\d+))?\/(?<path>.+)$/.exec(url) ??
    /^(?:[^@/:]+@)(?<host>\[[^\]]+\]|[^:/]+):(?<path>.+)$/.exec(url);
  const { host, port, path } = match?.groups ?? {};
  const formation = /^\/?([a-z0-9-]+?)(?:\.git)?\/?$/.exec(path ?? '')?.[1];
  return host === undefined || formation === undefined
    ? undefined
    : { endpoint: `${host}:${port ?? '22'}`, formation };
}

/**
 * The formation whose git remote `deis` the repository at `cwd` has; without that remote the one that its
 * others, `origin` of a clone for instance, agree on. `endpoint`: the git endpoint of the controller that is
 * logged in to, where known; a remote that points to another one names a formation there, not here.
 * @param hints further lines of what to do.
 * @throws CliError (usage) when there is none.
 */
export async function guessFormation(
  cwd: string,
  endpoint: string | undefined,
  hints: readonly string[] = [],
): Promise<string> {
  const url = await remoteUrl(cwd, deisRemote);
  const repair = 'or give the repository its remote: deis git:remote --formation=NAME';
  if (url === undefined) {
    const [formation, ...others] = await formationsOfRemotes(cwd, endpoint);
    if (formation !== undefined && others.length === 0) return formation;
    throw usageError('which formation?', ...hints, 'name it: --formation=NAME (-f NAME)', repair);
  }
  const place = parseGitUrl(url);
  if (place === undefined)
    throw usageError(
      `the git remote ${deisRemote} (${url}) is none of a formation`,
      'name the formation: --formation=NAME (-f NAME)',
      repair,
    );
  if (endpoint !== undefined && place.endpoint !== endpoint) {
    throw usageError(
      `the git remote ${deisRemote} points to ${place.endpoint}, ` +
        `but the controller you are logged in to has ${endpoint}`,
      'name the formation: --formation=NAME (-f NAME)',
      repair,
    );
  }
  return place.formation;
}

/** Formations of the endpoint that remotes of any name point to, each once. */
async function formationsOfRemotes(cwd: string, endpoint: string | undefined): Promise<string[]> {
  const places = (await remoteUrls(cwd)).map(({ url }) => parseGitUrl(url));
  return [
    ...new Set(
      places.flatMap((place) =>
        place !== undefined && place.endpoint === endpoint ? [place.formation] : [],
      ),
    ),
  ];
}
