import Docker from 'dockerode';
import type { Logger } from 'pino';
import type { ControllerFacts } from './data-directory.js';
import { createHandlers } from './formation/handlers.js';
import type { Settings } from './settings.js';
import { Shutdown } from './shutdown.js';
import { engineGraceMs, now } from './compose/constants.js';
import { formationParts } from './compose/formation-parts.js';
import { openBase } from './compose/open-base.js';
import { openPushParts, pushHandler } from './compose/push-parts.js';
import { startCollector } from './compose/start-collector.js';
import { startGit } from './compose/start-git.js';
import { startHttp } from './compose/start-http.js';
import { startSlugServer } from './compose/start-slug-server.js';
import { startWatcher } from './compose/start-watcher.js';
import { startRunCollector, startWorker } from './compose/start-worker.js';

/** A running controller. */
export interface Controller {
  readonly facts: ControllerFacts;
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
): Promise<Controller> {
  const shutdown = new Shutdown(log);
  try {
    const facts = await startAll(settings, log, shutdown, stopping);
    return { facts, stop: () => shutdown.run() };
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
): Promise<ControllerFacts> {
  const base = await openBase(settings, log, shutdown);
  stopping.throwIfAborted();
  const docker = new Docker({ timeout: settings.build.seconds * 1000 + engineGraceMs });
  const slugs = await startSlugServer(settings, base, docker);
  const formation = formationParts(settings, base, slugs);
  const pushes = await openPushParts(settings, docker);
  const git = await startGit(settings, base, pushes);
  if (settings.roles.has('worker')) {
    startWorker(settings, base, {
      ...createHandlers(formation),
      push: await pushHandler(settings, base, formation, pushes, docker),
    });
    startCollector(settings, base);
    startRunCollector(base, formation);
    startWatcher(settings, base, formation);
  }
  const http = await startHttp(settings, base, formation, git);
  const facts = {
    pid: process.pid,
    url: http.url,
    gitHost: git.host,
    gitPort: git.port,
    slugUrl: slugs.url,
    instance: base.instance,
    startedAt: now().toISOString(),
  };
  await base.folder.announce(facts);
  return facts;
}
