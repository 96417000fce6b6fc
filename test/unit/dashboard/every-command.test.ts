import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { shortcuts } from '../../../cli/commands/shortcuts.js';
import { everyCommand } from '../../../cli/registry.js';
import { cliCommands } from '../../../dashboard/api/cli-commands.js';
import { projectRoot } from '../../support/source/source-imports.js';

/**
 * Where the dashboard does what a command of `deis` does: a file of dashboard/screens and what of it does that. With
 * `shows` it changes something, and names the command on the screen (a function of `cliCommands`); with `reads` it
 * shows what the command prints, by that request. `no`: why a browser has no use for it.
 */
type Row =
  | { readonly at: string; readonly shows: keyof typeof cliCommands }
  | { readonly at: string; readonly reads: string }
  | { readonly no: string };

const shows = (at: string, command: keyof typeof cliCommands): Row => ({ at, shows: command });
const reads = (at: string, request: string): Row => ({ at, reads: request });
const no = (why: string): Row => ({ no: why });

const ofProgram = 'it is about the program itself, its files or its shell';
const local = 'it writes to a repository, file or terminal of yours; Overview shows the lines for git';
const others = 'the screen shows the same live';

const table: Readonly<Record<string, Row>> = {
  'auth:register': reads('sign-in/sign-in.tsx', 'register('),
  'auth:login': reads('sign-in/sign-in.tsx', 'signIn('),
  'auth:logout': reads('../app.tsx', 'signOut'),
  'auth:whoami': reads('account/account.tsx', 'user.username'),
  'auth:passwd': shows('account/change-password.tsx', 'changePassword'),
  'auth:totp': reads('account/second-step.tsx', 'beginTotp('),
  'auth:regenerate': no(`${ofProgram}: a session has no token that anybody sees`),
  'auth:cancel': shows('account/delete-account.tsx', 'deleteAccount'),
  'tokens:list': reads('account/tokens.tsx', 'listTokens'),
  'tokens:create': shows('account/tokens.tsx', 'createToken'),
  'tokens:revoke': shows('account/tokens.tsx', 'revokeToken'),
  'keys:list': reads('account/keys.tsx', 'listKeys'),
  'keys:add': shows('account/keys.tsx', 'addKey'),
  'keys:remove': shows('account/keys.tsx', 'removeKey'),
  'passkeys:list': reads('account/passkeys.tsx', 'listPasskeys'),
  'passkeys:remove': shows('account/passkeys.tsx', 'removePasskey'),
  'users:list': reads('platform/platform.tsx', 'listUsers('),
  'users:invite': shows('platform/registration.tsx', 'invite'),
  'users:registration': shows('platform/registration.tsx', 'registration'),
  'perms:list': reads('people/people.tsx', 'listPerms('),
  'perms:create': shows('people/people.tsx', 'givePerm'),
  'perms:delete': shows('people/people.tsx', 'takePerm'),
  'transfers:list': reads('people/offers.tsx', 'listTransfers'),
  'transfers:accept': shows('people/offers.tsx', 'acceptOffer'),
  'transfers:decline': shows('people/offers.tsx', 'declineOffer'),
  'transfers:withdraw': shows('people/people.tsx', 'withdrawOffer'),
  'audit:list': shows('people/formation-audit.tsx', 'audit'),
  'providers:list': reads('flavors/flavors.tsx', 'listProviders('),
  'providers:types': reads('flavors/flavors.tsx', 'listProviderTypes('),
  'providers:discover': no('it reads credentials of the machine that it runs on'),
  'providers:create': shows('flavors/provider-card.tsx', 'createProvider'),
  'providers:update': shows('flavors/provider-card.tsx', 'updateProvider'),
  'providers:info': reads('flavors/provider-card.tsx', 'created_at'),
  'providers:delete': shows('flavors/provider-card.tsx', 'deleteProvider'),
  'providers:gc': shows('flavors/orphans.tsx', 'collectOrphans'),
  'providers:allowed': reads('flavors/allowed.tsx', 'listAllowed'),
  'providers:allow': shows('flavors/allowed.tsx', 'allowProvider'),
  'providers:disallow': shows('flavors/allowed.tsx', 'disallowProvider'),
  'flavors:list': reads('flavors/flavors.tsx', 'listFlavors('),
  'flavors:info': reads('flavors/flavor-card.tsx', 'params'),
  'flavors:create': shows('flavors/flavor-form.tsx', 'createFlavor'),
  'flavors:update': shows('flavors/flavor-form.tsx', 'updateFlavor'),
  'flavors:check': shows('flavors/flavor-card.tsx', 'checkFlavor'),
  'flavors:share': shows('flavors/flavor-card.tsx', 'shareFlavor'),
  'flavors:unshare': shows('flavors/flavor-card.tsx', 'unshareFlavor'),
  'flavors:delete': shows('flavors/flavor-card.tsx', 'deleteFlavor'),
  'hosts:list': reads('formations/new-formation.tsx', 'listHosts('),
  'hosts:share': shows('guests/host-shares.tsx', 'shareHost'),
  'hosts:shares': reads('guests/guests.tsx', 'listHostShares('),
  'hosts:unshare': shows('guests/host-shares.tsx', 'unshareHost'),
  'hosts:guests': reads('guests/guests.tsx', 'listGuests('),
  'hosts:quota': shows('guests/quota-form.tsx', 'changeQuota'),
  'hosts:default': shows('guests/guests.tsx', 'setDefaultHost'),
  'hosts:finish': no('those who are there are told how: `deis hosts:finish`'),
  'formations:list': reads('formations/formations.tsx', 'listFormations'),
  'formations:create': shows('formations/new-formation.tsx', 'create'),
  'formations:info': reads('overview/overview.tsx', 'live_release'),
  'formations:destroy': shows('overview/actions.tsx', 'destroy'),
  'formations:transfer': shows('people/people.tsx', 'offer'),
  'formations:move': shows('moves/move.tsx', 'move'),
  'formations:calculate': shows('overview/databag.tsx', 'calculate'),
  'formations:balance': shows('overview/actions.tsx', 'balance'),
  'formations:converge': shows('overview/actions.tsx', 'converge'),
  'formations:plan': shows('overview/actions.tsx', 'plan'),
  'formations:run': shows('terminal/terminal.tsx', 'run'),
  'formations:logs': shows('logs/logs.tsx', 'logs'),
  'formations:open': reads('overview/overview.tsx', 'href={url}'),
  'layers:list': reads('layers/layers.tsx', 'listLayers('),
  'layers:info': reads('layers/layer-card.tsx', 'ssh_public_key'),
  'layers:create': shows('layers/layer-form.tsx', 'createLayer'),
  'layers:update': shows('layers/layer-form.tsx', 'updateLayer'),
  'layers:scale': shows('scale.tsx', 'scaleLayers'),
  'layers:destroy': shows('layers/layer-card.tsx', 'destroyLayer'),
  'nodes:list': reads('overview/overview.tsx', 'listNodes('),
  'nodes:status': shows('overview/actions.tsx', 'plan'),
  'nodes:info': reads('overview/node-box.tsx', 'last_error'),
  'nodes:create': shows('layers/adopt-host.tsx', 'adoptHost'),
  'nodes:destroy': shows('nodes/destroy-node.tsx', 'destroyNode'),
  'nodes:replace': shows('nodes/node-actions.tsx', 'replaceNode'),
  'nodes:upgrade': shows('nodes/upgrade-node.tsx', 'upgradeNode'),
  'nodes:drain': shows('nodes/node-actions.tsx', 'drainNode'),
  'nodes:cordon': shows('nodes/node-actions.tsx', 'cordonNode'),
  'nodes:uncordon': shows('nodes/node-actions.tsx', 'uncordonNode'),
  'nodes:trust': shows('nodes/trust-node.tsx', 'trustNode'),
  'nodes:ssh': shows('nodes/run-on-node.tsx', 'runOnNode'),
  'containers:list': reads('overview/overview.tsx', 'listAllContainers'),
  'containers:restart': shows('overview/restart.tsx', 'restart'),
  'containers:scale': shows('scale.tsx', 'scale'),
  'run:list': reads('terminal/runs.tsx', 'listRuns('),
  'run:stop': shows('terminal/runs.tsx', 'stopRun'),
  'logs:info': shows('logs/kept-logs.tsx', 'keptLogs'),
  'metrics:status': shows('metrics/metrics.tsx', 'metrics'),
  'alerts:list': reads('alerts/alerts.tsx', 'listAlertRules('),
  'alerts:fired': reads('alerts/alerts.tsx', 'listFiredAlerts('),
  'alerts:add': shows('alerts/rule-form.tsx', 'addAlert'),
  'alerts:remove': shows('alerts/rules.tsx', 'removeAlert'),
  'alerts:test': shows('alerts/rules.tsx', 'testAlert'),
  'hooks:list': reads('alerts/alerts.tsx', 'listHooks('),
  'hooks:add': shows('alerts/hooks.tsx', 'addHook'),
  'hooks:remove': shows('alerts/hooks.tsx', 'removeHook'),
  'hooks:deliveries': reads('alerts/deliveries.tsx', 'listDeliveries('),
  'hooks:resend': shows('alerts/deliveries.tsx', 'resendDelivery'),
  'drains:list': reads('drains/drains.tsx', 'listDrains('),
  'drains:add': shows('drains/drain-form.tsx', 'addDrain'),
  'drains:info': reads('drains/drains.tsx', 'progressOf('),
  'drains:remove': shows('drains/drains.tsx', 'removeDrain'),
  'config:list': shows('config/config.tsx', 'config'),
  'config:get': reads('config/config-table.tsx', 'Reveal'),
  'config:set': shows('config/config.tsx', 'setConfig'),
  'config:unset': shows('config/config.tsx', 'setConfig'),
  'config:edit': reads('config/config-as-text.tsx', 'fromText('),
  'config:pull': reads('config/config-as-text.tsx', 'toText('),
  'config:push': reads('config/config-as-text.tsx', 'fromText('),
  'limits:list': reads('settings/settings.tsx', 'readLimits('),
  'limits:set': shows('settings/limits.tsx', 'setLimits'),
  'limits:unset': shows('settings/limits.tsx', 'setLimits'),
  'timeouts:list': reads('settings/settings.tsx', 'readTimeouts('),
  'timeouts:set': shows('settings/timeouts.tsx', 'setTimeouts'),
  'timeouts:unset': shows('settings/timeouts.tsx', 'setTimeouts'),
  'tags:list': reads('settings/settings.tsx', 'readTags('),
  'tags:set': shows('tags/tags.tsx', 'setTags'),
  'tags:unset': shows('tags/tags.tsx', 'setTags'),
  'healthchecks:list': reads('settings/settings.tsx', 'readHealthChecks('),
  'healthchecks:set': shows('settings/health-checks.tsx', 'setHealthCheck'),
  'healthchecks:unset': shows('settings/health-checks.tsx', 'setHealthCheck'),
  'domains:list': reads('network/domains.tsx', 'listDomains('),
  'domains:add': shows('network/domains.tsx', 'addDomain'),
  'domains:wait': no(others),
  'domains:remove': shows('network/domains.tsx', 'removeDomain'),
  'certs:list': reads('network/domains.tsx', 'listCerts('),
  'certs:add': shows('network/certs.tsx', 'addCert'),
  'certs:update': shows('network/certs.tsx', 'updateCert'),
  'certs:generate': shows('network/generate-cert.tsx', 'generateCert'),
  'certs:auto': shows('network/domains.tsx', 'autoCerts'),
  'certs:info': reads('network/certs.tsx', 'expires'),
  'certs:remove': shows('network/certs.tsx', 'removeCert'),
  'services:list': reads('services/services.tsx', 'listServices('),
  'services:attach': shows('services/attach-service.tsx', 'attachService'),
  'services:detach': shows('services/services.tsx', 'detachService'),
  'maintenance:status': reads('settings/maintenance.tsx', 'enabled'),
  'maintenance:on': shows('settings/maintenance.tsx', 'maintenance'),
  'maintenance:off': shows('settings/maintenance.tsx', 'maintenance'),
  'proxy:list': reads('settings/settings.tsx', 'readProxy('),
  'proxy:set': shows('settings/proxy.tsx', 'setProxy'),
  'proxy:unset': shows('settings/proxy.tsx', 'setProxy'),
  'buildpacks:list': reads('builds/builds.tsx', 'readBuildpacks('),
  'buildpacks:set': shows('builds/buildpacks.tsx', 'setBuildpacks'),
  'buildpacks:add': shows('builds/buildpacks.tsx', 'setBuildpacks'),
  'buildpacks:remove': shows('builds/buildpacks.tsx', 'setBuildpacks'),
  'buildpacks:clear': shows('builds/buildpacks.tsx', 'setBuildpacks'),
  'builds:list': reads('builds/builds.tsx', 'listBuilds('),
  // A slug from elsewhere; an archive and an image are pushed by git, which a browser does not speak.
  'builds:create': shows('builds/slug-form.tsx', 'importBuild'),
  'builds:info': reads('builds/build.tsx', 'readBuild('),
  'builds:output': shows('builds/build.tsx', 'buildOutput'),
  'builds:cancel': shows('builds/build-card.tsx', 'cancelBuild'),
  'builds:cache': shows('builds/builds.tsx', 'clearBuildCache'),
  'releases:list': reads('releases/releases.tsx', 'listReleases('),
  'releases:info': reads('releases/releases.tsx', 'summary'),
  'releases:output': shows('releases/release-output.tsx', 'releaseOutput'),
  'releases:retry': shows('builds/retry-release.tsx', 'retryRelease'),
  'releases:rollback': shows('releases/releases.tsx', 'rollBack'),
  'ops:list': reads('operations/operations.tsx', 'listOperations('),
  'ops:show': reads('operations/operation.tsx', 'readOperation('),
  'ops:logs': reads('operations/follow-story.ts', 'followEvents('),
  'ops:cancel': shows('operations/operation.tsx', 'cancel'),
  'cli:commands': no(ofProgram),
  'cli:completion': no(ofProgram),
  'cli:doctor': no(ofProgram),
  'cli:plugins': no(ofProgram),
  'git:remote': no(local),
};

