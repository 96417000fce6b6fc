import { NotFound } from '../../base/errors.js';
import type { OperationContext, OperationHandler } from '../operation/operation-context.js';
import { carryOutBalance } from './deploy/balance-containers.js';
import { carryOutProxies } from './proxies/configure-proxies.js';
import { carryOutConverge } from './converge-formation.js';
import { deployRelease, type DeployResult } from './deploy/deploy-release.js';
import { carryOutDestroy } from './destroy-formation.js';
import type { FormationParts } from './context/formation-parts.js';
import { carryOutReschedule } from './deploy/reschedule.js';
import { carryOutRestart } from './deploy/restart-containers.js';
import { carryOutRetire } from './deploy/retire-containers.js';
import { carryOutScaleContainers } from './deploy/scale-containers.js';
import { carryOutScaleLayers } from './layers/carry-out-scale-layers.js';
import { carryOutWhyRun } from './why-run.js';
import { orWithdraw } from './requests/withdraw-change.js';

/** Operation kind -> who carries it out; `push` is the git endpoint's own. */
export function createHandlers(parts: FormationParts): Readonly<Record<string, OperationHandler>> {
  return {
    deploy: orWithdraw(parts, (context) => carryOutDeploy(parts, context), 'failed'),
    balance: (context) => carryOutBalance(parts, context),
    restart: (context) => carryOutRestart(parts, context),
    'scale-containers': orWithdraw(parts, (context) => carryOutScaleContainers(parts, context), 'failed'),
    'scale-layers': orWithdraw(parts, (context) => carryOutScaleLayers(parts, context), 'cancelled'),
    'why-run': (context) => carryOutWhyRun(parts, context),
    converge: (context) => carryOutConverge(parts, context),
    reschedule: (context) => carryOutReschedule(parts, context),
    'configure-proxies': (context) => carryOutProxies(parts, context),
    destroy: (context) => carryOutDestroy(parts, context),
    retire: (context) => carryOutRetire(parts, context),
  };
}

/** Deploys the release whose version the operation's params name. */
async function carryOutDeploy(parts: FormationParts, context: OperationContext): Promise<DeployResult> {
  const { formationId, params } = context.operation;
  const version = params['release'];
  const release =
    formationId === null || typeof version !== 'number'
      ? undefined
      : await parts.stores.releases.byVersion(formationId, version);
  if (release === undefined) throw new NotFound(`there is no release v${String(version)}`);
  return deployRelease(parts, context, { releaseId: release.id });
}
