import Docker from 'dockerode';
import type { Logger } from 'pino';
import type { RunningController } from './data-directory.js';
import type { Settings } from './settings/settings.js';
import { Shutdown } from './shutdown.js';
import { Assembly } from './compose/assembly.js';
import { engineGraceMs, now } from './compose/constants.js';
import { openBase, type StartOptions } from './compose/open-base.js';
import { startParts } from './compose/part.js';
import { parts } from './compose/parts.js';

export type { StartOptions };

/** A running controller. */
export interface Controller {
  readonly running: RunningController;
  /** Takes no more work, hands back what is running, and stops everything that was started. */
  stop(): Promise<void>;
}

/**
 * Starts the controller with the parts of its roles; what was started is stopped again when a later part
 * cannot start.
 */
export async function composeController(
  settings: Settings,
  log: Logger,
  stopping: AbortSignal,
  start: StartOptions,
): Promise<Controller> {
  const shutdown = new Shutdown(log);
  try {
    const running = await startAll(settings, log, shutdown, stopping, start);
    return { running, stop: () => shutdown.run() };
  } catch (error) {
    await shutdown.run();
    throw error;
  }
}

async function startAll(
  settings: Settings,
  log: Logger,
  shutdown: Shutdown,
  stopping: AbortSignal,
  start: StartOptions,
): Promise<RunningController> {
  const base = await openBase(settings, log, shutdown, stopping, start);
  stopping.throwIfAborted();
  const docker = new Docker({ timeout: settings.build.seconds * 1000 + engineGraceMs });
  const assembly = new Assembly(settings, base, docker);
  await startParts(assembly, parts);
  const [http, git, slugs] = [assembly.get('http'), assembly.get('git'), assembly.get('slugs')];
  const running = {
    pid: process.pid,
    url: http.url,
    gitHost: git.host,
    gitPort: git.port,
    slugUrl: slugs.url,
    instance: base.instance,
    startedAt: now().toISOString(),
  };
  await base.folder.announce(running);
  return running;
}
