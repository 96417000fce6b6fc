import { fileURLToPath } from 'node:url';
import { ensureImages } from '../provisioner/images/ensure-images.js';
import { chosenImages } from './ensure-controller.js';
import { findPlace } from './place.js';
import { checkMachine, readMachine } from './preflight.js';

/**
 * Makes the images of the first quickstart while the product is still being compiled, in a process of its own,
 * from the sources. It says nothing: the quickstart looks for the images later, waits for this build if it
 * goes on then, shows what it does, and meets anew what fails here.
 */
export async function makeImagesAhead(): Promise<void> {
  const place = findPlace();
  checkMachine(readMachine(place.dataDir));
  await ensureImages({}, chosenImages(place));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await makeImagesAhead();
