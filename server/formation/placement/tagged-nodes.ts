import type { Tags } from '../../../cookbooks/databag.js';
import { isOfKind } from '../../../cookbooks/layer-kind.js';
import type { FormationSnapshot } from '../../store/app/formation-snapshot.js';
import type { LayerRecord } from '../../store/infrastructure/layer-store.js';
import { openNodes } from '../databag/snapshot-view.js';
import { hasTags, tagsOfType, tagsText } from './tags.js';

type TaggedLayer = Pick<LayerRecord, 'name' | 'tags' | 'count'>;

/** Layers with a node that takes new containers. */
export function openLayers(snapshot: Pick<FormationSnapshot, 'layers' | 'nodes'>): LayerRecord[] {
  const ids = new Set(openNodes(snapshot).map(({ layerId }) => layerId));
  return snapshot.layers.filter(({ id }) => ids.has(id));
}

/**
 * Why no node can take containers of one of these types, and what to do; undefined where there is one for each.
 * While no node takes any containers a layer is enough that could have some.
 * @param tags process type -> what its nodes must have
 */
export function tagProblem(
  snapshot: Pick<FormationSnapshot, 'layers' | 'nodes' | 'host'>,
  tags: Readonly<Record<string, Tags>>,
  types: Iterable<string>,
): string | undefined {
  const [first] = tagProblems(snapshot, tags, types).values();
  return first;
}

/** As `tagProblem`, of every one of the types that has no node: type -> why. */
export function tagProblems(
  snapshot: Pick<FormationSnapshot, 'layers' | 'nodes' | 'host'>,
  tags: Readonly<Record<string, Tags>>,
  types: Iterable<string>,
): ReadonlyMap<string, string> {
  const open = openLayers(snapshot);
  const runtimes = snapshot.layers.filter(({ kind }) => isOfKind(kind, 'runtime'));
  const asked = open.length > 0 ? open : runtimes;
  const problems = new Map<string, string>();
  for (const type of types) {
    const wanted = tagsOfType(tags, type);
    if (Object.keys(wanted).length === 0 || asked.some((layer) => hasTags(layer.tags, wanted))) continue;
    const which = Object.keys(wanted).length === 1 ? 'it' : 'them all';
    problems.set(
      type,
      `${type} asks for nodes with ${tagsText(wanted)}, and none that takes containers has ${which}: ` +
        `${layersText(runtimes)}. ${wayOut(type, wanted, runtimes, snapshot.host?.name)}`,
    );
  }
  return problems;
}

/** Layers beyond that are not listed one by one. */
const maxListed = 10;

function layersText(layers: readonly TaggedLayer[]): string {
  if (layers.length === 0) return 'there is no layer of runtime nodes yet';
  const named = layers
    .slice(0, maxListed)
    .map(({ name, tags }) => `${name} (${tagsText(tags) || 'no tags'})`);
  const more = layers.length - named.length;
  return `layers are ${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function wayOut(
  type: string,
  wanted: Tags,
  layers: readonly TaggedLayer[],
  host: string | undefined,
): string {
  const on = host === undefined ? '' : ` --formation=${host}`;
  const fitting = layers.find((layer) => hasTags(layer.tags, wanted));
  if (fitting !== undefined)
    return (
      `Let a node of ${fitting.name} take containers with \`deis nodes:uncordon NODE${on}\`, ` +
      `or add one with \`deis layers:scale ${fitting.name}=${fitting.count + 1}${on}\``
    );
  const [[name, value]] = Object.entries(wanted) as [[string, string]];
  return (
    `Give a layer what it has with \`deis layers:update LAYER --tag ${name}=${value}${on}\`, ` +
    `or ask for less with \`deis tags:unset ${type} ${name}\``
  );
}

/** What a process type of a formation asks of the nodes that it shares with others. */
export interface TagNeed {
  readonly formation: string;
  readonly type: string;
  readonly tags: Tags;
}

/**
 * Those that would be left without a node: there is one now, and none afterwards. None where no node takes containers
 * afterwards, which is not about tags.
 * @param before layers with a node that takes containers; @param after the same, as they will be
 */
export function strandedNeeds(
  before: readonly Pick<LayerRecord, 'tags'>[],
  after: readonly Pick<LayerRecord, 'tags'>[],
  needs: readonly TagNeed[],
): TagNeed[] {
  if (after.length === 0) return [];
  const isMet = (layers: typeof before, { tags }: TagNeed): boolean =>
    layers.some((layer) => hasTags(layer.tags, tags));
  return needs.filter((need) => isMet(before, need) && !isMet(after, need));
}
