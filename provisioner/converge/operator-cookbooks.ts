import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createJiti, type Jiti } from 'jiti';
import * as author from '../../cookbooks/author.js';
import { checkResources } from '../../cookbooks/check-resources.js';
import { messageOf, UserError } from '../../base/errors.js';
import type { Recipe } from '../../cookbooks/recipe.js';
import { parseRecipeName, platformRecipes, type Recipes } from '../../cookbooks/run-list.js';

const extensions = ['.ts', '.mts', '.js', '.mjs'];

/**
 * Cookbooks in a folder of the operator's, one below it each: `NAME/recipes/RECIPE.ts` (or .js, .mjs) and
 * `NAME/templates/`.
 */
export class OperatorCookbooks {
  readonly #folder: string | undefined;

  /** @param folder absent: there are no cookbooks but the platform's */
  constructor(folder: string | undefined) {
    this.#folder = folder;
  }

  /**
   * The recipes of a run list, those of files read anew: a changed file counts from the next call on.
   * @throws UserError naming cookbook, file and line of one that is not there or cannot be loaded
   */
  async recipesOf(runList: readonly string[]): Promise<Recipes> {
    const wanted = [...new Set(runList)].filter((name) => !platformRecipes.has(name));
    const loaded = await Promise.all(
      wanted.map(async (name): Promise<[string, Recipe]> => [name, await this.#load(name)]),
    );
    return new Map([...platformRecipes, ...loaded]);
  }

  /**
   * Loads every recipe that there is, and resolves to their names. @throws UserError listing all that cannot
   * be loaded
   */
  async loadAll(): Promise<string[]> {
    const names = this.#cookbooks().flatMap((cookbook) =>
      recipesIn(join(this.#folder!, cookbook)).map((recipe) => `recipe[${cookbook}::${recipe}]`),
    );
    const problems = await Promise.all(
      names.map((name) =>
        this.#load(name).then(
          () => [],
          (error: unknown) => [messageOf(error)],
        ),
      ),
    );
    if (problems.flat().length > 0) throw new UserError(problems.flat().join('\n'));
    return names;
  }

  #cookbooks(): string[] {
    return this.#folder === undefined || !existsSync(this.#folder)
      ? []
      : readdirSync(this.#folder)
          .filter((entry) => existsSync(join(this.#folder!, entry, 'recipes')))
          .sort();
  }

  async #load(name: string): Promise<Recipe> {
    const { cookbook, recipe } = parseRecipeName(name);
    const place = join(this.#folderOf(name, cookbook), cookbook);
    const path = extensions
      .map((extension) => join(place, 'recipes', `${recipe}${extension}`))
      .find(existsSync);
    if (path === undefined)
      throw new UserError(
        `cookbook ${cookbook} has no recipe ${recipe}: there ` +
          `${inWords(recipesIn(place), 'is none below its recipes folder')}`,
        { field: 'run_list' },
      );
    const where = { name, place, path };
    const declare = await importRecipe(where);
    // A copy of its own: what a recipe does to it is nothing to other nodes.
    return (node, databag) =>
      run(where, () =>
        withTemplates(
          checkResources(declare(structuredClone(node), structuredClone(databag))),
          join(place, 'templates'),
        ),
      );
  }

  #folderOf(name: string, cookbook: string): string {
    const there = this.#cookbooks();
    if (this.#folder !== undefined && there.includes(cookbook)) return this.#folder;
    const own =
      this.#folder === undefined
        ? 'cookbooks of an operator need DEIS_COOKBOOK_PATH'
        : `cookbooks of the operator: ${there.join(', ') || 'none'}`;
    throw new UserError(
      `unknown recipe ${name}; there are ${[...platformRecipes.keys()].join(', ')}; ${own}`,
      { field: 'run_list' },
    );
  }
}

interface Where {
  readonly name: string;
  /** The cookbook's folder. */
  readonly place: string;
  readonly path: string;
}

/**
 * Every load is a fresh one, in a loader of its own: nothing of an earlier version is left over. Secrets stay
 * the same class on both sides.
 */
async function importRecipe(where: Where): Promise<(...args: Parameters<Recipe>) => unknown> {
  const jiti = createJiti(where.path, {
    fsCache: false,
    moduleCache: false,
    interopDefault: false,
    transformOptions: { retainLines: true },
    virtualModules: { 'deis-classic/cookbook': author },
  });
  const module = await load(jiti, where.path).catch((error: unknown) => {
    throw failure(where, error, 'cannot be loaded');
  });
  const recipe = module.default ?? module.recipe;
  if (typeof recipe !== 'function')
    throw failure(
      where,
      new UserError('it exports no function, neither by default nor as `recipe`'),
      'cannot be loaded',
    );
  return recipe as (...args: Parameters<Recipe>) => unknown;
}

interface RecipeModule {
  readonly default?: unknown;
  readonly recipe?: unknown;
}

/**
 * As if by require: modules that Node.js knows by itself (.mjs, and .js below a package.json of modules) would be
 * imported once and for all. Only a file that awaits something at its top has to be imported so.
 */
async function load(jiti: Jiti, path: string): Promise<RecipeModule> {
  try {
    return jiti(path) as RecipeModule;
  } catch (error) {
    if (!(error instanceof SyntaxError) || !/await/.test(readFileSync(path, 'utf8'))) throw error;
    return jiti.import<RecipeModule>(path);
  }
}

function run<T>(where: Where, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw failure(where, error, 'failed');
  }
}

function withTemplates(resources: ReturnType<Recipe>, folder: string): ReturnType<Recipe> {
  return resources.map((resource) =>
    resource.kind === 'template' && resource.folder === undefined ? { ...resource, folder } : resource,
  );
}

/** `recipe[mydb::server] failed at mydb/recipes/server.ts:12: x is not defined` */
function failure(where: Where, error: unknown, what: string): UserError {
  const message = messageOf(error);
  const line = lineOf(where, error, message);
  const file = `${basename(where.place)}/${where.path.slice(where.place.length + 1)}`;
  const said = message.replaceAll(`${where.place}/`, `${basename(where.place)}/`);
  return new UserError(
    `${where.name} ${what} at ${line?.startsWith(':') === false ? line : `${file}${line ?? ''}`}: ${said}`,
    { field: error instanceof UserError ? (error.field ?? 'run_list') : 'run_list', cause: error },
  );
}

/**
 * The topmost place in the cookbook's files: of the stack, or of the parser's message. `:12`, or
 * `mydb/lib/x.ts:12` when it is another file.
 */
function lineOf({ place, path }: Where, error: unknown, message: string): string | undefined {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const frame = stack
    .split('\n')
    .map((text) => /(?:file:\/\/)?(\/[^():]+):(\d+):\d+/.exec(text))
    .find((match) => match?.[1]?.startsWith(`${place}/`));
  if (frame)
    return frame[1] === path
      ? `:${frame[2]}`
      : `${basename(place)}/${frame[1]!.slice(place.length + 1)}:${frame[2]}`;
  const parsed = /\((\d+):\d+\)/.exec(message);
  return parsed === null ? undefined : `:${parsed[1]}`;
}

function recipesIn(place: string): string[] {
  const folder = join(place, 'recipes');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => extensions.some((extension) => file.endsWith(extension)))
    .map((file) => file.replace(/\.[a-z]+$/, ''))
    .sort();
}

function inWords(names: readonly string[], none: string): string {
  return names.length === 0 ? none : `are ${names.join(', ')}`;
}
