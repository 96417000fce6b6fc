import type { Route } from './endpoint/route.js';
import {
  addAlertRule,
  listAlertRules,
  listFiredAlerts,
  removeAlertRule,
  testAlertRule,
} from './app/alerts.js';
import { changeBuildpacks, showBuildpacks } from './app/buildpacks.js';
import {
  cancelBuild,
  clearBuildCache,
  importBuild,
  listBuilds,
  showBuild,
  showBuildOutput,
} from './app/builds.js';
import { changeAutoCerts, refreshAutoCerts, showAutoCerts } from './app/proxies/auto-certs.js';
import { addCert, generateCert, listCerts, removeCert, showCert, updateCert } from './app/proxies/certs.js';
import { changeConfig, revealConfig, showConfig, showConfigChanges } from './app/config.js';
import { addDomain, listDomains, removeDomain } from './app/proxies/domains.js';
import { addDrain, listDrains, removeDrain, showDrain } from './app/drains.js';
import { calculateDatabag, convergeFormation } from './app/formations.js';
import { healthchecks } from './app/settings/healthchecks.js';
import { timeouts } from './app/settings/timeouts.js';
import { tags } from './app/settings/tags.js';
import { limits } from './app/settings/limits.js';
import { followLogs, showKeptLogs, showLogs } from './app/logs.js';
import { addHook, listDeliveries, listHooks, removeHook, resendDelivery } from './app/hooks.js';
import { setMaintenance, showMaintenance } from './app/proxies/maintenance.js';
import { showMetrics } from './app/metrics.js';
import { listOperations } from './operations.js';
import { changeProxy, showProxy } from './app/proxies/proxy.js';
import { listReleases, retryRelease, rollback, showRelease, showReleaseOutput } from './app/releases.js';
import { openRun, runCommand } from './app/run.js';
import { listRuns, startRun, stopRun } from './app/runs.js';
import { attachService, detachService, listServices } from './app/services.js';
import {
  balanceContainers,
  restartContainers,
  scaleContainers,
  scaleLayers,
} from './infrastructure/scale.js';

/** What is asked of one app: its settings, builds, releases, containers, logs and measures. */
export const appRoutes: readonly Route[] = [
  ['GET', '/api/formations/:formation/config', showConfig],
  ['POST', '/api/formations/:formation/config', changeConfig],
  ['GET', '/api/formations/:formation/config/changes', showConfigChanges],
  ['POST', '/api/formations/:formation/config/reveal', revealConfig],
  ['GET', '/api/formations/:formation/limits', limits.show],
  ['POST', '/api/formations/:formation/limits', limits.change],
  ['GET', '/api/formations/:formation/timeouts', timeouts.show],
  ['POST', '/api/formations/:formation/timeouts', timeouts.change],
  ['GET', '/api/formations/:formation/tags', tags.show],
  ['POST', '/api/formations/:formation/tags', tags.change],
  ['GET', '/api/formations/:formation/healthchecks', healthchecks.show],
  ['POST', '/api/formations/:formation/healthchecks', healthchecks.change],
  ['GET', '/api/formations/:formation/domains', listDomains],
  ['POST', '/api/formations/:formation/domains', addDomain],
  ['DELETE', '/api/formations/:formation/domains/:domain', removeDomain],
  ['GET', '/api/formations/:formation/certs', listCerts],
  ['POST', '/api/formations/:formation/certs', addCert],
  ['GET', '/api/formations/:formation/certs/:cert', showCert],
  ['PATCH', '/api/formations/:formation/certs/:cert', updateCert],
  ['DELETE', '/api/formations/:formation/certs/:cert', removeCert],
  ['POST', '/api/formations/:formation/generated-certs', generateCert],
  ['GET', '/api/formations/:formation/auto-certs', showAutoCerts],
  ['POST', '/api/formations/:formation/auto-certs', changeAutoCerts],
  ['POST', '/api/formations/:formation/auto-certs/refresh', refreshAutoCerts],
  ['GET', '/api/formations/:formation/maintenance', showMaintenance],
  ['POST', '/api/formations/:formation/maintenance', setMaintenance],
  ['GET', '/api/formations/:formation/proxy', showProxy],
  ['POST', '/api/formations/:formation/proxy', changeProxy],
  ['GET', '/api/formations/:formation/services', listServices],
  ['POST', '/api/formations/:formation/services', attachService],
  ['DELETE', '/api/formations/:formation/services/:variable', detachService],
  ['GET', '/api/formations/:formation/buildpacks', showBuildpacks],
  ['POST', '/api/formations/:formation/buildpacks', changeBuildpacks],
  ['GET', '/api/formations/:formation/builds', listBuilds],
  ['POST', '/api/formations/:formation/builds', importBuild],
  ['GET', '/api/formations/:formation/builds/:build', showBuild],
  ['GET', '/api/formations/:formation/builds/:build/output', showBuildOutput],
  ['POST', '/api/formations/:formation/builds/:build/cancel', cancelBuild],
  ['DELETE', '/api/formations/:formation/build-cache', clearBuildCache],
  ['GET', '/api/formations/:formation/releases', listReleases],
  ['POST', '/api/formations/:formation/releases/rollback', rollback],
  ['POST', '/api/formations/:formation/releases/retry', retryRelease],
  ['GET', '/api/formations/:formation/releases/:version', showRelease],
  ['GET', '/api/formations/:formation/releases/:version/output', showReleaseOutput],

  ['POST', '/api/formations/:formation/scale/layers', scaleLayers],
  ['POST', '/api/formations/:formation/scale/containers', scaleContainers],
  ['POST', '/api/formations/:formation/balance', balanceContainers],
  ['POST', '/api/formations/:formation/restart', restartContainers],
  ['POST', '/api/formations/:formation/calculate', calculateDatabag],
  ['POST', '/api/formations/:formation/converge', convergeFormation],
  ['POST', '/api/formations/:formation/run', runCommand],
  ['GET', '/api/formations/:formation/run', openRun],
  ['GET', '/api/formations/:formation/runs', listRuns],
  ['POST', '/api/formations/:formation/runs', startRun],
  ['DELETE', '/api/formations/:formation/runs/:run', stopRun],
  ['GET', '/api/formations/:formation/logs', showLogs],
  ['GET', '/api/formations/:formation/logs/follow', followLogs],
  ['GET', '/api/formations/:formation/logs/kept', showKeptLogs],
  ['GET', '/api/formations/:formation/drains', listDrains],
  ['POST', '/api/formations/:formation/drains', addDrain],
  ['GET', '/api/formations/:formation/drains/:drain', showDrain],
  ['DELETE', '/api/formations/:formation/drains/:drain', removeDrain],
  ['GET', '/api/formations/:formation/metrics', showMetrics],
  ['GET', '/api/formations/:formation/alerts', listAlertRules],
  ['POST', '/api/formations/:formation/alerts', addAlertRule],
  ['GET', '/api/formations/:formation/fired-alerts', listFiredAlerts],
  ['DELETE', '/api/formations/:formation/alerts/:alert', removeAlertRule],
  ['POST', '/api/formations/:formation/alerts/:alert/test', testAlertRule],
  ['GET', '/api/formations/:formation/hooks', listHooks],
  ['POST', '/api/formations/:formation/hooks', addHook],
  ['DELETE', '/api/formations/:formation/hooks/:hook', removeHook],
  ['GET', '/api/formations/:formation/hooks/:hook/deliveries', listDeliveries],
  ['POST', '/api/formations/:formation/hooks/:hook/deliveries/:delivery/resend', resendDelivery],
  ['GET', '/api/formations/:formation/operations', listOperations],
];
