import type Docker from 'dockerode';
import { UserError } from '../../../base/errors.js';
import { ensureImager } from '../../../provisioner/images/ensure-images.js';
import { imagerName } from '../../../provisioner/images/imager-image.js';
import type { Settings } from '../../settings/settings.js';

/** The image with buildah and docker-registry by its name; undefined when this machine has none. */
export async function findImager({ suite }: Settings, docker: Docker): Promise<string | undefined> {
  return docker
    .getImage(imagerName(suite))
    .inspect()
    .then(
      ({ Id }) => Id,
      (error: Error & { statusCode?: number }) => {
        if (error.statusCode !== 404) throw error;
        return undefined;
      },
    );
}

/** The same, made when this machine has none, which takes a minute. @throws UserError when it cannot be made */
export async function imagerImage(
  settings: Settings,
  docker: Docker,
  say: (line: string) => void,
): Promise<string> {
  const found = await findImager(settings, docker);
  if (found !== undefined) return found;
  say('-----> Making the image of buildah and docker-registry, once for this machine');
  const { suite, mirror } = settings;
  const progress = { onProgress: (line: string): void => say(`       ${line}`) };
  try {
    return (await ensureImager(progress, { suite, mirror })).id;
  } catch (cause) {
    if (!(cause instanceof UserError)) throw cause;
    throw new UserError(
      `this machine has no image of Debian's buildah and docker-registry, which images of Dockerfiles are built ` +
        `and kept with: its operator makes it with \`deis-controller build-images\` (${cause.message})`,
      { cause },
    );
  }
}
