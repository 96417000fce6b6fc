import { existsSync, readFileSync } from 'node:fs';
import Docker from 'dockerode';
import { execa } from 'execa';
import { UserError } from '../../../base/errors.js';
import { waitUntil, WaitDeadline } from '../../../base/wait-until.js';
import { asRoot, lookUpMs, requireRoot } from './as-root.js';
import { enginePackages } from './engine-packages.js';
import { installPackages, type Progress } from './install-packages.js';

const startDeadlineMs = 30_000;
/** A call that the engine leaves unanswered for so long has hung: making an image is silent for minutes. */
const silentMs = 30 * 60_000;
const dockerdLog = '/var/log/dockerd.log';

/**
 * A Docker engine that answers. Without one, and with root on Debian or Ubuntu: installs Docker's
 * packages when dockerd is missing and starts it.
 * @throws UserError naming what stands in the way.
 */
export async function ensureEngine({ onProgress, signal }: Progress = {}): Promise<Docker> {
  const docker = new Docker({ timeout: silentMs });
  const trouble = await engineTrouble();
  if (trouble === undefined) return docker;
  if (process.env['DOCKER_HOST'])
    throw new UserError(
      `no Docker engine answers at DOCKER_HOST=${process.env['DOCKER_HOST']}: ${trouble.message}`,
    );
  if (trouble.code === 'EACCES')
    throw new UserError(
      'the Docker engine runs, but this user may not use it: run this as root, or add the user to the ' +
        'group docker and log in again',
    );
  refuseOtherSystems();
  await requireRoot('starting a Docker engine');
  if (!(await hasDockerd()))
    await installPackages(enginePackages(osRelease()), {
      ...(onProgress && { onProgress }),
      ...(signal && { signal }),
    });
  await startEngine({ ...(onProgress && { onProgress }), ...(signal && { signal }) });
  return docker;
}

/** Whether there is no Docker engine, and none to be started before one is installed. */
export async function lacksEngine(): Promise<boolean> {
  if (process.env['DOCKER_HOST']) return false;
  const trouble = await engineTrouble();
  return trouble !== undefined && trouble.code !== 'EACCES' && !(await hasDockerd());
}

/**
 * The Docker engine that runs already; undefined where there is none on this host. Starts nothing.
 * @throws UserError where there is one that does not answer: what is on it would stay, unseen
 */
export async function findEngine(): Promise<Docker | undefined> {
  const trouble = await engineTrouble();
  if (trouble === undefined) return new Docker({ timeout: silentMs });
  const host = process.env['DOCKER_HOST'];
  if (!host && trouble.code !== 'EACCES' && !(await hasDockerd())) return undefined;
  throw new UserError(
    `the Docker engine${host ? ` at DOCKER_HOST=${host}` : ''} does not answer (${trouble.message}), and what ` +
      'is on it would stay: start it, e.g. `systemctl start docker`, as a user who may use it, and run this again',
  );
}

interface EngineTrouble {
  readonly code: string;
  readonly message: string;
}

async function engineTrouble(): Promise<EngineTrouble | undefined> {
  try {
    await new Docker({ timeout: startDeadlineMs }).ping();
    return undefined;
  } catch (error) {
    return { code: (error as NodeJS.ErrnoException).code ?? '', message: (error as Error).message };
  }
}

const osRelease = (): string =>
  existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';

function refuseOtherSystems(): void {
  if (/^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(osRelease())) return;
  throw new UserError(
    'no Docker engine runs, and this host is neither Debian nor Ubuntu: ' +
      'install Docker and start it, then run this again',
  );
}

async function hasDockerd(): Promise<boolean> {
  const { failed } = await execa('dockerd', ['--version'], { reject: false, timeout: lookUpMs });
  return !failed;
}

/** The host's init system first; where none does it, dockerd itself in the background. */
async function startEngine({ onProgress, signal }: Progress): Promise<void> {
  const systemd = existsSync('/run/systemd/system');
  const service = systemd ? ['systemctl', 'start', 'docker'] : ['service', 'docker', 'start'];
  onProgress?.(`starting the Docker engine: ${service.join(' ')}`);
  const { failed, stderr } = await asRoot(service, {
    reject: false,
    stdin: 'ignore',
    timeout: startDeadlineMs,
  });
  if (!failed && (await answers(signal))) return;
  if (systemd)
    throw new UserError(
      `the Docker engine does not start: ${stderr || 'systemctl status docker tells more'}`,
    );
  onProgress?.(`starting the Docker engine: dockerd, log in ${dockerdLog}`);
  await asRoot(['sh', '-c', `setsid dockerd >>${dockerdLog} 2>&1 </dev/null &`], {
    stdio: 'ignore',
    timeout: lookUpMs,
  });
  if (!(await answers(signal)))
    throw new UserError(`the Docker engine does not start; the end of ${dockerdLog}:\n${await endOfLog()}`);
}

async function answers(signal: AbortSignal | undefined): Promise<boolean> {
  const look = async (): Promise<true | undefined> =>
    (await engineTrouble()) === undefined ? true : undefined;
  try {
    return await waitUntil(look, {
      deadlineMs: startDeadlineMs,
      intervalMs: 200,
      what: 'the Docker engine',
      signal,
    });
  } catch (error) {
    if (error instanceof WaitDeadline) return false;
    throw error;
  }
}

async function endOfLog(): Promise<string> {
  const { stdout } = await asRoot(['tail', '-n', '10', dockerdLog], { reject: false, timeout: lookUpMs });
  return stdout;
}
