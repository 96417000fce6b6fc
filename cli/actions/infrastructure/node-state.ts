import type { Node } from '../../controller/infrastructure-types.js';
import { ago } from '../../terminal/ago.js';

/** The layer; of a box with what it is at once. */
export function nodeLayer({ layer, kind }: Pick<Node, 'layer' | 'kind'>): string {
  return kind === 'box' ? `${layer} (runtime, proxy)` : layer;
}

type Shown = Pick<Node, 'status' | 'scheduling' | 'unreachable_since' | 'containers'>;

/**
 * `ready, drained`, `ready, drained but for shop` where containers of that one are left, or `unreachable (12 s ago)`:
 * the state that was last seen.
 */
export function nodeState({ status, scheduling, unreachable_since: silence, containers }: Shown): string {
  const seen = silence ? `unreachable (${ago(silence)})` : status;
  if (scheduling === 'open') return seen;
  const left = scheduling === 'drained' ? namesThere(containers) : [];
  return `${seen}, ${scheduling}${left.length === 0 ? '' : ` but for ${left.join(', ')}`}`;
}

/** Formations with containers on a node; none where a controller does not tell. */
function namesThere(containers: Node['containers'] = {}): string[] {
  return Object.keys(containers)
    .filter((name) => containers[name]!.count > 0)
    .sort();
}
