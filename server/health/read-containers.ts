import type { Connection } from '../../provisioner/ssh/transport.js';

/** What a container of the app was seen to do on its node. */
export interface SeenContainer {
  /** `up`: runs; `crashing`: restarts over and over, or waits for its next start; `stopped`: does not run. */
  readonly state: 'up' | 'crashing' | 'stopped';
  /** Since it was made. */
  readonly restarts: number;
  /** Of its last run; null while it runs. 137 with `outOfMemory`: the kernel ended it for want of memory. */
  readonly exitCode: number | null;
  readonly outOfMemory: boolean;
  /** When it was started, or ended. */
  readonly since: string;
}

/** One container of a node, by what its row is found. */
export interface ContainerSighting {
  /** `web.1` */
  readonly process: string;
  readonly port: number;
  readonly seen: SeenContainer;
}

/** As Docker takes them. */
const containerName = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/;
/** More containers than that a node does not hold. */
const maxContainers = 2000;
/** A container that has restarted so often and runs for less than so long is not taken for up. */
const minRestarts = 3;
const settledMs = 60_000;

const fields = ['Name', 'State.Status', 'RestartCount', 'State.ExitCode', 'State.OOMKilled'];
const label = (name: string): string => `{{index .Config.Labels "deis.${name}"}}`;
const format = [
  `${label('type')}.${label('num')}`,
  ...[...fields, 'State.StartedAt', 'State.FinishedAt'].map((name) => `{{.${name}}}`),
].join(' ');

export interface ReadOptions {
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
  readonly now: Date;
  /** Names of the Docker containers to tell of; default: all. */
  readonly looked?: ReadonlySet<string> | undefined;
}

/** The apps' containers on a node, as its Docker engine tells of them. @throws RemoteFailure */
export async function readContainers(
  connection: Connection,
  { deadlineMs, signal, now, looked }: ReadOptions,
): Promise<ContainerSighting[]> {
  const names = [...(looked ?? [])].filter((name) => containerName.test(name));
  if (looked !== undefined && names.length === 0) return [];
  const docker = async (...args: readonly string[]): Promise<string[]> => {
    const command = ['sudo', '-n', 'docker', ...args];
    return (await connection.exec({ command, deadlineMs, signal })).stdout.split('\n').filter(Boolean);
  };
  const filters = ['label=deis.type', ...names.map((name) => `name=^${name.replaceAll('.', '\\.')}$`)];
  const ids = await docker('ps', '--all', '--quiet', ...filters.flatMap((filter) => ['--filter', filter]));
  const known = ids.filter((id) => /^[0-9a-f]{12,64}$/.test(id)).slice(0, maxContainers);
  if (known.length === 0) return [];
  const lines = await docker('inspect', '--format', format, ...known);
  return lines.flatMap((line) => parseContainer(line, now) ?? []);
}

/** Of a container by its name, which ends with it: `peachy-waxworks-web.1-v7-5001`. Undefined of no app's. */
export function portOf(name: string): number | undefined {
  const port = /-v\d+-(\d{1,5})$/.exec(name)?.[1];
  return port === undefined ? undefined : Number(port);
}

/** One line of `docker inspect`; undefined of a container that is not of the app. */
export function parseContainer(line: string, now: Date): ContainerSighting | undefined {
  const words = line.split(' ');
  const port = portOf(words[1] ?? '');
  if (port === undefined || words.length !== 8) return undefined;
  const [process, , status, restarts, exitCode, oomKilled, started, ended] = words as [string, ...string[]];
  const isRunning = status === 'running';
  const since = validTime(isRunning ? started : ended) ?? now;
  const isSettled = Number(restarts) < minRestarts || now.getTime() - since.getTime() >= settledMs;
  return {
    process,
    port,
    seen: {
      state: isRunning && isSettled ? 'up' : isRunning || status === 'restarting' ? 'crashing' : 'stopped',
      restarts: Number(restarts),
      exitCode: isRunning ? null : Number(exitCode),
      outOfMemory: oomKilled === 'true',
      since: since.toISOString(),
    },
  };
}

/** Undefined of Docker's zero, the year 1. */
function validTime(text = ''): Date | undefined {
  const time = new Date(text);
  return time.getTime() > 0 ? time : undefined;
}
