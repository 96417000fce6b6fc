import { existsSync } from 'node:fs';
import { pushKind } from '../../formation/requests/kinds/push.js';
import type { Job } from '../../schedule/job.js';
import { collectImages, type NeededImages } from '../../registry/collect-images.js';
import { collectOperatorImages } from '../../registry/collect-operator-images.js';
import type { OperatorRegistry } from '../../registry/operator-registry.js';
import { manifestLock } from '../../registry/own-registry.js';
import { registryFolder } from '../../registry/registry-storage.js';
import type { Settings } from '../../settings/settings.js';
import type { Stores } from '../../store/stores.js';
import type { Base } from '../open-base.js';
import type { RunningRegistry } from '../start/start-registry.js';
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

/** Removes images of apps that no build needs from the registry that the operator has. */
export function collectOperatorsImages(
  { collect }: Pick<Settings, 'collect'>,
  { stores, log }: Pick<Base, 'stores' | 'log'>,
  registry: OperatorRegistry,
): Job {
  let wasRefused = false;
  const options = { registry, needed: () => neededImages(stores), pushing: () => pushing(stores) };
  const run = async (signal: AbortSignal): Promise<void> => {
    const { gone, refused } = await stores.withLock(manifestLock, () =>
      collectOperatorImages(options, signal),
    );
    if (gone.length > 0) log.info({ images: gone.length }, 'removed images that no build needs');
    if (refused && !wasRefused)
      log.warn({}, 'the registry lets no images be removed: those without use stay there');
    wasRefused = refused;
  };
  return { name: 'collect-images', everyMs: collect.everyMs, deadlineMs, run };
}

/** Names of formations with a push that has begun. */
async function pushing(stores: Stores): Promise<Set<string>> {
  const begun = (await stores.operations.unfinished()).filter(
    (operation) => pushKind.is(operation) && operation.startedAt !== null,
  );
  return new Set(begun.map(({ formationName }) => formationName));
}

async function neededImages(stores: Stores): Promise<NeededImages> {
  const [images, formations] = await Promise.all([stores.builds.keptImages(), stores.formations.list()]);
  return { images, formations: new Set(formations.map(({ name }) => name)) };
}
