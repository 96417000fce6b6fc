import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { waitUntil } from '../../base/wait-until.js';
import type { Place } from '../place.js';
import { allocatorSettings } from './allocator-settings.js';

/** What the controller writes to `controller.json` when it is ready. */
export interface RunningController {
  readonly pid: number;
  readonly url: string;
  readonly gitHost: string;
  readonly gitPort: number;
}

const readyMs = 60_000;
const stopMs = 30_000;

/** Facts of the controller of this place if it runs and answers; else null. */
export async function runningController(place: Place): Promise<RunningController | null> {
  const controller = readController(place);
  if (controller === null || !isOurs(controller.pid, place)) return null;
  const answer = await fetch(`${controller.url}/health`, { signal: AbortSignal.timeout(5_000) }).catch(
    () => null,
  );
  return answer?.ok === true ? controller : null;
}

/**
 * Starts the controller detached from this terminal, with its output in `<data>/controller.log`, and waits
 * until it answers.
 */
export async function startController(
  place: Place,
  env: NodeJS.ProcessEnv = process.env,
): Promise<RunningController> {
  mkdirSync(place.dataDir, { recursive: true, mode: 0o755 });
  rmSync(join(place.dataDir, 'controller.json'), { force: true });
  const log = openSync(logPath(place), 'a', 0o600);
  const child = spawn(process.execPath, [join(place.root, 'bin', 'deis-controller.js')], {
    cwd: '/',
    detached: true,
    stdio: ['ignore', log, log],
    env: { ...allocatorSettings, ...env, DEIS_DATA_DIR: place.dataDir, DEIS_INSTANCE: place.instance },
  });
  closeSync(log);
  child.unref();
  const ready = async (): Promise<RunningController | undefined> => {
    if (child.exitCode !== null)
      throw new Error(
        `the controller ended with code ${child.exitCode}; the end of ${logPath(place)}:\n` +
          `${readFileSync(logPath(place), 'utf8').slice(-2000)}`,
      );
    return (await runningController(place)) ?? undefined;
  };
  return waitUntil(ready, {
    deadlineMs: readyMs,
    intervalMs: 100,
    what: `the controller to answer (its log: ${logPath(place)})`,
  });
}

/** Stops the controller of this place, gracefully first. Returns false when none ran. */
export async function stopController(place: Place): Promise<boolean> {
  const controller = readController(place);
  if (controller === null || !isOurs(controller.pid, place)) return false;
  process.kill(controller.pid, 'SIGTERM');
  const gone = async (): Promise<true | undefined> => (isOurs(controller.pid, place) ? undefined : true);
  await waitUntil(gone, {
    deadlineMs: stopMs,
    intervalMs: 100,
    what: `controller ${controller.pid} to stop`,
  }).catch(() => process.kill(controller.pid, 'SIGKILL'));
  return true;
}

export function logPath(place: Place): string {
  return join(place.dataDir, 'controller.log');
}

function readController(place: Place): RunningController | null {
  const path = join(place.dataDir, 'controller.json');
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as RunningController) : null;
}

/** True when the process lives and its environment names our data directory: a pid may have been reused. */
function isOurs(pid: number, place: Place): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8')
      .split('\0')
      .includes(`DEIS_DATA_DIR=${place.dataDir}`);
  } catch {
    return false;
  }
}
