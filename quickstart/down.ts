import { existsSync, rmSync } from 'node:fs';
import { ensureEngine } from '../provisioner/images/ensure-engine.js';
import { removeImages } from '../provisioner/images/ensure-images.js';
import { sweepInstance } from '../provisioner/providers/docker/sweep-instance.js';
import { stopController } from './background-controller.js';
import { launcherPath, removeLauncher, removeProfile } from './launcher.js';
import type { Place } from './place.js';
import { unpublish } from './publish.js';
import type { Steps } from './steps.js';

/** Removes every container, network and process of this instance, and with `purge` its data and the images; nothing else. */
export async function down(place: Place, steps: Steps, options: { readonly purge: boolean }): Promise<void> {
  await steps.run('Stopping the controller', async (note) => {
    note((await stopController(place)) ? 'stopped' : 'none runs');
    if (unpublish(place)) note('closed the published port');
  });
  await steps.run(`Removing what instance ${place.instance} has on the Docker engine`, async (note) => {
    await ensureEngine({ onProgress: note });
    (await sweepInstance(place.instance)).forEach(note);
  });
  if (removeLauncher(place)) await steps.run(`Removing ${launcherPath}`, async () => undefined);
  if (!options.purge) return;
  await steps.run('Removing data and images', async (note) => {
    if (removeProfile(place)) note('removed its login from ~/.deis');
    if (existsSync(place.dataDir)) rmSync(place.dataDir, { recursive: true });
    note(`removed ${place.dataDir}`);
    (await removeImages()).forEach(note);
  });
}
