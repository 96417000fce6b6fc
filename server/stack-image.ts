import type Docker from 'dockerode';
import { UserError } from '../base/errors.js';
import { readCodename } from '../provisioner/images/host-facts.js';
import { stackImageName } from '../provisioner/images/stack-image.js';

/**
 * The stack image that builds run on: its id, and the name with digest that databags give. It is known by its
 * name, which `ensureImages` keeps: the hash of its recipe changes with the host's mirrors and authorities,
 * and an image from before still serves.
 * @throws UserError when it was never built on this machine
 */
export async function stackImage(
  docker: Docker,
  suite: () => Promise<string> = readCodename,
): Promise<{ readonly id: string; readonly reference: string }> {
  const name = stackImageName(await suite());
  try {
    const { Id: id } = await docker.getImage(name).inspect();
    return { id, reference: `${name}@${id}` };
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode !== 404) throw error;
    throw new UserError(
      'this machine has no stack image yet: its operator builds it with `deis-controller --build-images`',
      { cause: error },
    );
  }
}
