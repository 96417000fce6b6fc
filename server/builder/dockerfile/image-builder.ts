import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type Docker from 'dockerode';
import { readImageLayout, type ImageLayout } from '../../registry/image-layout.js';
import type { PushedImage } from '../../registry/push-image.js';
import type { BuildContainerSpec } from '../containers/build-container.js';
import type { BuildNetwork } from '../containers/build-network.js';
import {
  checkRoom,
  discardBuild,
  startBuild,
  type BuildOrder,
  type BuildStart,
} from '../watch/begin-build.js';
import { tellingFailures, watchBuild, type Told } from '../watch/watch-build.js';
import type { StackArchive } from './stack-archive.js';

export interface ImageBuilderOptions extends BuildStart {
  readonly network: Pick<BuildNetwork, 'ensure'>;
  /** Id of the image that buildah is in; it is made when there is none. */
  readonly imager: (say: (line: string) => void) => Promise<string>;
  /** The present stack image, and its archive. */
  readonly stackImage: () => Promise<{ readonly id: string; readonly name: string }>;
  readonly stackArchive: Pick<StackArchive, 'pathOf'>;
  /** A file of certificate authorities of this host, which registries of images are known by. */
  readonly caBundle: string | null;
  /** Puts a built image where nodes pull it from. */
  readonly publish: (
    formation: string,
    image: { readonly folder: string; readonly layout: ImageLayout },
    say: (line: string) => void,
    signal: AbortSignal,
  ) => Promise<PushedImage>;
}

/** A pushed commit with a Dockerfile. */
export interface ImageRequest extends BuildOrder {
  /** Path of the Dockerfile in the commit. */
  readonly dockerfile: string;
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
    return tellingFailures(this.options, order, say, signal, (told) => this.#build(order, told, signal));
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
    order: Pick<ImageRequest, 'operationId' | 'formation'>,
    say: (line: string) => void = () => undefined,
  ): Promise<void> {
    await discardBuild(this.options, order, say);
  }

  async #start(
    order: ImageRequest,
    say: (line: string) => void,
    signal: AbortSignal,
  ): Promise<{ container: Docker.Container; note: string }> {
    const { caches } = this.options;
    await checkRoom(this.options, order, signal);
    const { folder: cache, emptied } = await caches.open(order.formation, cacheUser);
    if (emptied !== undefined) say(`       ${emptied}`);
    if (cache === undefined) throw new Error(`there is no folder for the layers of ${order.formation}`);
    const spec = await this.#spec(order, cache, say);
    // Of the config nothing.
    const kept = (): never => {
      throw new Error('a Dockerfile has no buildpacks');
    };
    const own = { script, buildpacks: [], kept, config: {} };
    const container = await startBuild(this.options, order, spec, own, signal);
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
}
