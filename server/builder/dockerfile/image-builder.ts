import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type Docker from 'dockerode';
import { UserError } from '../../../base/errors.js';
import type { GitRepository } from '../../git/repository/git-repository.js';
import { checkSourceSize } from '../../git/repository/source-size.js';
import { readImageLayout, type ImageLayout } from '../../registry/image-layout.js';
import type { PushedImage } from '../../registry/push-image.js';
import type { BuildContainerSpec } from '../containers/build-container.js';
import { withBuildInput } from '../containers/build-input.js';
import type { BuildNetwork } from '../containers/build-network.js';
import { failureOf, toldTo, watchBuild, type BuildBounds, type Told } from '../watch/watch-build.js';
import type { StackArchive } from './stack-archive.js';

export interface ImageBuilderOptions extends BuildBounds {
  readonly network: Pick<BuildNetwork, 'ensure'>;
  /** Id of the image that buildah is in; it is made when there is none. */
  readonly imager: (say: (line: string) => void) => Promise<string>;
  /** The present stack image, and its archive. */
  readonly stackImage: () => Promise<{ readonly id: string; readonly name: string }>;
  readonly stackArchive: Pick<StackArchive, 'pathOf'>;
  /** Of the files of a push, as a tar archive. */
  readonly maxSourceBytes: number;
  /** A file of certificate authorities of this host, which registries of images are known by. */
  readonly caBundle: string | null;
  readonly workFolder: string;
  /** Puts a built image where nodes pull it from. */
  readonly publish: (
    formation: string,
    image: { readonly folder: string; readonly layout: ImageLayout },
    say: (line: string) => void,
    signal: AbortSignal,
  ) => Promise<PushedImage>;
}

/** A pushed commit with a Dockerfile. */
export interface ImageRequest {
  /** Path of the Dockerfile in the commit. */
  readonly dockerfile: string;
  readonly operationId: string;
  readonly formation: string;
  readonly repository: GitRepository;
  readonly commit: string;
}

export interface BuiltImage extends PushedImage {
  /** `sha256:...`, as Docker has it. */
  readonly id: string;
  /** What the image says of how it runs. */
  readonly settings: ImageLayout['settings'];
  /** Bytes of its layers, as they were built. */
  readonly size: number;
}

/** Who writes to the cache: the first user of the range that build-image.sh maps. */
const cacheUser = 100_000;
const script = fileURLToPath(new URL('build-image.sh', import.meta.url));
const hostCertificates = '/etc/ssl/certs/ca-certificates.crt';
const readyLine = (operationId: string): string => `deis: the image of ${operationId} is ready`;

/**
 * Builds images of Dockerfiles in ephemeral containers behind the fence of builds: without the engine's
 * socket, without rights on this host, and without the app's config. Layers and images that a formation's
 * builds have used lie in its cache, for the next one.
 */
export class ImageBuilder {
  constructor(private readonly options: ImageBuilderOptions) {}

  /**
   * Builds, or carries on with the container of a controller that went away, and publishes the image. The
   * container stays until `discard`.
   * @throws BuildFailure when the build fails, runs out of time, memory or disk; the signal's reason when
   * aborted
   */
  async build(order: ImageRequest, say: (line: string) => void, signal: AbortSignal): Promise<BuiltImage> {
    const told = toldTo(say);
    try {
      return await this.#build(order, told, signal);
    } catch (error) {
      if (signal.aborted || !(error instanceof UserError)) throw error;
      const { containers } = this.options;
      throw await failureOf(error, { containers, operationId: order.operationId }, told, signal);
    }
  }

