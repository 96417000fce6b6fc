import { defaultRecipe } from './deis/recipes/default.js';
import { dockerRecipe } from './deis/recipes/docker.js';
import { proxyRecipe } from './deis/recipes/proxy.js';
import { runtimeRecipe } from './deis/recipes/runtime.js';
import { UserError } from './errors.js';
import type { LayerKind, Recipe } from './recipe.js';

/** Every recipe that a run list may name. */
const recipes: ReadonlyMap<string, Recipe> = new Map([
  ['recipe[deis::default]', defaultRecipe],
  ['recipe[deis::docker]', dockerRecipe],
  ['recipe[deis::runtime]', runtimeRecipe],
  ['recipe[deis::proxy]', proxyRecipe],
]);

/** What a layer of each kind runs unless it is given a run list of its own. */
export const defaultRunLists: Readonly<Record<LayerKind, readonly string[]>> = {
  runtime: ['recipe[deis::default]', 'recipe[deis::docker]', 'recipe[deis::runtime]'],
  proxy: ['recipe[deis::default]', 'recipe[deis::proxy]'],
  custom: ['recipe[deis::default]'],
};

/** Chef's run list form, as text or a list: `recipe[deis::default],recipe[deis::docker]`; blanks around names are dropped. @throws UserError for a recipe that there is not */
export function parseRunList(runList: string | readonly string[]): string[] {
  const names = (typeof runList === 'string' ? runList.split(',') : [...runList]).map((name) => name.trim()).filter((name) => name !== '');
  names.forEach(findRecipe);
  return [...new Set(names)];
}

/** The recipes of a run list in its order, each once. @throws UserError naming an unknown one, and those there are */
export function expandRunList(runList: readonly string[]): Recipe[] {
  return [...new Set(runList)].map(findRecipe);
}

function findRecipe(name: string): Recipe {
  const recipe = recipes.get(name);
  if (recipe === undefined) throw new UserError(`unknown recipe ${name}; there are ${[...recipes.keys()].join(', ')}`, { field: 'run_list' });
  return recipe;
}
