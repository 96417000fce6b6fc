import { existsSync } from 'node:fs';
import type { Job } from '../../schedule/job.js';
import { collectImages, type NeededImages } from '../../registry/collect-images.js';
import { manifestLock } from '../../registry/own-registry.js';
import type { Settings } from '../../settings/settings.js';
import type { Stores } from '../../store/stores.js';
import type { Base } from '../open-base.js';
import { registryFolder, type RunningRegistry } from '../start-registry.js';
import { firstInUse } from './collect-unneeded.js';

const deadlineMs = 1_800_000;

/** Removes images of apps that no build needs, where the registry is this process's. */
export function collectUnneededImages(
  { dataDir, collect }: Pick<Settings, 'dataDir' | 'collect'>,
  { stores, log }: Pick<Base, 'stores' | 'log'>,
  registry: RunningRegistry,
): Job {
  const folder = registryFolder(dataDir);
  const run = async (signal: AbortSignal): Promise<void> => {
    if (!existsSync(folder)) return;
    const unusedSince = new Date((await firstInUse(stores)).getTime() - collect.graceMs);
    const options = {
      folder,
      unusedSince,
      needed: () => neededImages(stores),
      remove: (...image: Parameters<RunningRegistry['own']['remove']>) => registry.own.remove(...image),
      sweep: (by: AbortSignal) => registry.sweep(by),
    };
    const gone = await stores.withLock(manifestLock, () => collectImages(options, signal));
    if (gone.length > 0) log.info({ images: gone.length }, 'removed images that no build needs');
  };
  return { name: 'collect-images', everyMs: collect.everyMs, deadlineMs, run };
}

async function neededImages(stores: Stores): Promise<NeededImages> {
  const [images, formations] = await Promise.all([stores.builds.keptImages(), stores.formations.list()]);
  return { images, formations: new Set(formations.map(({ name }) => name)) };
}
