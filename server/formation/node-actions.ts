import { binderOf } from './context/binder.js';
import type { FormationParts } from './context/formation-parts.js';
import { adoptHost, showHostKey } from './nodes/adopt-host.js';
import { destroyNode } from './nodes/destroy-node.js';
import { replaceNode } from './nodes/replace-node.js';
import { drainNode, scheduleNode } from './nodes/schedule-node.js';
import { showNodeKey, trustNode } from './nodes/trust-node.js';
import { runOnNode } from './runs/run-on-node.js';
import { upgradeNode } from './upgrades/upgrade-node.js';

/** What can be done to single nodes, each function bound to its parts. */
export function nodeActions(parts: FormationParts) {
  const bound = binderOf(parts);
  return {
    showHostKey: bound(showHostKey),
    adopt: bound(adoptHost),
    schedule: bound(scheduleNode),
    drain: bound(drainNode),
    replace: bound(replaceNode),
    upgrade: bound(upgradeNode),
    destroy: bound(destroyNode),
    showKey: bound(showNodeKey),
    trust: bound(trustNode),
    run: bound(runOnNode),
  };
}
