import type Docker from 'dockerode';
import { requireRoot } from './host/as-root.js';
import {
  findImage,
  imageChanges,
  kindLabel,
  nameImage,
  removeImage,
  type BuiltImage,
} from './built-image.js';
import { announced, follow, forget } from './build-progress.js';
import { buildFileSystems } from './build-file-systems.js';
import { ensureEngine, lacksEngine } from './host/ensure-engine.js';
import { holdBuildLock } from './host/hold-lock.js';
import { hostNeeds } from './host/host-needs.js';
import { readHostPackages, type HostPackages } from './host/host-packages.js';
import { imageKinds, imagerRecipe, nodeRecipe, stackRecipe, type ImageRecipe } from './image-recipe.js';
import { importImage } from './import-image.js';
import { installPackages, type Progress } from './host/install-packages.js';
import { preloadKind, preloadStack } from './preload-stack.js';
import { imageChoice, type ImageChoice } from './suite.js';

export interface Images {
  readonly stack: BuiltImage;
  readonly node: BuiltImage;
}

/**
 * The images that nodes, builds and processes run from; those that are missing are built, which takes one to two
 * minutes and needs root. Images are known by the hash of their recipe, so that another checkout does not
 * build them again.
 * @throws UserError when this host cannot build them.
 */
export async function ensureImages(
  progress: Progress = {},
  choice: ImageChoice = imageChoice(),
): Promise<Images> {
  const find = async (): Promise<Images | undefined> =>
    (await lacksEngine()) ? undefined : findImages(await ensureEngine(progress), choice);
  const found = await find();
  if (found !== undefined) return found;
  await requireRoot('building the images');
  return holdBuildLock(async () => (await find()) ?? buildAnnounced(progress, choice), {
    onWait: () => tellWait(progress),
    signal: progress.signal,
  });
}

/**
 * The imager, which makes images of Dockerfiles and keeps them; as `ensureImages`, apart from which it is
 * made, because few installations need it.
 * @throws UserError when this host cannot build it
 */
export async function ensureImager(
  progress: Progress = {},
  choice: ImageChoice = imageChoice(),
): Promise<BuiltImage> {
  const docker = await ensureEngine(progress);
  const host = await readHostPackages(choice);
  const recipe = await imagerRecipe(host);
  const found = await findImage(docker, recipe);
  if (found !== undefined) return found;
  await requireRoot('building the imager');
  const build = async (): Promise<BuiltImage> => {
    await installBuildPackages(progress);
    const ids = await importFileSystems(Promise.resolve(docker), [recipe], host, progress);
    return nameImage(docker, ids.get(recipe)!, recipe);
  };
  return holdBuildLock(async () => (await findImage(docker, recipe)) ?? build(), {
    onWait: () => tellWait(progress),
    signal: progress.signal,
  });
}

/** Says that another build is waited for, and what that one does. @returns what ends it */
function tellWait({ onProgress }: Progress): () => void {
  onProgress?.('waiting for another build of the images on this machine');
  return follow((line) => onProgress?.(`that build: ${line}`));
}

async function buildAnnounced(progress: Progress, choice: ImageChoice): Promise<Images> {
  try {
    return await buildImages(announced(progress), choice);
  } finally {
    forget();
  }
}

/** The images of this checkout's recipes, when both are there. */
export async function findImages(
  docker: Docker,
  choice: ImageChoice = imageChoice(),
): Promise<Images | undefined> {
  const host = await readHostPackages(choice);
  const stack = await findImage(docker, await stackRecipe(host));
  const node = stack && (await findImage(docker, await nodeRecipe(host, stack.id)));
  return stack && node && { stack, node };
}

/** File systems can be made before there is an engine: where one is to be installed, that goes on beside. */
async function buildImages(progress: Progress, choice: ImageChoice): Promise<Images> {
  await installBuildPackages(progress);
  const isBare = await lacksEngine();
  const engine = ensureEngine(progress);
  // Awaited when a file system is there; until then its failure ends the build.
  engine.catch(() => undefined);
  if (!isBare) await removeLeftovers(await engine);
  const host = await readHostPackages(choice);
  const recipe = await stackRecipe(host);
  const known = isBare ? undefined : await findImage(await engine, recipe);
  // The node's recipe names the stack image, which may be in the making: its file system does not depend on
  // it.
  const bare = await nodeRecipe(host, '');
  const ids = await importFileSystems(engine, known === undefined ? [recipe, bare] : [bare], host, progress);
  const docker = await engine;
  const stack = known ?? (await nameImage(docker, ids.get(recipe)!, recipe));
  progress.onProgress?.('node image: loading the stack image into it');
  const finished = await nodeRecipe(host, stack.id);
  const nodeId = await preloadStack(docker, ids.get(bare)!, stack.name, stack.id, imageChanges(finished));
  return { stack, node: await nameImage(docker, nodeId, finished) };
}

/** What the host needs to make file systems of images. */
function installBuildPackages(progress: Progress): Promise<void> {
  return installPackages(hostNeeds.images, progress);
}

/** The imported images' ids by recipe; nothing is left of them when one fails. */
async function importFileSystems(
  engine: Promise<Docker>,
  recipes: readonly ImageRecipe[],
  host: HostPackages,
  progress: Progress,
): Promise<Map<ImageRecipe, string>> {
  const ids = new Map<ImageRecipe, string>();
  const noEngine = new AbortController();
  engine.catch((error: unknown) => noEngine.abort(error));
  const signals = [noEngine.signal, ...(progress.signal ? [progress.signal] : [])];
  try {
    await buildFileSystems(
      recipes,
      host,
      async (recipe, tar) => void ids.set(recipe, await importImage(await engine, tar, imageChanges(recipe))),
      { ...progress, signal: AbortSignal.any(signals) },
    );
    return ids;
  } catch (error) {
    for (const id of ids.values()) await removeImage(await engine, id);
    throw error;
  }
}

/** What a build that was killed left behind: its container, and images without a name. */
async function removeLeftovers(docker: Docker): Promise<void> {
  for (const { Id } of await docker.listContainers({
    all: true,
    filters: { label: [`${kindLabel}=${preloadKind}`] },
  }))
    await docker.getContainer(Id).remove({ force: true, v: true });
  for (const kind of imageKinds) {
    for (const { Id } of await docker.listImages({
      filters: { label: [`${kindLabel}=${kind}`], dangling: ['true'] },
    }))
      await removeImage(docker, Id);
  }
}
