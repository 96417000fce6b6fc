import { collectBuilds } from '../formation/collect-builds.js';
import type { Settings } from '../settings.js';
import { collectFiles } from '../slug/collect-files.js';
import { formationPlaces } from '../slug/remove-formation-files.js';
import { now } from './constants.js';
import type { Base } from './open-base.js';

const dayMs = 86_400_000;

/** Removes what is no longer kept, now and then; several controllers may do so side by side. */
export function startCollector({ dataDir, collect }: Pick<Settings, 'dataDir' | 'collect'>, { stores, log, shutdown }: Pick<Base, 'stores' | 'log' | 'shutdown'>): void {
  const places = formationPlaces(dataDir);
  let running: Promise<void> | undefined;
  const sweep = async (): Promise<void> => {
    await collectBuilds(stores, collect.keepReleases);
    const formations = new Set((await stores.formations.list()).map(({ name }) => name));
    const gone = await collectFiles(places, { paths: await stores.builds.collectedPaths(), formations, graceMs: collect.graceMs, now: now() });
    const ago = (days: number): Date => new Date(now().getTime() - days * dayMs);
    const operations = await stores.operations.removeEndedBefore(ago(collect.keepDays));
    const audit = await stores.audit.removeBefore(ago(collect.auditDays));
    if (gone.length + operations + audit > 0) log.info({ files: gone.length, operations, audit }, 'removed what is no longer kept');
  };
  const start = (): void => {
    running ??= sweep().catch((error: unknown) => log.warn({ err: error }, 'not everything could be removed')).finally(() => (running = undefined));
  };
  const timer = setInterval(start, collect.everyMs);
  start();
  shutdown.add('the collector', async () => {
    clearInterval(timer);
    await running;
  });
}
