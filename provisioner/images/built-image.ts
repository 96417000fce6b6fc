import type Docker from 'dockerode';
import { dockerStatus } from '../providers/docker/docker-labels.js';
import type { ImageKind, ImageRecipe } from './image-recipe.js';

/** Labels of the images; they carry no instance, because every instance of a host shares them. */
export const recipeLabel = 'deis.recipe';
export const kindLabel = 'deis.kind';

export interface BuiltImage {
  readonly kind: ImageKind;
  readonly name: string;
  /** `sha256:...`, the image's digest: equal on every engine that loaded it. */
  readonly id: string;
}

/**
 * A second tag, so that a checkout with another recipe, which takes over the name, leaves this image in
 * place.
 */
export const recipeTag = (recipe: ImageRecipe): string => recipe.hash.slice(0, 12);

const repository = (recipe: ImageRecipe): string => recipe.name.slice(0, recipe.name.lastIndexOf(':'));

/**
 * The image that was made of this recipe, by whichever checkout; its name then points at it. Undefined when
 * there is none.
 */
export async function findImage(docker: Docker, recipe: ImageRecipe): Promise<BuiltImage | undefined> {
  const images = await docker.listImages({
    filters: JSON.stringify({ label: [`${recipeLabel}=${recipe.hash}`] }),
  });
  // An import that was cut off has the label and no tag.
  const image = images.find((each) => each.RepoTags?.includes(`${repository(recipe)}:${recipeTag(recipe)}`));
  if (image === undefined) return undefined;
  if (!image.RepoTags?.includes(recipe.name)) await nameImage(docker, image.Id, recipe);
  return { kind: recipe.kind, name: recipe.name, id: image.Id };
}

/** Gives a finished image its two tags. */
export async function nameImage(docker: Docker, id: string, recipe: ImageRecipe): Promise<BuiltImage> {
  const image = docker.getImage(id);
  await image.tag({ repo: repository(recipe), tag: recipeTag(recipe) });
  await image.tag({ repo: repository(recipe), tag: recipe.name.slice(recipe.name.lastIndexOf(':') + 1) });
  return { kind: recipe.kind, name: recipe.name, id };
}

/** Settings and labels as the `changes` of an import or commit. */
export const imageChanges = (recipe: ImageRecipe): string[] => [
  ...recipe.settings,
  `LABEL ${recipeLabel}=${recipe.hash} ${kindLabel}=${recipe.kind}`,
];

/** With all its tags. @returns false when a container uses it */
export async function removeImage(docker: Pick<Docker, 'getImage'>, id: string): Promise<boolean> {
  try {
    await docker.getImage(id).remove({ force: true });
    return true;
  } catch (error) {
    if (dockerStatus(error) === 409) return false;
    throw error;
  }
}
