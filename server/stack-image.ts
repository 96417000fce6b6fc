import type Docker from 'dockerode';
import { UserError } from '../cookbooks/errors.js';
import { findImages } from '../provisioner/images/ensure-images.js';

/** The stack image that builds run on: its id, and the name with digest that databags give. @throws UserError when it was never built on this machine */
export async function stackImage(docker: Docker): Promise<{ readonly id: string; readonly reference: string }> {
  const images = await findImages(docker);
  if (images === undefined) throw new UserError('this machine has no stack image yet: its operator builds it with `deis-controller --build-images`');
  const { name, id } = images.stack;
  return { id, reference: `${name}@${id}` };
}