/** Words by which a command may be called. */
function wordsFor(name: string): string[] {
  const [noun] = name.split(':');
  return [name, `${noun}:`, noun!, ...Object.keys(shortcuts).filter((word) => shortcuts[word] === name)];
}

describe('what deis can do, and where the dashboard does it', () => {
  it('has a row for every command, and none for one that is gone', async () => {
    const names = (await everyCommand()).map(({ name }) => name).sort();
    const missing = names.filter((name) => table[name] === undefined);
    assert.deepEqual(missing, [], 'write its screen in dashboard/screens, and its row here');
    assert.deepEqual(Object.keys(table).sort(), names);
  });

  it('does all of that where the row says', () => {
    const faults = Object.values(table).flatMap((row) => {
      if (!('at' in row)) return [];
      const path = join(projectRoot, 'dashboard', 'screens', row.at);
      const wanted = 'shows' in row ? `cliCommands.${row.shows}(` : row.reads;
      const isThere = existsSync(path) && readFileSync(path, 'utf8').includes(wanted);
      return isThere ? [] : [`${row.at} has no ${wanted}`];
    });
    assert.deepEqual(faults, []);
  });

  it('shows that command, by its name or a shortcut', () => {
    for (const [name, row] of Object.entries(table)) {
      if (!('shows' in row)) continue;
      const made = String(cliCommands[row.shows]);
      assert.ok(
        name === 'nodes:status' || wordsFor(name).some((word) => made.includes(word)),
        `${row.shows} does not show deis ${name}: ${made}`,
      );
    }
  });
});
