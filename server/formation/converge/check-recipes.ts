import type { NodeReport } from '../../../provisioner/engine.js';
import { platformRecipes } from '../../../cookbooks/run-list.js';
import type { NodeRecord } from '../../store/infrastructure/node-store.js';
import { calculateDatabag } from '../databag/calculate-databag.js';
import { convergeTarget } from './converge-target.js';
import { snapshotOf, type FormationWork } from '../context/formation-work.js';
import { recordReports } from './record-reports.js';
import { layerOf } from '../databag/snapshot-view.js';

/**
 * Tries the recipes of an operator's cookbooks for these nodes before any node is touched. Resolves to a
 * report for each node for which there is no program, recorded with it; layers with the platform's recipes
 * alone are not looked at.
 */
export async function checkRecipes(
  run: FormationWork,
  nodes: (node: NodeRecord) => boolean,
  action: string,
): Promise<NodeReport[]> {
  const snapshot = await snapshotOf(run);
  if (snapshot.host !== undefined) return [];
  const hasOwn = (node: NodeRecord): boolean =>
    layerOf(snapshot, node).runList.some((recipe) => !platformRecipes.has(recipe));
  const tried = snapshot.nodes.filter((node) => nodes(node) && hasOwn(node));
  if (tried.length === 0) return [];
  const databag = calculateDatabag(snapshot, run.facts);
  const reports = await run.fleet.check(
    tried.map((node) => convergeTarget(snapshot, node)),
    databag,
  );
  await recordReports(run.parts.stores, {
    snapshot,
    generation: databag.generation,
    action,
    reports,
  });
  return reports;
}
