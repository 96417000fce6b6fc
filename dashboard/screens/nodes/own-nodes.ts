import type { Formation, Layer, Node } from '../../api/types.js';
import { tagText } from '../tags/tag-text.js';

/** Whether somebody may change layers and nodes here: those of a guest are its host's. */
export function mayChangeNodes({ may, on }: Pick<Formation, 'may' | 'on'>): boolean {
  return on === null && may.includes('infrastructure');
}

/** Nodes that are shown together. */
export interface ShownLayer {
  readonly id: string;
  /** What there is to know of it, in a few words. */
  readonly note: string;
  readonly nodes: readonly Node[];
}

/** A formation's layers with their nodes; of a guest, which has none, those of its host's that have nodes. */
export function shownLayers(
  { on }: Pick<Formation, 'on'>,
  layers: readonly Layer[],
  nodes: readonly Node[],
): ShownLayer[] {
  const of = (layer: string): Node[] => nodes.filter((node) => node.layer === layer);
  if (on !== null)
    return [...new Set(nodes.flatMap(({ layer }) => layer ?? []))].map((id) => {
      const own = of(id);
      const count = `${own.length} ${own.length === 1 ? 'node' : 'nodes'}`;
      return { id, nodes: own, note: noteOf([`of ${on}`, count, tagText(own[0]!.tags)]) };
    });
  return layers.map(({ id, kind, flavor, count, tags }) => ({
    ...{ id, nodes: of(id) },
    note: noteOf([kind, flavor ?? 'no flavor', `${of(id).length} of ${count} nodes`, tagText(tags)]),
  }));
}

function noteOf(parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(', ');
}
