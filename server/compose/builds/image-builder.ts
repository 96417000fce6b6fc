import { join } from 'node:path';
import type Docker from 'dockerode';
import { stackImageName } from '../../../provisioner/images/stack-image.js';
import type { BuildCaches } from '../../builder/containers/build-caches.js';
import type { DiskWatermark } from '../../builder/containers/disk-watermark.js';
import { ImageBuilder } from '../../builder/dockerfile/image-builder.js';
import { StackArchive } from '../../builder/dockerfile/stack-archive.js';
import type { ImageRegistry } from '../../registry/image-registry.js';
import type { Settings } from '../../settings/settings.js';
import { stackImage } from '../../stack-image.js';
import { now } from '../constants.js';
import { imagerImage } from './imager-image.js';
import type { Base } from '../open-base.js';
import { buildContainers, buildNetwork, workFolder } from './slug-builder.js';

/** Makes the builder of Dockerfiles. What it needs of this machine is made when the first one is built. */
export function imageBuilder(
  settings: Settings,
  base: Base,
  docker: Docker,
  own: { readonly disk: DiskWatermark; readonly caches: BuildCaches; readonly registry: ImageRegistry },
): ImageBuilder {
  const { dataDir, build, caBundle = null, suite } = settings;
  return new ImageBuilder({
    ...own,
    containers: buildContainers(settings, base, docker),
    network: buildNetwork(settings, base, docker),
    imager: (say) => imagerImage(settings, docker, say),
    stackImage: async () => ({ ...(await stackImage(docker, suite)), name: stackImageName(suite) }),
    stackArchive: new StackArchive(docker, join(dataDir, 'cache', 'stack')),
    maxSourceBytes: build.source,
    buildSeconds: build.seconds,
    caBundle,
    workFolder: workFolder(dataDir),
    publish: (...image) => own.registry.publish(...image),
    now,
  });
}
