import { NotFound } from '../../base/errors.js';
import type { OperationContext, OperationHandler } from '../operation/operation-context.js';
import type { OperationKind } from '../operation/operation-kind.js';
import type { ReleaseRecord } from '../store/app/release-store.js';
import { carryOutBalance } from './deploy/scale/balance-containers.js';
import { carryOutProxies } from './proxies/configure-proxies.js';
import { carryOutConverge } from './converge-formation.js';
import { deployRelease, type DeployResult } from './deploy/deploy-release.js';
import { carryOutDestroy } from './destroy-formation.js';
import type { FormationParts } from './context/formation-parts.js';
import { carryOutReschedule } from './deploy/scale/reschedule.js';
import { carryOutRestart } from './deploy/scale/restart-containers.js';
import { carryOutRetire } from './deploy/retire/retire-containers.js';
import { carryOutScaleContainers } from './deploy/scale/scale-containers.js';
import { carryOutScaleLayers } from './layers/carry-out-scale-layers.js';
import { carryOutUpgradeNode } from './upgrades/carry-out-upgrade.js';
import { carryOutWhyRun } from './why-run.js';
import { carryOutMove } from './moving/carry-out-move.js';
import { carryOutFinishMove } from './moving/leave-vacant.js';
import { finishMoveKind } from './requests/kinds/finish-move.js';
import { moveKind } from './requests/kinds/move.js';
import { orWithdraw } from './requests/withdraw-change.js';
import { deployKind } from './requests/kinds/deploy.js';
import { balanceKind } from './requests/kinds/containers/balance.js';
import { restartKind } from './requests/kinds/containers/restart.js';
import { scaleContainersKind } from './requests/kinds/containers/scale-containers.js';
import { scaleLayersKind } from './requests/kinds/scale-layers.js';
import { upgradeNodeKind } from './requests/kinds/upgrade-node.js';
import { whyRunKind } from './requests/kinds/why-run.js';
import { convergeKind } from './requests/kinds/converge.js';
import { rescheduleKind } from './requests/kinds/containers/reschedule.js';
import { configureProxiesKind } from './requests/kinds/configure-proxies.js';
import { destroyKind } from './requests/kinds/destroy.js';
import { retireKind } from './requests/kinds/containers/retire.js';

type CarryOut<P> = (
  parts: FormationParts,
  context: OperationContext,
  params: P,
) => Promise<Record<string, unknown> | void>;

/** Operation kind -> who carries it out; what builds is the builder's own. */
export function createHandlers(parts: FormationParts): Readonly<Record<string, OperationHandler>> {
  const by = binderOf(parts);
  return Object.fromEntries([
    by(deployKind, carryOutDeploy),
    by(balanceKind, carryOutBalance),
    by(restartKind, carryOutRestart),
    by(scaleContainersKind, carryOutScaleContainers),
    by(scaleLayersKind, carryOutScaleLayers),
    by(upgradeNodeKind, carryOutUpgradeNode),
    by(whyRunKind, carryOutWhyRun),
    by(convergeKind, carryOutConverge),
    by(rescheduleKind, carryOutReschedule),
    by(configureProxiesKind, carryOutProxies),
    by(moveKind, carryOutMove),
    by(finishMoveKind, carryOutFinishMove),
    by(destroyKind, carryOutDestroy),
    by(retireKind, carryOutRetire),
  ]);
}

/** Reads an operation's params once, and takes its request back when its kind says so. */
function binderOf(
  parts: FormationParts,
): <P extends object>(kind: OperationKind<P>, carryOut: CarryOut<P>) => [string, OperationHandler] {
  return (kind, carryOut) => {
    const handler: OperationHandler = async (context) =>
      carryOut(parts, context, kind.read(context.operation));
    const when = kind.withdrawnWhen;
    return [kind.name, when === undefined ? handler : orWithdraw(parts, handler, when)];
  };
}

/** Deploys the release whose version the operation's params name. */
async function carryOutDeploy(
  parts: FormationParts,
  context: OperationContext,
  {
    release: version,
    unchanged = false,
  }: { readonly release?: number | undefined; readonly unchanged?: boolean | undefined },
): Promise<DeployResult> {
  const { formationId } = context.operation;
  const release =
    formationId === null || version === undefined
      ? undefined
      : await parts.stores.releases.byVersion(formationId, version);
  if (release === undefined) throw new NotFound(`there is no release v${String(version)}`);
  if (unchanged) return nothingChanged(parts, context, release);
  return deployRelease(parts, context, { releaseId: release.id });
}

async function nothingChanged(
  { stores }: FormationParts,
  context: OperationContext,
  { version, formationId }: Pick<ReleaseRecord, 'version' | 'formationId'>,
): Promise<DeployResult> {
  context.line(`       nothing changes: v${version} has it already`);
  const containers = await stores.containers.ofFormation(formationId);
  const serving = containers.filter(({ state }) => state === 'serving').length;
  return { release: version, state: 'live', containers: serving, unchanged: true };
}
