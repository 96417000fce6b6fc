import type { FormationParts } from './context/formation-parts.js';
import { adoptHost, showHostKey } from './nodes/adopt-host.js';
import { destroyNode, replaceNode } from './nodes/replace-node.js';
import { runOnNode } from './runs/run-on-node.js';
import { drainNode, scheduleNode } from './nodes/schedule-node.js';
import { showNodeKey, trustNode } from './nodes/trust-node.js';

type Rest<F> = F extends (parts: FormationParts, ...args: infer Args) => infer Result
  ? (...args: Args) => Result
  : never;

/** What can be done to single nodes. */
export interface NodeActions {
  readonly showHostKey: Rest<typeof showHostKey>;
  readonly adopt: Rest<typeof adoptHost>;
  readonly schedule: Rest<typeof scheduleNode>;
  readonly drain: Rest<typeof drainNode>;
  readonly replace: Rest<typeof replaceNode>;
  readonly destroy: Rest<typeof destroyNode>;
  readonly showKey: Rest<typeof showNodeKey>;
  readonly trust: Rest<typeof trustNode>;
  readonly run: Rest<typeof runOnNode>;
}

/** Each bound to its parts. */
export function nodeActions(parts: FormationParts): NodeActions {
  return {
    showHostKey: (...args) => showHostKey(parts, ...args),
    adopt: (...args) => adoptHost(parts, ...args),
    schedule: (...args) => scheduleNode(parts, ...args),
    drain: (...args) => drainNode(parts, ...args),
    replace: (...args) => replaceNode(parts, ...args),
    destroy: (...args) => destroyNode(parts, ...args),
    showKey: (...args) => showNodeKey(parts, ...args),
    trust: (...args) => trustNode(parts, ...args),
    run: (...args) => runOnNode(parts, ...args),
  };
}