  async #build(order: ImageRequest, told: Told, signal: AbortSignal): Promise<BuiltImage> {
    const { containers, publish } = this.options;
    const { say } = told;
    const adopted = await containers.find(order.operationId);
    if (adopted !== undefined) say('-----> Carrying on with a build that is under way');
    const { container, note: cache } = adopted ?? (await this.#start(order, say, signal));
    const { formation } = order;
    const running = { container, formation, readyLine: readyLine(order.operationId) };
    await watchBuild(this.options, running, told, signal);
    const folder = join(cache, 'image');
    const layout = await readImageLayout(folder);
    const pushed = await publish(formation, { folder, layout }, say, signal);
    say(
      `-----> Image of ${layout.layers.length} layers: ${pushed.sent} parts, ` +
        `${Math.ceil(pushed.bytes / 1024)} KB, were new to the registry`,
    );
    const size = layout.layers.reduce((sum, each) => sum + each.size, 0);
    return { id: layout.config.digest, settings: layout.settings, size, ...pushed };
  }

  /** Removes what a build left on the engine, and too large a cache, which it says. Safe to repeat. */
  async discard(
    { operationId, formation }: Pick<ImageRequest, 'operationId' | 'formation'>,
    say: (line: string) => void = () => undefined,
  ): Promise<void> {
    await this.options.containers.remove(operationId);
    const emptied = await this.options.caches.trim(formation).catch(() => undefined);
    if (emptied !== undefined) say(`       ${emptied}`);
  }

  async #start(
    order: ImageRequest,
    say: (line: string) => void,
    signal: AbortSignal,
  ): Promise<{ container: Docker.Container; note: string }> {
    const { caches, containers, disk, maxSourceBytes } = this.options;
    const full = await disk.refusal();
    if (full !== undefined) throw new UserError(full);
    await checkSourceSize(order.repository.entries(order.commit, signal), maxSourceBytes);
    const { folder: cache, emptied } = await caches.open(order.formation, cacheUser);
    if (emptied !== undefined) say(`       ${emptied}`);
    if (cache === undefined) throw new Error(`there is no folder for the layers of ${order.formation}`);
    const spec = await this.#spec(order, cache, say);
    signal.throwIfAborted();
    const container = await containers.create(spec);
    try {
      await this.#fill(container, order, signal);
      signal.throwIfAborted();
      await container.start();
    } catch (error) {
      await containers.remove(order.operationId).catch(() => undefined);
      throw error;
    }
    return { container, note: spec.note };
  }

  async #spec(
    { operationId, formation, dockerfile }: ImageRequest,
    cache: string,
    say: (line: string) => void,
  ): Promise<BuildContainerSpec> {
    const { imager, stackImage, stackArchive, network, caBundle } = this.options;
    const [imageId, stack] = await Promise.all([imager(say), stackImage()]);
    return {
      operationId,
      formation,
      imageId,
      imageReference: imageId,
      command: ['/bin/bash', '/build/build-image.sh'],
      env: {
        DEIS_READY_LINE: readyLine(operationId),
        DEIS_STACK_ID: stack.id,
        DEIS_STACK_NAME: stack.name,
        DEIS_DOCKERFILE: dockerfile,
      },
      binds: [
        ...(caBundle === null ? [] : [`${caBundle}:${hostCertificates}:ro`]),
        `${await stackArchive.pathOf(stack)}:/build/stack.tar:ro`,
        `${cache}:/cache`,
      ],
      network: await network.ensure(),
      note: cache,
      hasOwnUsers: true,
    };
  }

  /** Brings the pushed tree into a container that has not been started; of the config nothing. */
  async #fill(container: Docker.Container, order: ImageRequest, signal: AbortSignal): Promise<void> {
    const { workFolder, maxSourceBytes, disk } = this.options;
    await withBuildInput(
      {
        source: order.repository.archive(order.commit, signal),
        script,
        buildpacks: [],
        kept: () => Promise.reject(new Error('a Dockerfile has no buildpacks')),
        config: {},
        workFolder,
        name: order.operationId,
        maxBytes: maxSourceBytes,
        refusal: () => disk.refusal(),
      },
      signal,
      (archive, abortSignal) => container.putArchive(archive, { path: '/', abortSignal }),
    );
  }
}
