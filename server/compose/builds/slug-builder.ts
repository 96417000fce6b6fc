import { isIPv4 } from 'node:net';
import { join } from 'node:path';
import type Docker from 'dockerode';
import type { HostService } from '../../../provisioner/build-firewall.js';
import { readHostPackages } from '../../../provisioner/images/host/host-packages.js';
import { herokuStacks } from '../../../provisioner/images/stack-image.js';
import { BuildCaches, type BuildCachesOptions } from '../../builder/containers/build-caches.js';
import { BuildContainers } from '../../builder/containers/build-container.js';
import { KeptBuildpacks } from '../../builder/containers/kept-buildpacks.js';
import { BuildNetwork } from '../../builder/containers/build-network.js';
import { removeInputsAllBut } from '../../builder/containers/build-input.js';
import { SlugBuilder } from '../../builder/build-slug.js';
import type { BuildSurroundings } from '../../builder/containers/build-environment.js';
import { BuildSweeper } from '../../builder/containers/build-sweeper.js';
import { registryOnHost } from '../../builder/containers/registry-on-host.js';
import { removeAsRoot } from '../../builder/containers/remove-as-root.js';
import type { DiskWatermark } from '../../builder/containers/disk-watermark.js';
import { RegistryClient } from '../../builder/toolchains/fetch-file.js';
import { GoToolchains } from '../../builder/toolchains/go-toolchains.js';
import { JavaToolchains } from '../../builder/toolchains/java-toolchains.js';
import { MavenToolchains } from '../../builder/toolchains/maven-toolchains.js';
import type { ToolchainSources } from '../../builder/toolchains/toolchain.js';
import { NodeRuntimes } from '../../builder/runtimes/node-runtimes.js';
import type { DebianRuntimesOptions } from '../../builder/runtimes/debian-runtimes.js';
import { PhpRuntimes } from '../../builder/runtimes/php-runtimes.js';
import { RubyRuntimes } from '../../builder/runtimes/ruby-runtimes.js';
import type { RuntimeSources } from '../../builder/runtimes/runtime.js';
import type { Settings } from '../../settings/settings.js';
import { formationDirs } from '../../slug/remove-formation-files.js';
import { spoolFolder } from '../../blobs/spool-folder.js';
import { removeUnfinished } from '../../blobs/durable-file.js';
import { SlugFiles } from '../../slug/slug-files.js';
import { stackImage } from '../../stack-image.js';
import { maxSlugBytes, now } from '../constants.js';
import { controlPlane } from '../control-plane.js';
import type { Base } from '../open-base.js';

/** Go's own, of which every version's toolchain can be had. */
const defaultGoProxy = 'https://proxy.golang.org';
const mavenCentral = 'https://repo.maven.apache.org/maven2';
/** How often containers that ended builds have left are looked for. */
const sweepMs = 10_000;

/** Makes the builder of slugs; tidies up after an earlier controller meanwhile. */
export async function slugBuilder(
  settings: Settings,
  base: Base,
  docker: Docker,
  disk: DiskWatermark,
  caches: BuildCaches,
): Promise<SlugBuilder> {
  const { dataDir, build, caBundle = null } = settings;
  const places = formationDirs(dataDir);
  const containers = buildContainers(settings, base, docker);
  const runtimes = new NodeRuntimes({
    slugs: new SlugFiles(base.blobs.slugs),
    folder: places.runtimes,
    registry: settings.npmRegistry ?? null,
    caBundle,
    now,
  });
  startSweeper(base, containers);
  makeReady(dataDir, base, runtimes).catch((error: unknown) =>
    base.log.warn({ err: error }, 'builds are not ready yet'),
  );
  return new SlugBuilder({
    containers,
    network: buildNetwork(settings, base, docker),
    slugs: new SlugFiles(base.blobs.slugs),
    runtimes: { node: runtimes, ...debianRuntimes(settings, base) },
    toolchains: toolchainSources(settings),
    disk,
    stackImage: () => stackImage(docker, settings.suite),
    buildSeconds: build.seconds,
    maxSourceBytes: build.source,
    maxSlugBytes,
    caches,
    kept: new KeptBuildpacks(places.buildpacks),
    workFolder: workFolder(dataDir),
    ...surroundings(settings),
    now,
  });
}

/** What the settings say for all builds. */
function surroundings({
  suite,
  caBundle,
  npmRegistry,
  pypiIndex,
  goProxy,
  mavenMirror,
  rubygemsMirror,
}: Settings): BuildSurroundings {
  return {
    stackName: herokuStacks[suite],
    caBundle: caBundle ?? null,
    npmRegistry: npmRegistry ?? null,
    pypiIndex: pypiIndex ?? null,
    goProxy: goProxy ?? null,
    mavenMirror: mavenMirror ?? null,
    rubygemsMirror: rubygemsMirror ?? null,
  };
}

