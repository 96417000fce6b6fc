import { isOfKind } from '../../../cookbooks/layer-kind.js';
import type { LayerKind } from '../../../cookbooks/recipe.js';
import type { FormationSnapshot, SnapshotRelease } from '../../store/app/formation-snapshot.js';
import { phaseCommand } from '../databag/process-types.js';
import { openNodes, readyNodes } from '../databag/snapshot-view.js';
import { tagProblems } from './tagged-nodes.js';

/** What of a release there are no nodes for. */
export interface MissingNodes {
  /** Process types that wait for a node with their tags; none where it waits as a whole. */
  readonly types: readonly string[];
  /** Sentences: of the release where it waits as a whole, else of each of the types. */
  readonly reasons: readonly string[];
  /** Whether none of it can be placed. */
  readonly areAll: boolean;
}

/**
 * Tells what of a release has nowhere to run. Nodes that are all closed are another matter.
 * @param wanted process type -> number
 */
export function missingNodes(
  snapshot: FormationSnapshot,
  release: SnapshotRelease,
  wanted: ReadonlyMap<string, number>,
): MissingNodes {
  if (readyNodes(snapshot, 'runtime').length === 0)
    return { types: [], reasons: [nodesHint(snapshot, release)], areAll: true };
  if (openNodes(snapshot).length === 0) return { types: [], reasons: [], areAll: false };
  const problems = tagProblems(snapshot, release.tags, wanted.keys());
  return {
    types: [...problems.keys()],
    reasons: [...problems.values()],
    areAll: problems.size > 0 && problems.size === wanted.size,
  };
}

/** What is missing for the release to run: layers first, then nodes of them. */
export function nodesHint(
  { layers, host }: Pick<FormationSnapshot, 'layers' | 'host'>,
  { build }: SnapshotRelease,
): string {
  if (host !== undefined)
    return `${host.name} has no runtime nodes yet: with \`deis layers:scale --formation=${host.name}\` it gets some`;
  const then =
    phaseCommand(build) === undefined
      ? 'and the release is deployed'
      : 'and the release is deployed, its release phase first';
  const named = (kind: LayerKind): string => layers.find((layer) => isOfKind(layer.kind, kind))?.name ?? kind;
  const missing = (['runtime', 'proxy'] as const).filter(
    (kind) => !layers.some((layer) => isOfKind(layer.kind, kind)),
  );
  const create = missing.map((kind) => `\`deis layers:create ${kind} FLAVOR\``).join(' and ');
  const names = new Set([named('runtime'), named('proxy')]);
  const scale = `\`deis layers:scale ${[...names].map((name) => `${name}=1`).join(' ')}\``;
  return missing.includes('runtime')
    ? `no runtime layer yet: ${create} (flavors: \`deis flavors\`), then ${scale}, ` + then
    : `no runtime nodes yet: ${missing.length > 0 ? `${create}, then ` : ''}scale with ${scale}, ` + then;
}
