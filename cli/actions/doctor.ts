import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import type { GitEndpoint, Info, Key } from '../controller/api-types.js';
import type { WhoAmI } from '../controller/who-am-i.js';
import type { Call } from '../call.js';
import { isExposed } from '../controller/controller-url.js';
import { askGit, remoteUrl } from '../git/git.js';
import { deisRemote, guessFormation } from '../git/guess-formation.js';
import { knownHostsFile } from '../git/known-hosts-file.js';
import { findInKnownHosts, knownHostsName } from '../git/known-hosts.js';
import { isTokenUrl } from '../git/token-ssh.js';
import { readInfo } from './session.js';
import { version } from '../terminal/version.js';

/** What was looked at, what was found, and what to do where it is not well. */
export interface Finding {
  readonly check: string;
  readonly ok: boolean;
  readonly found: string;
  readonly hint?: string;
}

const connectMs = 5_000;

/**
 * Looks at everything that must be well for deploying, one after the other; what stands on something that is
 * not well is left out.
 */
export async function examine(call: Call): Promise<Finding[]> {
  const git = await attempt(
    'git',
    'install git',
    async () => (await askGit(call.terminal.cwd, '--version')) ?? fail('there is no git on PATH'),
  );
  const login = await attempt('login', 'deis login <controller>', async () => {
    const { username, controller } = await call.profile();
    const warning = isExposed(controller) ? ' (plain HTTP: everybody on the way can read the token)' : '';
    return `${username ?? 'the token of DEIS_TOKEN'} at ${controller}${warning}`;
  });
  if (!login.ok) return [git, login];
  const controller = await examineController(call);
  const isThere = controller[0]?.ok === true;
  return [git, login, ...controller, ...(isThere ? await examineFormation(call) : [])];
}

async function examineController(call: Call): Promise<Finding[]> {
  const { controller } = await call.profile();
  let info: Info | undefined;
  let scope = 'all';
  const answer = await attempt(
    'controller',
    'is the address right, and the controller running? On its host: `systemctl status deis-controller`, ' +
      'or `npm run quickstart` in the clone, which starts it again',
    async () => {
      info = await readInfo(call, controller);
      return info.version === version()
        ? `version ${info.version}`
        : `version ${info.version}; this client is ${version()}`;
    },
  );
  if (info === undefined) return [answer];
  const endpoint = info.git;
  return [
    answer,
    await attempt('token', 'deis login <controller>', async () => {
      const user = await (await call.api()).get<WhoAmI>('/api/auth/whoami');
      scope = user.token?.scope ?? 'all';
      return scope === 'all' ? user.username : `${user.username}, scope ${scope}`;
    }),
    await attempt('keys', 'deis keys:add', () => lookAtKeys(call, scope)),
    await attempt('git endpoint', `can this machine reach ${endpoint.host} on port ${endpoint.port}?`, () =>
      greet(endpoint.host, endpoint.port),
    ),
    ...(scope === 'read'
      ? []
      : [await attempt('known_hosts', 'deis git:remote', () => lookUpEndpoint(call, endpoint))]),
  ];
}

/** Only who pushes with a key needs one. */
async function lookAtKeys(call: Call, scope: string): Promise<string> {
  if (scope === 'read') return 'none needed: a token of scope read does not push';
  const url = await remoteUrl(call.terminal.cwd, deisRemote);
  if (scope === 'deploy' || (url !== undefined && isTokenUrl(url)))
    return 'none needed: the token itself pushes (deis git:remote --with-token)';
  const keys = await (await call.api()).list<Key>('/api/keys');
  return keys.length > 0 ? keys.map(({ id }) => id).join(', ') : fail('no key of yours may push');
}

/** Whether the known_hosts file that git's ssh reads holds the git endpoint's key. */
async function lookUpEndpoint({ terminal }: Call, endpoint: GitEndpoint): Promise<string> {
  const path = await knownHostsFile(terminal, endpoint);
  if (path === undefined) return 'the ssh of git keeps none';
  const text = await readFile(path, 'utf8').catch(() => '');
  const found = findInKnownHosts(text, endpoint);
  const name = knownHostsName(endpoint);
  if (found.kind === 'differs') fail(`${path}: another key of ${name} in line ${found.lines.join(', ')}`);
  return found.kind === 'known' ? `${path} has ${name}` : fail(`${path} lacks ${name}: git push will ask`);
}

/** Only where the repository has the remote: outside of one there is nothing to find. */
async function examineFormation(call: Call): Promise<Finding[]> {
  if ((await remoteUrl(call.terminal.cwd, deisRemote)) === undefined) return [];
  return [
    await attempt('formation', 'deis git:remote --formation=NAME', async () => {
      const name = await guessFormation(call.terminal.cwd, await call.gitEndpoint());
      await (await call.api()).get(`/api/formations/${encodeURIComponent(name)}`);
      return name;
    }),
  ];
}

async function attempt(check: string, hint: string, look: () => Promise<string>): Promise<Finding> {
  try {
    return { check, ok: true, found: await look() };
  } catch (error) {
    return { check, ok: false, found: error instanceof Error ? error.message : String(error), hint };
  }
}

/** What the SSH server says first (RFC 4253 section 4.2). */
function greet(host: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: host.replace(/^\[|\]$/g, ''), port, timeout: connectMs });
    const end = (error: Error): void => {
      socket.destroy();
      reject(error);
    };
    socket.once('timeout', () => end(new Error(`${host}:${port} does not answer`)));
    socket.once('error', end);
    socket.once('close', () => reject(new Error(`${host}:${port} hung up`)));
    socket.once('data', (data) => {
      const [line = ''] = data.toString('latin1').split('\r\n');
      if (!line.startsWith('SSH-')) return end(new Error(`what answers at ${host}:${port} is no SSH server`));
      resolve(line);
      socket.destroy();
    });
  });
}

function fail(message: string): never {
  throw new Error(message);
}
