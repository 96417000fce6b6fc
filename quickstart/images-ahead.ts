import { fileURLToPath } from 'node:url';
import { ensureImages } from '../provisioner/images/ensure-images.js';
import { chosenImages } from './controller/ensure-controller.js';
import { findPlace } from './place.js';
import { checkMachine, readMachine } from './preflight.js';

/**
 * Makes the images of the first quickstart while npm installs and the product is compiled, in a process of its own,
 * from the sources. It says nothing: the quickstart looks for the images later, waits for this build if it goes on
 * then, shows what it does, and meets anew what fails here.
 * @param root the checkout, where these sources are a copy of it
 */
export async function makeImagesAhead(root: string | undefined, signal: AbortSignal): Promise<void> {
  const place = findPlace(process.env, root);
  checkMachine(readMachine(place.dataDir));
  await ensureImages({ signal }, chosenImages(place));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const cancel = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(name, () => cancel.abort(new Error(`ended by ${name}`)));
  await makeImagesAhead(process.argv[2], cancel.signal);
}
