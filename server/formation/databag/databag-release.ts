import type {
  DatabagBuild,
  DatabagRelease,
  HealthSettings,
  NodeSettings,
} from '../../../cookbooks/databag.js';
import type { BuildRecord } from '../../store/app/builds/build-store.js';
import type { SnapshotRelease } from '../../store/app/formation-snapshot.js';
import { sortedByKey } from './sorted-by-key.js';

/** A release as the databag says it; null for one without a build, of which nodes have nothing to do. */
export function databagRelease(release: SnapshotRelease): DatabagRelease | null {
  const { version, config, build, writable } = release;
  if (build === null) return null;
  return {
    version,
    image: build.kind === 'image' ? `${build.reference}@${build.digest}` : build.image,
    config: sortedByKey(Object.entries(config)),
    ...(writable ? { writable } : {}),
    ...databagSettings(release),
    build: databagBuild(build),
  };
}

function databagBuild(build: BuildRecord): DatabagBuild {
  const procfile = sortedByKey(Object.entries(build.procfile));
  if (build.kind === 'image')
    return { kind: 'image', procfile, ...(build.port === null ? {} : { port: build.port }) };
  const { slugPath, slugSha256, slugSize, runtimes } = build;
  return {
    slug: slugPath,
    sha256: slugSha256,
    size: slugSize,
    procfile,
    ...(runtimes.length === 0
      ? {}
      : { runtimes: runtimes.map(({ mount, path, sha256, size }) => ({ mount, slug: path, sha256, size })) }),
  };
}

type Name = keyof NodeSettings;
type InDatabag = { readonly [N in Name]: (value: NodeSettings[N][string]) => NodeSettings[N][string] };

/** How a value of each setting reaches the databag: with keys in one order, so that the bytes stay the same. */
const inDatabag: InDatabag = {
  limits: ({ memory, cpus }) => ({
    ...(memory === undefined ? {} : { memory }),
    ...(cpus === undefined ? {} : { cpus }),
  }),
  health: (check) => sortedByKey(Object.entries(check)) as unknown as HealthSettings,
  timeouts: (seconds) => seconds,
};

/** By process type; those of which no type has any are left out. */
function databagSettings(release: NodeSettings): Partial<NodeSettings> {
  const names = Object.keys(inDatabag) as Name[];
  return Object.fromEntries(
    names
      .filter((name) => Object.keys(release[name]).length > 0)
      .map((name) => [name, valuesOf(name, release)]),
  );
}

function valuesOf<N extends Name>(name: N, release: NodeSettings): Record<string, NodeSettings[N][string]> {
  const values: readonly [string, NodeSettings[N][string]][] = Object.entries(release[name]);
  return sortedByKey(values.map(([type, value]) => [type, inDatabag[name](value)]));
}