function toolchainSources({
  dataDir,
  caBundle,
  goProxy,
  mavenMirror,
  suite,
  mirror,
}: Settings): ToolchainSources {
  const folder = formationDirs(dataDir).toolchains;
  const client = new RegistryClient(caBundle ?? null);
  const packages = (): ReturnType<typeof readHostPackages> => readHostPackages({ suite, mirror });
  return {
    go: new GoToolchains({ folder, client, proxy: withoutSlash(goProxy ?? defaultGoProxy), now }),
    java: new JavaToolchains({ folder, suite, packages, now }),
    maven: new MavenToolchains({ folder, client, mirror: withoutSlash(mavenMirror ?? mavenCentral), now }),
  };
}

/** Those of Debian's packages. */
function debianRuntimes({ dataDir, suite, mirror }: Settings, { blobs }: Base): RuntimeSources {
  const options: DebianRuntimesOptions = {
    folder: formationDirs(dataDir).toolchains,
    slugs: new SlugFiles(blobs.slugs),
    suite,
    packages: () => readHostPackages({ suite, mirror }),
    now,
  };
  return { ruby: new RubyRuntimes(options), php: new PhpRuntimes(options) };
}

const withoutSlash = (url: string): string => url.replace(/\/+$/, '');

/** Removes what an earlier controller left half done, then fetches what the first push would wait for. */
async function makeReady(dataDir: string, { stores }: Base, runtimes: NodeRuntimes): Promise<void> {
  const places = formationDirs(dataDir);
  await removeUnfinished(places.slugs);
  await removeUnfinished(spoolFolder(dataDir));
  await removeUnfinished(places.runtimes);
  await removeUnfinished(places.toolchains);
  await removeInputsAllBut(workFolder(dataDir), () => unfinishedIds(stores));
  await runtimes.fetchAhead();
}

/** Where pushed trees lie on their way into a build. */
export const workFolder = (dataDir: string): string => join(dataDir, 'tmp');

async function unfinishedIds(stores: Base['stores']): Promise<string[]> {
  return (await stores.operations.unfinished()).map(({ id }) => id);
}

/** Where builds run. */
export function buildContainers({ build }: Settings, { instance }: Base, docker: Docker): BuildContainers {
  const { memory, cpus, pids, disk } = build;
  return new BuildContainers(docker, instance, { memory, cpus: cpus ?? null, pids, disk });
}

/** The network that they are on. */
export function buildNetwork(
  settings: Settings,
  { instance, log, stores }: Base,
  docker: Docker,
): BuildNetwork {
  const registries = [
    settings.npmRegistry,
    settings.pypiIndex,
    settings.goProxy,
    settings.mavenMirror,
    settings.rubygemsMirror,
  ];
  const services = async (): Promise<HostService[]> =>
    (await Promise.all(registries.map((registry) => registryOnHost(registry ?? null)))).flat();
  const nodes = async (): Promise<string[]> =>
    (await stores.nodeOrigins.addressesOfKinds(['runtime', 'box'])).filter((address) => isIPv4(address));
  const closed = (): Promise<HostService[]> => controlPlane(settings, registries);
  return new BuildNetwork({ docker, instance, services, nodes, closed, log });
}

/** What builds keep for the next one: of slugs, and of images. */
export function buildCaches(settings: Settings, base: Base, docker: Docker) {
  const { dataDir, build } = settings;
  const places = formationDirs(dataDir);
  const of = (folder: string, maxBytes: number, setting: BuildCaches['setting']): BuildCaches =>
    cachesIn(settings, base, docker, { folder, maxBytes, setting });
  return {
    slugs: of(places.caches, build.cache, 'DEIS_BUILD_CACHE'),
    images: of(places.imageCaches, build.imageCache, 'DEIS_IMAGE_CACHE'),
  };
}

function cachesIn(
  { suite }: Settings,
  { instance }: Base,
  docker: Docker,
  own: Pick<BuildCachesOptions, 'folder' | 'maxBytes' | 'setting'>,
): BuildCaches {
  const labels = { 'deis.instance': instance, 'deis.kind': 'tidy' };
  return new BuildCaches({
    ...own,
    removeAsRoot: async (path) => removeAsRoot(docker, (await stackImage(docker, suite)).id, labels, path),
  });
}

function startSweeper({ stores, log, shutdown }: Base, containers: BuildContainers): void {
  const sweeper = new BuildSweeper(containers, () => unfinishedIds(stores), {
    everyMs: sweepMs,
    onTrouble: (error) => log.warn({ err: error }, 'could not look for containers of ended builds'),
  });
  sweeper.start();
  shutdown.add('sweeping builds', () => sweeper.stop());
}
