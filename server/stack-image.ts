import type Docker from 'dockerode';
import { UserError } from '../base/errors.js';
import { appUidBefore, appUidLabel, stackImageName } from '../provisioner/images/stack-image.js';
import type { Suite } from '../provisioner/images/suite.js';

export interface StackImage {
  readonly id: string;
  /** Name and digest, as databags give it. */
  readonly reference: string;
  /** Of its user `app`. */
  readonly appUid: number;
}

/**
 * The stack image of a suite, that builds run on. It is
 * known by its name, which `ensureImages` keeps: the hash of its recipe changes with the host's mirrors and
 * authorities, and an image from before still serves.
 * @throws UserError when it was never built on this machine
 */
export async function stackImage(docker: Docker, suite: Suite): Promise<StackImage> {
  const name = stackImageName(suite);
  try {
    const { Id: id, Config: config } = await docker.getImage(name).inspect();
    const appUid = Number((config.Labels ?? {})[appUidLabel] ?? appUidBefore);
    return { id, reference: `${name}@${id}`, appUid };
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode !== 404) throw error;
    throw new UserError(
      `this machine has no stack image of ${suite} yet: its operator builds it with ` +
        '`deis-controller build-images`',
      { cause: error },
    );
  }
}
