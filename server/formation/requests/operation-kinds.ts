import type { OperationKind } from '../../operation/operation-kind.js';
import type { OperationRecord } from '../../store/operations/operation-store.js';
import { balanceKind } from './kinds/containers/balance.js';
import { clearBuildCacheKind } from './kinds/clear-build-cache.js';
import { configureProxiesKind } from './kinds/configure-proxies.js';
import { convergeKind } from './kinds/converge.js';
import { deployKind } from './kinds/deploy.js';
import { destroyKind } from './kinds/destroy.js';
import { finishMoveKind } from './kinds/finish-move.js';
import { importBuildKind } from './kinds/import-build.js';
import { moveKind } from './kinds/move.js';
import { pushedCommit, pushKind } from './kinds/push.js';
import { rescheduleKind } from './kinds/containers/reschedule.js';
import { restartKind } from './kinds/containers/restart.js';
import { retireKind } from './kinds/containers/retire.js';
import { scaleContainersKind } from './kinds/containers/scale-containers.js';
import { scaleLayersKind } from './kinds/scale-layers.js';
import { upgradeNodeKind } from './kinds/upgrade-node.js';
import { whyRunKind } from './kinds/why-run.js';

/** Every kind of operation; `server/formation/handlers.ts` says who carries each out. */
export const operationKinds: readonly OperationKind[] = [
  balanceKind,
  clearBuildCacheKind,
  configureProxiesKind,
  convergeKind,
  deployKind,
  destroyKind,
  finishMoveKind,
  importBuildKind,
  moveKind,
  pushKind,
  rescheduleKind,
  restartKind,
  retireKind,
  scaleContainersKind,
  scaleLayersKind,
  upgradeNodeKind,
  whyRunKind,
];

/** The kind of an operation; undefined for one that only another version of the controller knows. */
export function kindOf(operation: Pick<OperationRecord, 'kind'>): OperationKind | undefined {
  return operationKinds.find((kind) => kind.is(operation));
}

/**
 * What an operation makes live or builds, for people: `v12`, `v12 (rollback to v3)`, `c0ffee12`; undefined: it does
 * neither.
 */
export function subjectOf(operation: Pick<OperationRecord, 'kind' | 'params'>): string | undefined {
  if (pushKind.is(operation) || importBuildKind.is(operation))
    return pushedCommit(operation)?.slice(0, 8) ?? undefined;
  if (!deployKind.is(operation)) return undefined;
  const { release, rollbackTo } = deployKind.read(operation);
  if (release === undefined) return undefined;
  return rollbackTo === undefined ? `v${release}` : `v${release} (rollback to v${rollbackTo})`;
}
