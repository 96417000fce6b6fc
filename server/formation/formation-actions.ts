import type { Databag } from '../../cookbooks/databag.js';
import type { FormationRecord } from '../store/app/formation-store.js';
import { balanceContainers } from './deploy/scale/balance-containers.js';
import { calculateDatabag } from './databag/calculate-databag.js';
import { clearBuildCache } from './requests/clear-build-cache.js';
import { importBuild } from './requests/import-build.js';
import { cancelOperation } from './requests/cancel-operation.js';
import { autoCertsStatus } from './proxies/auto-cert-status.js';
import { disableAutoCerts, enableAutoCerts, refreshAutoCerts } from './proxies/auto-certs.js';
import { addCert, generateCert, removeCert, updateCert } from './proxies/certs.js';
import { addDomain, removeDomain } from './proxies/domains.js';
import { changeProxySettings } from './proxies/proxy-settings.js';
import { setMaintenance } from './proxies/maintenance.js';
import { setBuildpacks } from './buildpacks/set-buildpacks.js';
import { changeConfig } from './releases/change-config.js';
import { changeSetting } from './releases/settings/change-setting.js';
import { convergeFormation } from './converge-formation.js';
import { createFormation } from './create-formation.js';
import { createLayer } from './layers/create-layer.js';
import { destroyFormation } from './destroy-formation.js';
import { addDrain, type DrainRequest } from './logs/drains.js';
import { destroyLayer } from './layers/destroy-layer.js';
import type { FormationParts } from './context/formation-parts.js';
import type { LogQuery } from './context/kept/log-reader.js';
import { readFacts, requireSnapshot } from './context/formation-work.js';
import { binderOf } from './context/binder.js';
import { finishMove, finishMoveFrom, moveFormation } from './moving/request-move.js';
import { nodeActions } from './node-actions.js';
import { restartContainers } from './deploy/scale/restart-containers.js';
import { lostAmong } from './releases/lost-builds.js';
import { retry } from './releases/retry.js';
import { rollback } from './releases/rollback.js';
import { attachService } from './services/attach-service.js';
import { detachService } from './services/detach-service.js';
import { stopRun } from './runs/remove-run.js';
import { runCommand, runDetached, runSession } from './runs/run-command.js';
import { scaleContainers } from './deploy/scale/scale-containers.js';
import { scaleLayers } from './layers/scale-layers.js';
import { updateLayer } from './layers/update-layer.js';
import { whyRunFormation } from './why-run.js';

/**
 * What can be asked of the domain from outside. What gives an operation has written the desired state and
 * queued the operation in one transaction; the work is still to come. All throw UserError, NotFound, Conflict or
 * Forbidden before anything is written.
 */
export type FormationActions = ReturnType<typeof formationActions>;

/** Each function bound to its parts. */
export function formationActions(parts: FormationParts) {
  const bound = binderOf(parts);
  return {
    createFormation: bound(createFormation),
    destroyFormation: bound(destroyFormation),
    createLayer: bound(createLayer),
    updateLayer: bound(updateLayer),
    destroyLayer: bound(destroyLayer),
    nodes: nodeActions(parts),
    scaleLayers: bound(scaleLayers),
    scaleContainers: bound(scaleContainers),
    changeConfig: bound(changeConfig),
    changeSetting: bound(changeSetting),
    rollback: bound(rollback),
    lostAmong: bound(lostAmong),
    retry: bound(retry),
    cancelOperation: bound(cancelOperation),
    clearBuildCache: bound(clearBuildCache),
    importBuild: bound(importBuild),
    setBuildpacks: bound(setBuildpacks),
    converge: bound(convergeFormation),
    whyRun: bound(whyRunFormation),
    calculate: bound(calculate),
    runCommand: bound(runCommand),
    runSession: bound(runSession),
    runDetached: bound(runDetached),
    stopRun: bound(stopRun),
    ...serviceActions(parts),
    ...proxyActions(parts),
    ...placeActions(parts),
    ...autoCertActions(parts),
    ...logActions(parts),
  };
}

function proxyActions(parts: FormationParts) {
  const bound = binderOf(parts);
  return {
    addDomain: bound(addDomain),
    removeDomain: bound(removeDomain),
    addCert: bound(addCert),
    updateCert: bound(updateCert),
    generateCert: bound(generateCert),
    removeCert: bound(removeCert),
    setMaintenance: bound(setMaintenance),
    changeProxySettings: bound(changeProxySettings),
  };
}

function placeActions(parts: FormationParts) {
  const bound = binderOf(parts);
  return {
    moveFormation: bound(moveFormation),
    finishMove: bound(finishMove),
    finishMoveFrom: bound(finishMoveFrom),
    balance: bound(balanceContainers),
    restart: bound(restartContainers),
  };
}

function autoCertActions(parts: FormationParts) {
  const bound = binderOf(parts);
  return {
    enableAutoCerts: bound(enableAutoCerts),
    disableAutoCerts: bound(disableAutoCerts),
    refreshAutoCerts: bound(refreshAutoCerts),
    autoCertsStatus: bound(autoCertsStatus),
  };
}

function serviceActions(parts: FormationParts) {
  const bound = binderOf(parts);
  return { attachService: bound(attachService), detachService: bound(detachService) };
}

function logActions(parts: FormationParts) {
  const { logs } = parts;
  return {
    addDrain: (formationId: number | null, request: DrainRequest) => addDrain(parts, formationId, request),
    fetchLogs: (formation: FormationRecord, query: LogQuery, signal: AbortSignal) =>
      logs.read({ ...query, formation }, signal),
    followLogs: (
      formation: FormationRecord,
      query: LogQuery,
      onLine: (line: string) => void,
      signal: AbortSignal,
    ) => logs.follow({ ...query, formation }, onLine, signal),
    keptLogs: ({ id }: FormationRecord) => logs.kept(id),
  };
}

/** The databag as it would be sent now. */
async function calculate(parts: FormationParts, formation: FormationRecord): Promise<Databag> {
  const facts = await readFacts(parts, formation.id, new AbortController().signal);
  return calculateDatabag(await requireSnapshot(parts.stores, formation.id), facts);
}
