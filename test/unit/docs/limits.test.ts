import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { defaultAuthLimits } from '../../../server/api/auth/auth-limits.js';
import { definitions } from '../../../server/settings/setting-definitions.js';
import { projectRoot } from '../../support/source/source-imports.js';

const kib = 1024;
const mib = 1024 ** 2;

/** Rows without a setting: file, constant, and how many of its unit one of the table's is. */
const constants: Readonly<Record<string, readonly [file: string, constant: string, unit?: number]>> = {
  'git transfers of one connection': ['server/git/git-server.ts', 'maxTransfersPerConnection'],
  'keys offered in one login': ['server/git/git-login.ts', 'maxAttempts'],
  'containers that a proxy asks at once before a switch': [
    'provisioner/node-commands/backends.ts',
    'maxAskedAtOnce',
  ],
  'following logs, of one user': ['server/api/app/logs.ts', 'maxOfUser'],
  'following logs, of one formation': ['server/api/app/logs.ts', 'maxOfFormation'],
  'commands on nodes (`deis nodes:ssh`) of one user at once': [
    'server/api/infrastructure/node-actions.ts',
    'maxOfUser',
  ],
  'commands on nodes of one formation at once': [
    'server/api/infrastructure/node-actions.ts',
    'maxOfFormation',
  ],
  'body of a request': ['server/api/endpoint/endpoint-call.ts', 'defaultBodyLimit', mib],
  'body of a login or a registration': ['server/api/people/auth.ts', 'bodyLimit', kib],
  'accounts of a provider that are linked to one user': [
    'server/api/people/oidc/identities.ts',
    'maxIdentities',
  ],
  'a sign-in with a provider': ['server/api/auth/oidc/begun-sign-in.ts', 'minutes'],
  'names in one object of a body': ['server/api/http/input/storable-text.ts', 'maxNames'],
  'values in a body, at any depth': ['server/api/http/input/too-much-json.ts', 'maxValues'],
  'levels of a body': ['server/api/http/input/storable-text.ts', 'deepest'],
  'connections to the database, for requests': ['server/open-database.ts', 'poolForRequests'],
  'wrong fields that an answer names': ['server/api/http/input/invalid-input.ts', 'maxErrors'],
  'message over a WebSocket': ['server/api/http/upgrade.ts', 'maxPayload', mib],
  'input of `run` that the command has not read': [
    'server/api/replies/run-session.ts',
    'maxWaitingInput',
    mib,
  ],
  'containers of a formation on one node': [
    'server/formation/placement/room-on-nodes.ts',
    'maxContainersPerNode',
  ],
  'detached one-off commands of a formation that have ended and are kept for their logs': [
    'server/formation/runs/collect-runs.ts',
    'maxKeptRuns',
  ],
  'one-off commands of a guest with a quota, at once': [
    'server/formation/runs/one-off-limits.ts',
    'maxOneOffs',
  ],
  'variables that one reveal names': ['server/api/app/config.ts', 'maxRevealed'],
  'pairs of versions of the config that one request compares': ['server/api/app/config.ts', 'maxPairs'],
  'newest lines of an operation in one answer': ['server/api/operations.ts', 'maxLines'],
  'files, folders and links of a push': ['server/git/repository/source-size.ts', 'maxEntries'],
  'memory that git takes for one object of a push': [
    'server/git/repository/git-program.ts',
    'maxAllocationMib',
  ],
  'time that each git of a transfer computes': ['server/git/serve-git.ts', 'maxCpuSeconds'],
  'buildpacks of one app': ['server/formation/buildpacks/parse-buildpacks.ts', 'maxBuildpacks'],
  'a buildpack that the operator keeps': [
    'server/builder/containers/kept-buildpacks.ts',
    'maxBuildpackBytes',
    mib,
  ],
  'buildpacks that the operator keeps': ['server/builder/keep/keep-buildpack.ts', 'maxKept'],
  'a slug, built here or elsewhere': ['server/compose/constants.ts', 'maxSlugBytes', mib],
  'redirects to a slug that was built elsewhere, or to an error page': [
    'server/remote/remote-source.ts',
    'maxRedirects',
  ],
  'app.json': ['server/builder/plan/app-json.ts', 'maxKib'],
  Procfile: ['server/formation/requests/process-types/parse-procfile.ts', 'maxProcfileKib'],
  'tags of a layer, and those that a process type asks for': [
    'server/formation/placement/tags.ts',
    'maxTags',
  ],
  'process types': ['server/formation/requests/process-types/process-type.ts', 'maxProcessTypes'],
  'command of a process type': ['server/builder/plan/start-command.ts', 'maxLength'],
  'version range of Node.js': ['server/builder/runtimes/choose-node-version.ts', 'maxRange'],
  'alternatives in that range': ['server/builder/runtimes/choose-node-version.ts', 'maxAlternatives'],
  'package.json, static.json and .nvmrc': ['server/builder/read-app-source.ts', 'maxBytes', mib],
  'value of a variable': ['server/formation/releases/merge-config.ts', 'maxValue', kib],
  'all variables of a formation': ['server/formation/releases/merge-config.ts', 'maxTotal', kib],
  'containers of a process type': ['server/formation/deploy/scale/scale-containers.ts', 'maxContainers'],
  'nodes of a layer': ['server/formation/layers/scale-layers.ts', 'maxNodes'],
  'layers of an image': ['server/registry/image-layout.ts', 'maxLayers'],
  'settings of an image': ['server/registry/image-layout.ts', 'maxTextBytes', mib],
  'memory of the registry': ['server/registry/registry-container.ts', 'maxMemory', mib],
  'path of a Dockerfile': ['server/formation/requests/process-types/dockerfile-path.ts', 'maxLength'],
  'an error page of an app': ['server/formation/proxies/fetch-error-pages.ts', 'maxPageKib'],
  'time to fetch it': ['server/formation/proxies/fetch-error-pages.ts', 'deadlineSeconds'],
  'requests of one client that a rate limit names': [
    'server/formation/proxies/merge-proxy-settings.ts',
    'maxRate',
  ],
  'services that one formation is attached to': [
    'server/formation/services/attach-service.ts',
    'maxServices',
  ],
  'times that formations are attached to one service': [
    'server/formation/services/attach-service.ts',
    'maxConsumers',
  ],
  'answer of a CA': ['server/acme/protocol/acme-http.ts', 'maxAnswerBytes', mib],
  "lines of a build's output": ['server/operation/output/shown-lines.ts', 'maxLines'],
  "a build's output": ['server/operation/output/shown-lines.ts', 'maxMegabytes'],
  'lines of a release phase or postdeploy that are shown': [
    'server/operation/output/shown-lines.ts',
    'maxLines',
  ],
  'output of a release phase or postdeploy that is shown': [
    'server/operation/output/shown-lines.ts',
    'maxMegabytes',
  ],
  'lines kept of a release phase or postdeploy': [
    'server/formation/release-phase/phase-output.ts',
    'maxKeptLines',
  ],
  'output kept of a release phase or postdeploy': [
    'server/formation/release-phase/phase-output.ts',
    'maxKeptKib',
  ],
  "line of an operation's events": ['server/operation/event-writer.ts', 'maxLine'],
  "resources in a node's report": ['provisioner/converge/report/node-report.ts', 'maxResources'],
  "text in a node's report": ['provisioner/converge/report/node-report.ts', 'maxTextLength', mib],
  "line of a node's report": ['provisioner/converge/report/report-reader.ts', 'maxLine', mib],
  "values in a line of a node's report": ['provisioner/converge/report/report.ts', 'maxParts'],
  "lines of a node's report": ['provisioner/converge/report/report-reader.ts', 'maxReportLines'],
  "line of an app's log that is shown": ['provisioner/node-commands/log-line-reader.ts', 'maxLine', mib],
  'drains of one formation, and of the controller': ['server/formation/logs/drains.ts', 'maxDrains'],
  'lines of one delivery to a drain': ['server/drains/forwarder.ts', 'maxLines'],
  'output of commands on nodes that is dealt with in one turn of the event loop': [
    'provisioner/ssh/output-turns.ts',
    'bytesPerTurn',
    kib,
  ],
  'logs in one answer': ['server/formation/logs/fetch-logs.ts', 'maxText', mib],
  'logs that a follower has not read': ['server/api/app/logs.ts', 'maxBacklog', mib],
  'output of `run` that the client has not read': ['server/api/replies/stream-run.ts', 'maxBacklog', mib],
  'containers of a node that are measured': ['server/measures/take-measure.ts', 'maxContainersPerNode'],
  'containers in a row of measures': ['server/measures/measure.ts', 'maxContainersPerRow'],
  'steps in one answer of metrics': ['server/measures/read-series.ts', 'maxSteps'],
  'alerts of a formation that are open at once': ['server/alerts/find-conditions.ts', 'maxConditions'],
  'alerts of a formation': ['server/api/app/alerts.ts', 'maxRules'],
  'alerts of a formation with a pattern': ['server/api/app/alerts.ts', 'maxPatternRules'],
  'pattern of an alert': ['server/alerts/log-pattern.ts', 'maxPattern'],
  'minutes over which lines of a log are counted': ['server/alerts/log-pattern.ts', 'maxMinutes'],
  'characters of a line that a pattern looks at': ['server/alerts/log-pattern.ts', 'maxMatched'],
  'growth of a log in 5 s that patterns look at': ['server/log/kept-cursor.ts', 'maxReadOn', 1024 * 1024],
  'hooks of a formation': ['server/api/app/hooks.ts', 'maxHooks'],
  'attempts of a delivery to a hook': ['server/alerts/send-deliveries.ts', 'maxAttempts'],
  'deliveries of a hook that are kept': ['server/compose/jobs/tell-of-alerts.ts', 'maxDeliveries'],
  'answer of a hook': ['server/alerts/hook-sender.ts', 'maxAnswerBytes', 1024],
  'lines kept of a container that failed': ['provisioner/converge/report/report.ts', 'maxLines'],
  'part of a backup that is in memory': ['server/backup/archive/archive-format.ts', 'pieceBytes', mib],
  'head, manifest or list of images of a backup': [
    'server/backup/archive/archive-format.ts',
    'maxTextBytes',
    mib,
  ],
  "a browser's session that is not used": ['server/api/auth/browser/session.ts', 'maxBrowserIdleHours'],
  "a browser's session, used or not": ['server/api/auth/browser/session.ts', 'maxBrowserHours'],
  'recovery codes of one user': ['server/api/auth/totp.ts', 'maxRecoveryCodes'],
  'passkeys of one user': ['server/api/people/passkeys/passkeys.ts', 'maxPasskeys'],
  'sign-ins by passkey that have begun': ['server/store/people/passkey-challenge-store.ts', 'maxOpenSignIns'],
  'body of a passkey': ['server/api/auth/passkey/credentials.ts', 'bodyLimit', kib],
  'sessions of browsers of one user': ['server/api/people/sessions.ts', 'maxSessions'],
  'entries of strangers in it': ['server/compose/jobs/collect-unneeded.ts', 'maxStrangerDays'],
};

