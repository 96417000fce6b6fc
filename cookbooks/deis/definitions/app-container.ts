import type {
  Databag,
  DatabagArchive,
  DatabagBuild,
  DatabagRelease,
  DatabagSlugBuild,
  HealthCheck,
  Placement,
} from '../../databag.js';
import { databagReleases } from '../../databag-for-node.js';
import { UserError } from '../../../base/errors.js';
import type { ContainerHealthResource } from '../../resources/containers/container-health.js';
import type { DockerContainerResource } from '../../resources/containers/docker-container.js';
import { Secret } from '../../../base/secret.js';
import { networkOf, placesOf } from './guest-places.js';
import { places } from './places.js';

/** `peachy-waxworks-web.1-v7-5001` */
export function containerName(databag: Pick<Databag, 'id'>, { type, num, release, port }: Placement): string {
  return `${databag.id}-${type}.${num}-v${release}-${port}`;
}

/** Where a build's slug, or a runtime, lies unpacked on a node. @param slugs of the formation */
export function slugPath(archive: Pick<DatabagArchive, 'sha256'>, slugs: string = places.slugs): string {
  return `${slugs}/${archive.sha256}`;
}

/** A release with something to run. */
export type RunnableRelease = DatabagRelease & { readonly build: DatabagBuild };

/**
 * How a command of a release runs in a container: with a slug the stack's start program runs it at /app as the
 * stack's unprivileged user; with an image of the app's own, that image's `sh`, where and as whom the image
 * says, or what the image itself says when the command is empty. @param slugs where its formation's slugs lie
 */
export function appProcess(
  release: RunnableRelease,
  command: string,
  slugs: string = places.slugs,
): Pick<DockerContainerResource, 'image' | 'command' | 'mounts' | 'overlay' | 'user' | 'workingDirectory'> {
  const { build } = release;
  const image = parseImage(release.image).id;
  if (build.kind === 'image')
    return { image, mounts: {}, ...(command === '' ? {} : { command: ['sh', '-c', command] }) };
  return {
    image,
    command: ['/usr/local/bin/start', '--', command],
    ...slugMounts(build, release, slugs),
    user: 'app',
    workingDirectory: '/app',
  };
}

/**
 * The app's files in a container: the slug at /app, which the container may change for itself where the
 * release says so, and the runtimes, read-only. A runtime's mount point is an empty folder of the slug.
 */
function slugMounts(
  build: DatabagSlugBuild,
  { writable }: Pick<DatabagRelease, 'writable'>,
  slugs: string,
): Pick<DockerContainerResource, 'mounts' | 'overlay'> {
  const slug = slugPath(build, slugs);
  return {
    mounts: {
      ...(writable ? {} : { '/app': slug }),
      ...Object.fromEntries(
        (build.runtimes ?? []).map((runtime) => [`/app/${runtime.mount}`, slugPath(runtime, slugs)]),
      ),
    },
    ...(writable ? { overlay: { target: '/app', lower: slug } } : {}),
  };
}

/** `deis/stack:bookworm@sha256:<hex>` -> name and image id. @throws UserError */
export function parseImage(image: string): { readonly name: string; readonly id: string } {
  const [, name, id] = /^([^@]+)@(sha256:[0-9a-f]{64})$/.exec(image) ?? [];
  if (name === undefined || id === undefined)
    throw new UserError(`the image ${image} is not named by its digest (name@sha256:...)`, {
      field: 'image',
    });
  return { name, id };
}

/**
 * The container of one placement. @throws UserError when the databag lacks its release, build or command
 */
export function appContainer(databag: Databag, placement: Placement): DockerContainerResource {
  const release = releaseOf(databag, placement);
  const { build } = release;
  const inner = build === null ? placement.port : innerPort(build, placement);
  const command = build?.procfile[placement.type];
  if (build === null || command === undefined)
    throw new UserError(`release v${release.version} of ${databag.id} has no process type ${placement.type}`);
  return {
    kind: 'docker_container',
    name: containerName(databag, placement),
    formation: databag.id,
    ...appProcess({ ...release, build }, command, placesOf(databag).slugs),
    ...onNetwork(databag),
    environment: appEnvironment(databag, release, `${placement.type}.${placement.num}`, inner),
    port: placement.port,
    ...(inner === placement.port ? {} : { innerPort: inner }),
    ...release.limits?.[placement.type],
    ...stopOf(release, placement.type),
    labels: {
      'deis.type': placement.type,
      'deis.num': String(placement.num),
      'deis.release': String(placement.release),
    },
    restart: placement.state === 'starting' ? 'no' : 'unless-stopped',
  };
}

/** A guest's containers reach one another, and nobody else's. */
export function onNetwork(databag: Pick<Databag, 'id' | 'host'>): { network?: string } {
  const network = networkOf(databag);
  return network === undefined ? {} : { network };
}

/** What a container of an image listens on when the image says so: its port on the node leads there. */
function innerPort(build: DatabagBuild, { type, port }: Placement): number {
  return build.kind === 'image' && type === 'web' ? (build.port ?? port) : port;
}

function stopOf({ timeouts }: DatabagRelease, type: string): { stopSeconds?: number } {
  const stopSeconds = timeouts?.[type];
  return stopSeconds === undefined ? {} : { stopSeconds };
}

/** What a process sees: the release's config, and what the platform says on top. */
export function appEnvironment(
  databag: Pick<Databag, 'id'>,
  release: DatabagRelease,
  container: string,
  port?: number,
): Record<string, Secret> {
  const own = {
    ...(release.build?.kind === 'image' ? {} : { HOME: '/app' }),
    DEIS_FORMATION: databag.id,
    DEIS_RELEASE: `v${release.version}`,
    DEIS_CONTAINER: container,
    ...(port === undefined ? {} : { PORT: String(port) }),
  };
  return Object.fromEntries(
    Object.entries({ ...release.config, ...own }).map(([name, value]) => [name, new Secret(value)]),
  );
}

/** The wait for a container on trial. Of web processes a port is expected, of others that they stay up. */
export function appHealth(databag: Databag, placement: Placement): ContainerHealthResource {
  const byDefault: HealthCheck = {
    kind: placement.type === 'web' ? 'tcp' : 'none',
    deadlineSeconds: 60,
    settleSeconds: 2,
  };
  const release = releaseOf(databag, placement);
  return {
    kind: 'container_health',
    name: containerName(databag, placement),
    port: release.build === null ? placement.port : innerPort(release.build, placement),
    check: {
      ...(databag.health[placement.type] ?? byDefault),
      ...release.health?.[placement.type],
    },
  };
}

function releaseOf(databag: Databag, { release: version }: Placement): DatabagRelease {
  const release = databagReleases(databag).find((candidate) => candidate.version === version);
  if (release === undefined)
    throw new UserError(
      `the databag of ${databag.id} places containers of release v${version}, which it does not hold`,
    );
  return release;
}
