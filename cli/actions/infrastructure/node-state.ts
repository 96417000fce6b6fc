import type { Node } from '../../controller/infrastructure-types.js';
import { ago } from '../../terminal/ago.js';

/** The layer; of a box with what it is at once. */
export function nodeLayer({ layer, kind }: Pick<Node, 'layer' | 'kind'>): string {
  return kind === 'box' ? `${layer} (runtime, proxy)` : layer;
}

type Shown = Pick<Node, 'status' | 'scheduling' | 'unreachable_since'>;

/** `ready, drained`, or `unreachable (12 s ago)`: the state that was last seen. */
export function nodeState({ status, scheduling, unreachable_since: silence }: Shown): string {
  const seen = silence ? `unreachable (${ago(silence)})` : status;
  return scheduling === 'open' ? seen : `${seen}, ${scheduling}`;
}
