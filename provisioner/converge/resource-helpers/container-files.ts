import { places } from '../../../cookbooks/deis/definitions/places.js';

/** Directory of the node for what a container writes over its files. Made before it, and removed after it. */
export function filesOfContainer(name: string): string {
  return `${places.containerFiles}/${name}`;
}
