import { compileNodeProgram } from '../../../provisioner/converge/compile-node-program.js';
import { NodeReportBuilder, type NodeReport } from '../../../provisioner/converge/node-report.js';
import { platformRecipes } from '../../../cookbooks/run-list.js';
import type { NodeRecord } from '../../store/node-store.js';
import { calculateDatabag } from '../databag/calculate-databag.js';
import { convergeTarget } from './converge-target.js';
import { requireSnapshot, type FormationWork } from '../context/formation-work.js';
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
  const snapshot = await requireSnapshot(run.parts.stores, run.formationId);
  const hasOwn = (node: NodeRecord): boolean =>
    layerOf(snapshot, node).runList.some((recipe) => !platformRecipes.has(recipe));
  const tried = snapshot.nodes.filter((node) => nodes(node) && hasOwn(node));
  if (tried.length === 0) return [];
  const databag = calculateDatabag(snapshot, run.facts);
  const reports = await Promise.all(
    tried.map(async (node): Promise<NodeReport[]> => {
      try {
        const target = convergeTarget(snapshot, node);
        compileNodeProgram(target.node, databag, target.runList, {
          recipes: await run.parts.recipesOf(target.runList),
        });
        return [];
      } catch (error) {
        return [
          new NodeReportBuilder(node.name).notCompiled(
            error instanceof Error ? error : new Error(String(error)),
            0,
          ),
        ];
      }
    }),
  );
  await recordReports(run.parts.stores, {
    snapshot,
    generation: databag.generation,
    action,
    reports: reports.flat(),
  });
  return reports.flat();
}
