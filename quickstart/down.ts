import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { findEngine } from '../provisioner/images/host/ensure-engine.js';
import { removeImages } from '../provisioner/images/remove-images.js';
import { sweepInstance } from '../provisioner/providers/docker/sweep-instance.js';
import { stopController } from './controller/background-controller.js';
import { launcherPath, removeLauncher, removeProfile } from './controller/launcher.js';
import { neighbours, type Place } from './place.js';
import { unpublish } from './controller/publish.js';
import type { Steps } from './steps.js';

/**
 * Removes every container, network and process of this instance, and with `purge` its data and the images that
 * nobody else uses; nothing else.
 * @throws UserError where the Docker engine does not answer, before anything is removed
 */
export async function down(place: Place, steps: Steps, options: { readonly purge: boolean }): Promise<void> {
  const engine = await findEngine();
  await steps.run('Stopping the controller', async (note) => {
    note((await stopController(place)) ? 'stopped' : 'none runs');
    if (existsSync(place.dataDir)) note(await controllerCommand(place, '--stop-database'));
    if (unpublish(place)) note('closed the published port');
  });
  await steps.run(`Removing what instance ${place.instance} has on the Docker engine`, async (note) => {
    if (engine === undefined) note('there is no Docker engine');
    else (await sweepInstance(place.instance, engine)).forEach(note);
  });
  if (removeLauncher(place)) await steps.run(`Removing ${launcherPath}`, async () => undefined);
  if (!options.purge) return;
  await steps.run('Removing data and images', async (note) => {
    if (removeProfile(place)) note(`removed its login, ${place.profile}`);
    if (existsSync(place.dataDir)) await controllerCommand(place, '--purge');
    rmSync(place.dataDir, { recursive: true, force: true });
    note(`removed ${place.dataDir}`);
    const leaving = { instance: place.instance, others: neighbours(place) };
    if (engine !== undefined) (await removeImages(engine, leaving)).forEach(note);
  });
}

/** The controller's own program puts away what it made. @returns what it says */
async function controllerCommand(place: Place, option: '--stop-database' | '--purge'): Promise<string> {
  const env = { DEIS_DATA_DIR: place.dataDir, DEIS_INSTANCE: place.instance };
  return (
    await execa(process.execPath, [join(place.root, 'bin', 'deis-controller.js'), option], {
      env,
      timeout: 60_000,
    })
  ).stdout;
}
