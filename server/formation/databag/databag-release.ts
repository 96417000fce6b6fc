import type { DatabagRelease, HealthSettings } from '../../../cookbooks/databag.js';
import type { SnapshotRelease } from '../../store/formation-snapshot.js';
import { sortedByKey } from './sorted-by-key.js';

/** A release as the databag says it; null for one without a build, of which nodes have nothing to do. */
export function databagRelease({
  version,
  config,
  build,
  limits,
  health,
  writable,
}: SnapshotRelease): DatabagRelease | null {
  if (build === null) return null;
  const { slugPath, slugSha256, slugSize, procfile, image, runtimes } = build;
  return {
    version,
    image,
    config: sortedByKey(Object.entries(config)),
    ...(writable ? { writable } : {}),
    ...(Object.keys(limits).length === 0 ? {} : { limits: databagLimits(limits) }),
    ...(Object.keys(health).length === 0 ? {} : { health: databagHealth(health) }),
    build: {
      slug: slugPath,
      sha256: slugSha256,
      size: slugSize,
      procfile: sortedByKey(Object.entries(procfile)),
      ...(runtimes.length === 0
        ? {}
        : {
            runtimes: runtimes.map(({ mount, path, sha256, size }) => ({ mount, slug: path, sha256, size })),
          }),
    },
  };
}

/** By process type, with the limits that are set. */
function databagLimits(limits: SnapshotRelease['limits']): NonNullable<DatabagRelease['limits']> {
  return sortedByKey(
    Object.entries(limits).map(([type, { memory, cpus }]) => [
      type,
      { ...(memory === undefined ? {} : { memory }), ...(cpus === undefined ? {} : { cpus }) },
    ]),
  );
}

/** By process type. */
function databagHealth(health: SnapshotRelease['health']): NonNullable<DatabagRelease['health']> {
  return sortedByKey(
    Object.entries(health).map(([type, check]) => [
      type,
      sortedByKey(Object.entries(check)) as unknown as HealthSettings,
    ]),
  );
}
