import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { UserError } from '../../base/errors.js';
import { isLoopback } from '../../base/network.js';
import { pointInTime } from './definitions/backup-definitions.js';
import {
  gitEndpoint,
  httpEndpoint,
  logServer,
  metricsEndpoint,
  networks,
  registryEndpoint,
  storeAccess,
  storePlace,
} from './endpoints.js';
import { oidcProblems } from './definitions/oidc-definitions.js';
import { definitions } from './setting-definitions.js';
import type { ProcessRole } from './setting-schemas.js';
import type { Values } from './setting-values.js';
import { tlsProblems } from './definitions/tls-definitions.js';

type Name = keyof Values;

/** The controller's settings. Durations in milliseconds, sizes in bytes. */
export type Settings = ReturnType<typeof toSettings> & {
  /** The setting itself where it is set: its port is meant, and no other. */
  readonly fixedPort: (name: PortSetting) => PortSetting | undefined;
};
type PortSetting =
  | 'DEIS_PORT'
  | 'DEIS_GIT_PORT'
  | 'DEIS_SLUG_PORT'
  | 'DEIS_REGISTRY_PORT'
  | 'DEIS_METRICS_PORT'
  | 'DEIS_LOG_PORT';

/** Settings that hold secrets. */
const unshown = [
  'DATABASE_URL',
  'DEIS_STORE_SECRET_KEY',
  'DEIS_METRICS_TOKEN',
  'DEIS_SMTP_URL',
  'DEIS_OIDC_CLIENT_SECRET',
  'DEIS_REGISTRY_PASSWORD',
  'DEIS_REGISTRY_PULL_PASSWORD',
  // Somebody may have written a password into it.
  'DEIS_REGISTRY_URL',
];

/** Settings that are of use together alone. */
const pairs: readonly (readonly [Name, Name])[] = [
  ['DEIS_TLS_CERT', 'DEIS_TLS_KEY'],
  ['DEIS_STORE_KEY_ID', 'DEIS_STORE_SECRET_KEY'],
  ['DEIS_SMTP_URL', 'DEIS_SMTP_FROM'],
  ['DEIS_OIDC_ISSUER', 'DEIS_OIDC_CLIENT_ID'],
  ['DEIS_REGISTRY_USERNAME', 'DEIS_REGISTRY_PASSWORD'],
  ['DEIS_REGISTRY_PULL_USERNAME', 'DEIS_REGISTRY_PULL_PASSWORD'],
];

/** Variables that other parts of the product read. */
const foreign = ['DEIS_PROFILE', 'DEIS_PERSON_HOME'];

/**
 * Reads the settings from environment variables; empty ones count as unset. @throws UserError listing every
 * problem at once.
 */
export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const values: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const [name, { schema }] of Object.entries(definitions)) {
    const text = env[name] === '' ? undefined : env[name];
    const result: z.ZodSafeParseResult<unknown> = schema.safeParse(text);
    if (result.success) values[name] = result.data;
    else
      problems.push(...result.error.issues.map((issue) => `${name}=${shown(name, text)} ${issue.message}`));
  }
  for (const [one, other] of pairs)
    if ((values[one] === undefined) !== (values[other] === undefined))
      problems.push(`${one} and ${other} go together: one of them is not set`);
  problems.push(...tlsProblems(values), ...oidcProblems(values));
  const { DEIS_METRICS_BIND: bind, DEIS_METRICS_TOKEN: token } = values;
  if (values['DEIS_METRICS_PORT'] !== undefined && token === undefined && !isLoopback(String(bind)))
    problems.push(`DEIS_METRICS_TOKEN is not set: metrics on ${String(bind)}, which others reach, need one`);
  if (problems.length > 0)
    throw new UserError(
      ['the settings are not right:', ...problems.map((problem) => `  ${problem}`)].join('\n'),
    );
  const fixed = new Set(Object.keys(env).filter((name) => env[name] !== undefined && env[name] !== ''));
  return {
    ...toSettings(values as Values),
    fixedPort: (name: PortSetting) => (fixed.has(name) ? name : undefined),
  };
}

/** Variables named like settings that are none: misspelt, most likely. */
export function unknownSettings(env: Readonly<Record<string, string | undefined>>): string[] {
  return Object.keys(env).filter(
    (name) => name.startsWith('DEIS_') && !(name in definitions) && !foreign.includes(name),
  );
}

/** One paragraph per setting, generated from the definitions. */
export function settingsHelp(): string {
  const entries = Object.entries(definitions) as [
    string,
    { schema: z.ZodType; shown?: string; help: string },
  ][];
  const width = Math.max(...entries.map(([name]) => name.length));
  return entries
    .map(
      ([name, { schema, shown: text, help }]) =>
        `  ${name.padEnd(width)}  ${help}\n${' '.repeat(width + 4)}default: ${text ?? defaultText(schema)}`,
    )
    .join('\n');
}

