import type { Formation, Layer, Node } from '../../api/types.js';
import { tagText } from '../tags/tag-text.js';

type Placed = Pick<Formation, 'id' | 'may' | 'on' | 'passed_on_by'>;

/** Whether somebody may change layers and nodes that the formation lives on: those of a guest are its host's. */
export function mayChangeNodes({ may, on }: Pick<Formation, 'may' | 'on'>): boolean {
  return on === null && mayMakeNodes({ may });
}

/** Whether somebody may make layers and nodes of the formation's own, a guest's too, which it can move to. */
export function mayMakeNodes({ may }: Pick<Formation, 'may'>): boolean {
  return may.includes('infrastructure');
}

/** What can be done to one node. */
export type NodeAct = 'schedule' | 'replace' | 'upgrade' | 'destroy' | 'run' | 'trust';

export const everyAct: readonly NodeAct[] = ['schedule', 'replace', 'upgrade', 'destroy', 'run', 'trust'];
/** Of a guest's own, which nothing of it is on. */
const idleActs: readonly NodeAct[] = ['replace', 'destroy', 'trust'];

/** What this person can do to a node that is listed with the formation. */
export function nodeActs(formation: Placed, { own }: Pick<Node, 'own'>): readonly NodeAct[] {
  if (!own || !mayMakeNodes(formation)) return [];
  if (formation.on === null) return everyAct;
  return ownStay(formation) === undefined ? idleActs : ['trust'];
}

/** Why a guest's own layers and nodes stay as they are, and until when; undefined: they need not. */
export function ownStay({
  id,
  passed_on_by: former,
}: Pick<Placed, 'id' | 'passed_on_by'>): string | undefined {
  if (former !== id) return undefined;
  return (
    'It has moved from nodes of its own, which pass on what still reaches them: they stay as they are until ' +
    'you finish the move, at Overview.'
  );
}

/** What a drained node runs still, behind that word; nothing of others. */
export function schedulingText({ scheduling, containers }: Pick<Node, 'scheduling' | 'containers'>): string {
  if (scheduling !== 'drained') return '';
  const left = Object.entries(containers).flatMap(([name, { count }]) => (count > 0 ? [name] : []));
  return left.length === 0 ? '' : `but for ${left.sort().join(', ')}`;
}

/** Nodes that are shown together. */
export interface ShownLayer {
  readonly id: string;
  /** Not of the host that a guest lives on. */
  readonly isOwn: boolean;
  /** What there is to know of it, in a few words. */
  readonly note: string;
  readonly nodes: readonly Node[];
}

/**
 * A formation's layers with their nodes; before them, of a guest, those of its host's that have nodes, for a guest has
 * layers of its own only to move to.
 */
export function shownLayers(
  { on }: Pick<Formation, 'on'>,
  layers: readonly Layer[],
  nodes: readonly Node[],
): ShownLayer[] {
  const owned = layers.map(({ id, kind, flavor, count, tags }) => {
    const its = nodes.filter(({ own, layer }) => own && layer === id);
    const parts = [kind, flavor ?? 'no flavor', `${its.length} of ${count} nodes`, tagText(tags)];
    return { id, isOwn: true, nodes: its, note: noteOf(on === null ? parts : ['of its own', ...parts]) };
  });
  return on === null ? owned : [...hostLayers(on, nodes), ...owned];
}

function hostLayers(host: string, all: readonly Node[]): ShownLayer[] {
  const nodes = all.filter(({ own }) => !own);
  return [...new Set(nodes.flatMap(({ layer }) => layer ?? []))].map((id) => {
    const its = nodes.filter(({ layer }) => layer === id);
    const count = `${its.length} ${its.length === 1 ? 'node' : 'nodes'}`;
    return { id, isOwn: false, nodes: its, note: noteOf([`of ${host}`, count, tagText(its[0]!.tags)]) };
  });
}

function noteOf(parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(', ');
}
