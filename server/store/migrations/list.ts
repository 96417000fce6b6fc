import type { Knex } from 'knex';
import * as formations from './0001-formations.js';
import * as releases from './0002-releases.js';
import * as operations from './0003-operations.js';
import * as edge from './0004-edge.js';
import * as people from './0005-people.js';
import * as runs from './0007-runs.js';
import * as launchIntent from './0008-launch-intent.js';
import * as buildRuntimes from './0009-build-runtimes.js';
import * as layerAttributes from './0011-layer-attributes.js';
import * as nodeScheduling from './0012-node-scheduling.js';
import * as collectedBuilds from './0013-collected-builds.js';
import * as releaseLimits from './0014-release-limits.js';
import * as proxySettings from './0015-proxy-settings.js';
import * as releaseEvidence from './0016-release-evidence.js';
import * as providerChanges from './0018-provider-changes.js';
import * as auditAge from './0019-audit-age.js';
import * as releaseHealth from './0020-release-health.js';
import * as allowedProviders from './0021-allowed-providers.js';
import * as transfersAndShares from './0022-transfers-and-shares.js';
import * as tokenSessions from './0023-token-sessions.js';
import * as buildKinds from './0024-build-kinds.js';
import * as systemActors from './0025-system-actors.js';
import * as schedule from './0026-schedule.js';
import * as severalRuntimes from './0027-several-runtimes.js';
import * as purgeData from './0028-purge-data.js';
import * as seenContainers from './0029-seen-containers.js';
import * as writableReleases from './0030-writable-releases.js';
import * as releasePhases from './0031-release-phases.js';
import * as repositoryBundles from './0032-repository-bundles.js';
import * as imageFacts from './0033-image-facts.js';
import * as formationBuildpacks from './0035-formation-buildpacks.js';
import * as keptBuildpacks from './0036-kept-buildpacks.js';
import * as drains from './0038-drains.js';
import * as acme from './0040-acme.js';
import * as browserSessions from './0044-browser-sessions.js';
import * as totp from './0046-totp.js';
import * as postdeploy from './0051-postdeploy.js';
import * as boxes from './0052-boxes.js';
import * as measures from './0042-measures.js';
import * as alerts from './0043-alerts.js';
import * as schemaNeeds from './0047-schema-needs.js';
import * as logAlerts from './0045-log-alerts.js';
import * as guests from './0050-guests.js';
import * as apiCertificates from './0054-api-certificates.js';
import * as hostShares from './0055-host-shares.js';
import * as usedApiCertificates from './0057-used-api-certificates.js';
import * as passkeys from './0058-passkeys.js';
import * as identities from './0059-identities.js';
import * as identitySessions from './0060-identity-sessions.js';
import * as moves from './0061-moves.js';
import * as services from './0062-services.js';
import * as layerTags from './0063-layer-tags.js';
import * as nodeSizes from './0065-node-sizes.js';
import * as ownNodes from './0067-own-nodes.js';
import * as formerStays from './0068-former-stays.js';

interface Listed {
  /** Without extension: knex stores it, and `.ts` and `.js` would differ. Its command shows this field. */
  readonly file: string;
  readonly migration: Knex.Migration;
  /** It takes away what the release before uses, which then refuses to start. Others add alone. */
  readonly endsOlder?: true;
}

/** All migrations in order. No question mark in their SQL: knex.raw takes it for a binding. */
const migrations: readonly Listed[] = [
  { file: '0001-formations', migration: formations },
  { file: '0002-releases', migration: releases },
  { file: '0003-operations', migration: operations },
  { file: '0004-edge', migration: edge },
  { file: '0005-people', migration: people },
  { file: '0007-runs', migration: runs },
  { file: '0008-launch-intent', migration: launchIntent },
  { file: '0009-build-runtimes', migration: buildRuntimes },
  { file: '0011-layer-attributes', migration: layerAttributes },
  { file: '0012-node-scheduling', migration: nodeScheduling },
  { file: '0013-collected-builds', migration: collectedBuilds },
  { file: '0014-release-limits', migration: releaseLimits },
  { file: '0015-proxy-settings', migration: proxySettings },
  { file: '0016-release-evidence', migration: releaseEvidence },
  { file: '0018-provider-changes', migration: providerChanges },
  { file: '0019-audit-age', migration: auditAge },
  { file: '0020-release-health', migration: releaseHealth },
  { file: '0021-allowed-providers', migration: allowedProviders },
  { file: '0022-transfers-and-shares', migration: transfersAndShares },
  { file: '0023-token-sessions', migration: tokenSessions },
  { file: '0024-build-kinds', migration: buildKinds },
  { file: '0025-system-actors', migration: systemActors },
  { file: '0026-schedule', migration: schedule },
  { file: '0027-several-runtimes', migration: severalRuntimes },
  { file: '0028-purge-data', migration: purgeData },
  { file: '0029-seen-containers', migration: seenContainers },
  { file: '0030-writable-releases', migration: writableReleases },
  { file: '0031-release-phases', migration: releasePhases },
  { file: '0032-repository-bundles', migration: repositoryBundles },
  { file: '0033-image-facts', migration: imageFacts },
  { file: '0035-formation-buildpacks', migration: formationBuildpacks },
  { file: '0036-kept-buildpacks', migration: keptBuildpacks },
  { file: '0038-drains', migration: drains },
  { file: '0040-acme', migration: acme },
  { file: '0044-browser-sessions', migration: browserSessions },
  { file: '0042-measures', migration: measures },
  { file: '0043-alerts', migration: alerts },
  { file: '0047-schema-needs', migration: schemaNeeds },
  { file: '0045-log-alerts', migration: logAlerts },
  { file: '0046-totp', migration: totp },
  { file: '0050-guests', migration: guests },
  { file: '0051-postdeploy', migration: postdeploy },
  { file: '0052-boxes', migration: boxes },
  { file: '0054-api-certificates', migration: apiCertificates },
  { file: '0055-host-shares', migration: hostShares },
  { file: '0057-used-api-certificates', migration: usedApiCertificates },
  { file: '0058-passkeys', migration: passkeys },
  { file: '0059-identities', migration: identities },
  { file: '0060-identity-sessions', migration: identitySessions },
  { file: '0061-moves', migration: moves },
  { file: '0062-services', migration: services },
  { file: '0063-layer-tags', migration: layerTags },
  { file: '0065-node-sizes', migration: nodeSizes },
  { file: '0067-own-nodes', migration: ownNodes },
  { file: '0068-former-stays', migration: formerStays },
];

/** knex's migration source over the explicit list above. */
export const migrationSource: Knex.MigrationSource<Listed> = {
  getMigrations: () => Promise.resolve([...migrations]),
  getMigrationName: ({ file }) => file,
  getMigration: ({ migration }) => Promise.resolve(migration),
};

/** Names of those that the release before cannot serve. */
export const endingOlder: readonly string[] = migrations
  .filter(({ endsOlder }) => endsOlder === true)
  .map(({ file }) => file);

/** The same, with these alone. */
export function onlyMigrations(names: readonly string[]): Knex.MigrationSource<Listed> {
  return {
    ...migrationSource,
    getMigrations: () => Promise.resolve(migrations.filter(({ file }) => names.includes(file))),
  };
}
