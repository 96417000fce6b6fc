import { databagForNode } from '../../cookbooks/databag-for-node.js';
import type { Databag } from '../../cookbooks/databag.js';
import type { RecipeNode } from '../../cookbooks/recipe.js';
import { expandRunList, needsOf, platformRecipes, type Recipes } from '../../cookbooks/run-list.js';
import type { Secret } from '../../base/secret.js';
import { compileProgram } from './compile-program.js';

/** A node's whole converge as one sh program. */
export interface NodeProgram {
  /** POSIX sh; holds the node's secrets. Writes report lines (report.ts) to stdout. */
  readonly text: Secret;
  readonly generation: number;
  /** How many resources it reports, notified actions aside. */
  readonly resources: number;
}

export interface CompileOptions {
  readonly whyRun?: boolean;
  /** Default: the platform's own. */
  readonly recipes?: Recipes;
}

/**
 * What the run list's recipes say of this node and databag, of which they see only what the run list needs,
 * as one program.
 * @throws UserError for an unknown recipe, or resources that contradict one another
 */
export function compileNodeProgram(
  node: RecipeNode,
  databag: Databag,
  runList: readonly string[],
  options: CompileOptions = {},
): NodeProgram {
  const visible = databagForNode(node, databag, needsOf(runList));
  const resources = expandRunList(runList, options.recipes ?? platformRecipes).flatMap((recipe) =>
    recipe(node, visible),
  );
  const text = compileProgram(resources, { generation: databag.generation, whyRun: options.whyRun ?? false });
  return { text, generation: databag.generation, resources: resources.length };
}
