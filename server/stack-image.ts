import type Docker from 'dockerode';
import { UserError } from '../base/errors.js';
import { stackImageName } from '../provisioner/images/stack-image.js';
import type { Suite } from '../provisioner/images/suite.js';

/**
 * The stack image of a suite, that builds run on: its id, and the name with digest that databags give. It is
 * known by its name, which `ensureImages` keeps: the hash of its recipe changes with the host's mirrors and
 * authorities, and an image from before still serves.
 * @throws UserError when it was never built on this machine
 */
export async function stackImage(
  docker: Docker,
  suite: Suite,
): Promise<{ readonly id: string; readonly reference: string }> {
  const name = stackImageName(suite);
  try {
    const { Id: id } = await docker.getImage(name).inspect();
    return { id, reference: `${name}@${id}` };
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode !== 404) throw error;
    throw new UserError(
      `this machine has no stack image of ${suite} yet: its operator builds it with ` +
        '`deis-controller build-images`',
      { cause: error },
    );
  }
}