function toSettings(values: Values) {
  const ms = (name: { [K in Name]: Values[K] extends number ? K : never }[Name]): number =>
    values[name] * 1000;
  return {
    databaseUrl: values.DATABASE_URL,
    dataDir: values.DEIS_DATA_DIR,
    instance: values.DEIS_INSTANCE,
    store: storePlace(values),
    acme: acmeAccess(values),
    storeAccess: storeAccess(values),
    backup: backupRules(values),
    http: httpEndpoint(values),
    git: gitEndpoint(values),
    slug: { bind: values.DEIS_SLUG_BIND, port: values.DEIS_SLUG_PORT, nodeUrl: values.DEIS_NODE_URL },
    registry: registryEndpoint(values),
    metrics: metricsEndpoint(values),
    measureMs: ms('DEIS_MEASURE_SECONDS'),
    logs: logServer(values),
    providers: new Set<string>(values.DEIS_PROVIDERS),
    ...networks(values),
    masterKeyFile: values.DEIS_MASTER_KEY_FILE ?? join(values.DEIS_DATA_DIR, 'master.key'),
    cookbookPath: values.DEIS_COOKBOOK_PATH,
    ...registries(values),
    suite: values.DEIS_SUITE,
    mirror: values.DEIS_MIRROR,
    ...leaseTimes(values),
    drainSeconds: values.DEIS_DRAIN_SECONDS,
    healthSeconds: values.DEIS_HEALTH_SECONDS,
    ...oneOffBounds(values),
    watch: { silenceMs: ms('DEIS_WATCH_SECONDS'), sweepMs: ms('DEIS_SWEEP_SECONDS') },
    repositoryBytes: values.DEIS_REPOSITORY,
    build: buildLimits(values),
    collect: collectRules(values),
    roles: new Set<ProcessRole>(values.DEIS_ROLES),
    sessionMs: values.DEIS_SESSION_DAYS * 86_400_000,
    workers: values.DEIS_WORKERS,
    logLevel: values.DEIS_LOG_LEVEL,
    faults: values.DEIS_FAULTS,
  } as const;
}

function leaseTimes(values: Values) {
  return {
    leaseMs: values.DEIS_LEASE_SECONDS * 1000,
    heartbeatMs: values.DEIS_HEARTBEAT_SECONDS * 1000,
  };
}

function oneOffBounds(values: Values) {
  return {
    releaseSeconds: values.DEIS_RELEASE_SECONDS,
    runs: { ofFormation: values.DEIS_FORMATION_RUNS, ofUser: values.DEIS_USER_RUNS },
  };
}

/** Where certificates are ordered, and how. */
function acmeAccess(values: Values) {
  return {
    directory: values.DEIS_ACME_URL,
    agreed: values.DEIS_ACME_AGREE,
    email: values.DEIS_ACME_EMAIL,
    caBundle: values.DEIS_ACME_CA_BUNDLE ?? values.DEIS_CA_BUNDLE ?? hostBundle(),
    dnsServers: values.DEIS_ACME_DNS,
    maxNames: values.DEIS_ACME_NAMES,
  } as const;
}

/** Where builds fetch from, and whom they trust. */
function registries(values: Values) {
  return {
    caBundle: values.DEIS_CA_BUNDLE ?? hostBundle(),
    npmRegistry: values.DEIS_NPM_REGISTRY,
    pypiIndex: values.DEIS_PYPI_INDEX,
    goProxy: values.DEIS_GOPROXY,
    mavenMirror: values.DEIS_MAVEN_MIRROR,
    rubygemsMirror: values.DEIS_RUBYGEMS_MIRROR,
  };
}

function buildLimits(values: Values) {
  return {
    seconds: values.DEIS_BUILD_SECONDS,
    memory: values.DEIS_BUILD_MEMORY,
    cpus: values.DEIS_BUILD_CPUS,
    pids: values.DEIS_BUILD_PIDS,
    atOnce: values.DEIS_BUILDS,
    isElsewhere: values.DEIS_BUILD_ELSEWHERE,
    source: values.DEIS_BUILD_SOURCE,
    disk: values.DEIS_BUILD_DISK,
    cache: values.DEIS_BUILD_CACHE,
    imageCache: values.DEIS_IMAGE_CACHE,
  } as const;
}

function collectRules(values: Values) {
  return {
    everyMs: values.DEIS_COLLECT_SECONDS * 1000,
    graceMs: values.DEIS_COLLECT_GRACE_SECONDS * 1000,
    keepReleases: values.DEIS_KEEP_RELEASES,
    keepDays: values.DEIS_KEEP_DAYS,
    auditDays: values.DEIS_AUDIT_DAYS,
  } as const;
}

function backupRules(values: Values) {
  return {
    to: values.DEIS_BACKUP_TO,
    recipients: values.DEIS_BACKUP_RECIPIENTS ?? [],
    passphraseFile: values.DEIS_BACKUP_PASSPHRASE_FILE,
    identityFile: values.DEIS_BACKUP_IDENTITY_FILE,
    keep: values.DEIS_BACKUP_KEEP,
    everyMs: values.DEIS_BACKUP_HOURS * 3600_000,
    baseKeep: values.DEIS_BACKUP_BASE_KEEP,
    pointInTime: values.DATABASE_URL === undefined ? pointInTime(values) : undefined,
  } as const;
}

function shown(name: string, text: string | undefined): string {
  return unshown.includes(name) ? '...' : `'${text ?? ''}'`;
}

function defaultText(schema: z.ZodType): string {
  const value: unknown = schema.parse(undefined);
  return schema.def.type === 'prefault'
    ? String((schema.def as z.core.$ZodPrefaultDef).defaultValue)
    : String(value);
}

function hostBundle(): string | undefined {
  const bundle = '/etc/ssl/certs/ca-certificates.crt';
  return existsSync(bundle) ? bundle : undefined;
}