/** Rows whose value the code computes, or has in an object. */
const computed: Readonly<Record<string, string | number>> = {
  'operations of one user at once': 'half of the free workers',
  'builds of one user at once': 'half of the free slots',
  'unfinished operations of one formation': 'one after the other',
  'logins and registrations from one address a minute': defaultAuthLimits.perAddress.points,
  'wrong passwords for one name from one address in 15 minutes': defaultAuthLimits.perUser.points,
  'wrong codes of an authenticator app of one user in 15 minutes': defaultAuthLimits.perCode.points,
};

interface Row {
  readonly what: string;
  readonly most: string;
  readonly setting: string;
}

const rows: readonly Row[] = readFileSync(join(projectRoot, 'docs', 'limits.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| what |'))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, what, most, setting]) => ({ what: what!, most: most!, setting: setting!.replaceAll('`', '') }));

describe('docs/limits.md', () => {
  it('gives the defaults of the settings', () => {
    const wrong = rows
      .filter(({ setting }) => setting !== '')
      .filter(({ most, setting }) => defaultOf(setting) !== most);
    assert.deepEqual(wrong, []);
    assert.ok(rows.some(({ setting }) => setting === 'DEIS_WORKERS'));
  });

  it('gives the values of the code', () => {
    const fixed = rows.filter(({ setting }) => setting === '');
    const known = [...Object.keys(constants), ...Object.keys(computed)];
    assert.deepEqual(fixed.map(({ what }) => what).sort(), known.sort());
    for (const { what, most } of fixed) {
      const named = constants[what];
      const value = named === undefined ? computed[what] : valueOf(...named);
      const shown = typeof value === 'string' ? most : Number(most.split(' ')[0]);
      assert.equal(shown, value, what);
      const [, , unit] = named ?? [];
      if (unit !== undefined) assert.ok(most.endsWith(unit === kib ? ' KiB' : ' MiB'), `${what}: ${most}`);
    }
  });

  it('has every setting that bounds what users do', () => {
    const bounds = Object.keys(definitions).filter((name) =>
      /^DEIS_(BUILD_(SECONDS|SOURCE|MEMORY|PIDS|DISK|CACHE)|IMAGE_CACHE|RELEASE_SECONDS|(FORMATION|USER)_RUNS|ACME_NAMES|BUILDS|WORKERS|REPOSITORY|GIT_(CONNECTIONS|HANDSHAKES)|BACKUP_(BASE_KEEP|KEEP|WAL_BYTES)|LOG_BYTES|LOG_DRAIN_BYTES|.*_DAYS|KEEP_.*)$/.test(
        name,
      ),
    );
    assert.deepEqual(
      rows
        .map(({ setting }) => setting)
        .filter(Boolean)
        .sort(),
      bounds.sort(),
    );
  });
});

/** The default of a setting as text. */
function defaultOf(name: string): string | undefined {
  const schema = (definitions as Readonly<Record<string, { readonly schema: z.ZodType }>>)[name]?.schema;
  return schema && String((schema.def as z.core.$ZodPrefaultDef).defaultValue);
}

/** A constant that is a product of numbers, in units. */
function valueOf(file: string, constant: string, unit = 1): number {
  const text = readFileSync(join(projectRoot, file), 'utf8');
  const found = new RegExp(`^(?:export )?const ${constant} = ([\\d_ *]+);`, 'm').exec(text);
  assert.ok(found, `${file} has no number ${constant}`);
  return product(found[1]!) / unit;
}

function product(text: string): number {
  return text
    .replace(/(\d+) \*\* (\d+)/g, (_all, base: string, power: string) =>
      String(Number(base) ** Number(power)),
    )
    .split('*')
    .reduce((all, factor) => all * Number(factor.replaceAll('_', '')), 1);
}
