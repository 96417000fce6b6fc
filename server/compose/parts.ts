import { createHandlers } from '../formation/handlers.js';
import type { OperationHandler } from '../operation/operation-context.js';
import type { Assembly } from './assembly.js';
import { collectOperatorsImages, collectUnneededImages } from './jobs/collect-images.js';
import { collectLeftRuns } from './jobs/collect-left-runs.js';
import { followAttached } from './jobs/follow-services.js';
import { orderCertificates } from './jobs/order-certificates.js';
import { collectUnneeded } from './jobs/collect-unneeded.js';
import { tellOfAlerts } from './jobs/tell-of-alerts.js';
import { makeBackup } from './jobs/make-backup.js';
import { formationParts } from './formation-parts.js';
import type { Part } from './part.js';
import { openPushParts, buildHandlers } from './builds/push-parts.js';
import { gitElsewhere, startGit } from './start/start-git.js';
import { httpElsewhere, startHttp } from './start/start-http.js';
import { checkRegistry, operatorRegistry } from './builds/operator-registry.js';
import { registryElsewhere, startRegistry } from './start/start-registry.js';
import { slugServerElsewhere, startSlugServer } from './start/start-slug-server.js';
import { startPointInTime } from './start/start-point-in-time.js';
import { startMetrics } from './start/start-metrics.js';
import { startLogServer } from './start/start-log-server.js';
import { startSchedule } from './start/start-schedule.js';
import { startWatcher } from './start/start-watcher.js';
import { startWorker } from './start/start-worker.js';

/** The parts of the controller, in the order in which they start. They stop in the reverse order. */
export const parts: readonly Part[] = [
  {
    role: 'slug',
    start: async ({ settings, base, docker }) => ({ slugs: await startSlugServer(settings, base, docker) }),
    elsewhere: async ({ settings, base, docker }) => ({
      slugs: await slugServerElsewhere(settings, base, docker),
    }),
  },
  {
    role: 'registry',
    start: async ({ settings, base, docker }) => {
      const operators = operatorRegistry(settings, base);
      if (operators !== undefined) {
        void checkRegistry(operators, base);
        await startSchedule(settings, base, [collectOperatorsImages(settings, base, operators)]);
        return { registry: operators };
      }
      const registry = startRegistry(settings, base, docker);
      await startSchedule(settings, base, [collectUnneededImages(settings, base, registry)]);
      return { registry: registry.own };
    },
    elsewhere: ({ settings, base }) => ({
      registry: operatorRegistry(settings, base) ?? registryElsewhere(settings, base),
    }),
  },
  {
    role: 'log',
    start: ({ settings, base }) => startLogServer(settings, base),
  },
  {
    role: 'every',
    start: (assembly) => ({
      formation: formationParts(
        assembly.settings,
        assembly.base,
        assembly.get('slugs'),
        assembly.get('registry'),
      ),
    }),
  },
  {
    role: 'every',
    start: async ({ settings, base, docker }) => ({
      pushes: await openPushParts(settings, base, docker),
    }),
  },
  {
    role: 'git',
    start: async (assembly) => ({
      git: await startGit(assembly.settings, assembly.base, assembly.get('pushes')),
    }),
    elsewhere: async ({ settings, base }) => ({ git: await gitElsewhere(settings, base) }),
  },
  {
    role: 'worker',
    start: async (assembly) => {
      const { settings, base } = assembly;
      const builds = settings.build.isElsewhere ? {} : await handlersOfBuilds(assembly);
      startWorker(settings, base, { ...createHandlers(assembly.get('formation')), ...builds });
    },
  },
  {
    role: 'build',
    start: async (assembly) => {
      const { settings, base } = assembly;
      // A worker that builds does so already.
      if (!settings.roles.has('worker')) startWorker(settings, base, await handlersOfBuilds(assembly));
    },
  },
  {
    role: 'worker',
    start: async ({ settings, base }) => ({ archivedUntil: await startPointInTime(settings, base) }),
  },
  {
    role: 'worker',
    start: (assembly) =>
      startSchedule(assembly.settings, assembly.base, [
        collectUnneeded(assembly.settings, assembly.base),
        collectLeftRuns(assembly.get('formation')),
        followAttached(assembly.get('formation')),
        ...tellOfAlerts(assembly.settings, assembly.base, assembly.get('archivedUntil')),
        ...orderCertificates(assembly.settings, assembly.base, assembly.get('formation')),
        ...(assembly.settings.backup.everyMs > 0 ? [makeBackup(assembly.settings, assembly.base)] : []),
      ]),
  },
  {
    role: 'worker',
    start: (assembly) => startWatcher(assembly.settings, assembly.base, assembly.get('formation')),
  },
  { role: 'every', start: ({ settings, base }) => startMetrics(settings, base) },
  {
    role: 'api',
    start: async (assembly) => ({
      http: await startHttp(
        assembly.settings,
        assembly.base,
        assembly.get('formation'),
        assembly.get('git'),
        assembly.get('slugs'),
      ),
    }),
    elsewhere: ({ settings }) => ({ http: httpElsewhere(settings) }),
  },
];

function handlersOfBuilds(assembly: Assembly): Promise<Readonly<Record<string, OperationHandler>>> {
  const { settings, base, docker } = assembly;
  const [formation, registry] = [assembly.get('formation'), assembly.get('registry')];
  return buildHandlers(settings, base, formation, assembly.get('pushes'), docker, registry);
}
