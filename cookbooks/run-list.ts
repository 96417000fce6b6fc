import { defaultRecipe } from './deis/recipes/default.js';
import { dockerRecipe } from './deis/recipes/docker.js';
import { proxyNeeds, proxyRecipe } from './deis/recipes/proxy.js';
import { runtimeNeeds, runtimeRecipe } from './deis/recipes/runtime.js';
import { UserError } from '../base/errors.js';
import type { DatabagPart, LayerKind, Recipe } from './recipe.js';

/** `recipe[COOKBOOK::RECIPE]` -> recipe. */
export type Recipes = ReadonlyMap<string, Recipe>;

/** The recipes that the platform itself brings. */
export const platformRecipes: Recipes = new Map([
  ['recipe[deis::default]', defaultRecipe],
  ['recipe[deis::docker]', dockerRecipe],
  ['recipe[deis::runtime]', runtimeRecipe],
  ['recipe[deis::proxy]', proxyRecipe],
]);

/**
 * What each of them needs of the databag, declared beside it; a recipe that is not listed needs nothing more.
 */
const platformNeeds: ReadonlyMap<string, readonly DatabagPart[]> = new Map([
  ['recipe[deis::runtime]', runtimeNeeds],
  ['recipe[deis::proxy]', proxyNeeds],
]);
/** Of a recipe of an operator: it may read of the site what is no secret. */
const operatorNeeds: readonly DatabagPart[] = ['site'];

/** What the recipes of a run list need of the databag, all together. */
export function needsOf(runList: readonly string[]): ReadonlySet<DatabagPart> {
  const ofRecipe = (name: string): readonly DatabagPart[] =>
    platformRecipes.has(name) ? (platformNeeds.get(name) ?? []) : operatorNeeds;
  return new Set(runList.flatMap(ofRecipe));
}

/** What a layer of each kind runs unless it is given a run list of its own. */
export const defaultRunLists: Readonly<Record<LayerKind, readonly string[]>> = {
  runtime: ['recipe[deis::default]', 'recipe[deis::docker]', 'recipe[deis::runtime]'],
  proxy: ['recipe[deis::default]', 'recipe[deis::proxy]'],
  // Containers are there before anybody is sent to them.
  box: ['recipe[deis::default]', 'recipe[deis::docker]', 'recipe[deis::runtime]', 'recipe[deis::proxy]'],
  custom: ['recipe[deis::default]'],
};

/**
 * Chef's run list form, as text or a list: `recipe[deis::default],recipe[mydb]`; blanks around names are
 * dropped, `recipe[mydb]` is `recipe[mydb::default]`. Recipes of other cookbooks than `deis` are not looked
 * for here. @throws UserError for what is no recipe's name, and for a recipe of the platform that there is
 * not
 */
export function parseRunList(runList: string | readonly string[]): string[] {
  const items = (typeof runList === 'string' ? runList.split(',') : [...runList])
    .map((item) => item.trim())
    .filter((item) => item !== '');
  const names = items.map(parseRecipeName);
  const unknown = names.find(({ cookbook, name }) => cookbook === 'deis' && !platformRecipes.has(name));
  if (unknown !== undefined) throw unknownRecipe(unknown.name, platformRecipes);
  return [...new Set(names.map(({ name }) => name))];
}

/** `recipe[mydb]` -> cookbook `mydb`, recipe `default`, and the whole name. @throws UserError */
export function parseRecipeName(item: string): {
  readonly name: string;
  readonly cookbook: string;
  readonly recipe: string;
} {
  const [, cookbook, recipe = 'default'] =
    /^recipe\[([a-z][a-z0-9_-]*)(?:::([a-z][a-z0-9_-]*))?\]$/.exec(item) ?? [];
  if (cookbook === undefined)
    throw new UserError(
      `${JSON.stringify(item)} is not a valid name of a recipe: expected recipe[COOKBOOK::RECIPE]; ` +
        `there are ${[...platformRecipes.keys()].join(', ')}`,
      { field: 'run_list' },
    );
  return { name: `recipe[${cookbook}::${recipe}]`, cookbook, recipe };
}

/**
 * The recipes of a run list in its order, each once. @throws UserError naming an unknown one, and those there
 * are
 */
export function expandRunList(runList: readonly string[], recipes: Recipes = platformRecipes): Recipe[] {
  return [...new Set(runList)].map((name) => {
    const recipe = recipes.get(name);
    if (recipe === undefined) throw unknownRecipe(name, recipes);
    return recipe;
  });
}

function unknownRecipe(name: string, recipes: Recipes): UserError {
  return new UserError(`unknown recipe ${name}; there are ${[...recipes.keys()].join(', ')}`, {
    field: 'run_list',
  });
}
