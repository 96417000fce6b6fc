import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { defaultSuite, isMirror, suites, type Suite } from '../../provisioner/images/suite.js';
import { enabledProviders } from './enabled-providers.js';
import {
  addresses,
  bytes,
  count,
  domain,
  faults,
  host,
  levels,
  networks,
  path,
  port,
  postgresUrl,
  proxies,
  roleNames,
  roles,
  seconds,
  secondsOrNever,
  url,
  yesOrNo,
} from './setting-schemas.js';
import { gitDefinitions } from './definitions/git-definitions.js';
import { mailDefinitions } from './definitions/mail-definitions.js';
import { metricsDefinitions } from './definitions/metrics-definitions.js';
import { oidcDefinitions } from './definitions/oidc-definitions.js';
import { registryDefinitions } from './definitions/registry-definitions.js';
import { acmeDefinitions } from './definitions/acme-definitions.js';
import { backupDefinitions } from './definitions/backup-definitions.js';
import { languageDefinitions } from './definitions/language-definitions.js';
import { logDefinitions } from './definitions/log-definitions.js';
import { oneOffDefinitions } from './definitions/one-off-definitions.js';
import { sourceDefinitions } from './definitions/source-definitions.js';
import { storeDefinitions } from './definitions/store-definitions.js';
import { tlsDefinitions } from './definitions/tls-definitions.js';

/**
 * Every setting: its schema over the environment's text, the default as text, and what `--help` says. The
 * order is the help's.
 */
export const definitions = {
  DATABASE_URL: {
    schema: postgresUrl.optional(),
    shown: 'an embedded PostgreSQL below the data directory',
    help: 'PostgreSQL of your own, postgres://user:password@host/name; host,host of a primary and its standbys',
  },
  DEIS_DATA_DIR: {
    schema: path.default(defaultDataDir),
    shown: defaultDataDir(),
    help: 'repositories, slugs, master key, embedded database',
  },
  ...storeDefinitions,
  ...acmeDefinitions,
  ...backupDefinitions,
  DEIS_INSTANCE: {
    schema: z
      .string()
      .regex(/^[0-9a-f]{8}$/, 'is not a valid instance id: expected 8 hexadecimal digits, e.g. 0a1b2c3d')
      .optional(),
    shown: 'made once, kept in the database',
    help: 'labels everything this controller makes',
  },
  DEIS_BIND: { schema: host.default('127.0.0.1'), help: 'address of the HTTP API' },
  DEIS_PORT: {
    schema: port.prefault('8000'),
    help: 'its port; the default is replaced by a free one when it is taken, 0 takes a free one',
  },
  ...tlsDefinitions,
  DEIS_PUBLIC_URL: {
    schema: url.optional(),
    shown: 'https://DEIS_TLS_DOMAIN:PORT, else http://BIND:PORT',
    help: 'URL that people use, behind a TLS proxy for instance',
  },
  DEIS_DOMAIN: {
    schema: domain.optional(),
    shown: 'none',
    help: 'formations that share nodes answer to NAME.DEIS_DOMAIN, too: a wildcard of it leads to their proxies',
  },
  DEIS_TRUSTED_PROXY: {
    schema: proxies.optional(),
    shown: 'none',
    help: 'addresses and CIDRs, or loopback, of proxies whose X-Forwarded-For is believed',
  },
  DEIS_PASSED_BY: {
    schema: addresses.optional(),
    shown: 'none',
    help: 'addresses that pass TLS of the HTTP API on as it is, and must say whose by the PROXY protocol (version 1)',
  },
  ...oidcDefinitions,
  ...gitDefinitions,
  DEIS_SLUG_BIND: {
    schema: host.default('0.0.0.0'),
    help: 'address of the slug server, which answers signed URLs only',
  },
  DEIS_SLUG_PORT: { schema: port.prefault('8001'), help: 'its port, as DEIS_PORT' },
  DEIS_NODE_URL: {
    schema: url.optional(),
    shown: 'worked out from the provider',
    help: 'base URL of the slug server as nodes reach it',
  },
  ...registryDefinitions,
  ...metricsDefinitions,
  ...mailDefinitions,
  ...logDefinitions,
  DEIS_PROVIDERS: {
    schema: enabledProviders.prefault('docker,static,ec2'),
    help: 'provider types that launch nodes; mock is one more, whose nodes are on paper',
  },
  DEIS_SSH_FROM: {
    schema: networks.optional(),
    shown: 'found out',
    help: "IPv4 networks that the controller's SSH comes from, for clouds with firewalls of their own",
  },
  ...sourceDefinitions,
  DEIS_MASTER_KEY_FILE: {
    schema: path.optional(),
    shown: 'DATA_DIR/master.key',
    help: 'key that encrypts secrets in the database',
  },
  DEIS_COOKBOOK_PATH: {
    schema: path.refine(existsSync, 'does not exist').optional(),
    shown: 'none',
    help: 'folder of your own cookbooks, NAME/recipes/RECIPE.ts each',
  },
  DEIS_CA_BUNDLE: {
    schema: path.refine(existsSync, 'does not exist').optional(),
    shown: 'the bundle of this host',
    help: 'certificate authorities that builds, drains and mails trust, PEM',
  },
  ...languageDefinitions,
  DEIS_SUITE: {
    schema: z
      .enum(Object.keys(suites) as Suite[], `is not a suite: expected ${Object.keys(suites).join(' or ')}`)
      .default(defaultSuite),
    help: 'Debian suite of the images of docker nodes and builds, whatever this host runs',
  },
  DEIS_MIRROR: {
    schema: z.string().refine(isMirror, 'is not the URL of a Debian mirror').optional(),
    shown: "this host's own, Debian's where the host is not Debian",
    help: 'Debian mirror that the images are made from',
  },
  DEIS_LEASE_SECONDS: {
    schema: seconds.prefault('30'),
    help: "a dead controller's operations are taken over after this long",
  },
  DEIS_HEARTBEAT_SECONDS: { schema: seconds.prefault('10'), help: 'a running step shows itself this often' },
  DEIS_DRAIN_SECONDS: {
    schema: seconds.prefault('30'),
    help: 'old containers finish their requests for this long at most; load balancers learn of proxies that go',
  },
  DEIS_HEALTH_SECONDS: { schema: seconds.prefault('60'), help: 'a new container must be healthy within' },
  ...oneOffDefinitions,
  DEIS_WATCH_SECONDS: {
    schema: secondsOrNever.prefault('3'),
    help: 'a node that is silent for two of these is lost, and its containers move; 0 watches no nodes',
  },
  DEIS_SWEEP_SECONDS: {
    schema: seconds.prefault('30'),
    help: 'new nodes, and lost ones that answer again, are looked for this often',
  },
  DEIS_BUILD_SECONDS: { schema: seconds.prefault('900'), help: 'a build must be done within' },
  DEIS_BUILD_SOURCE: {
    schema: bytes.prefault('2g'),
    help: 'bytes that the files of a push may take when they are unpacked',
  },
  DEIS_BUILD_MEMORY: { schema: bytes.prefault('1g'), help: 'memory of a build' },
  DEIS_BUILD_CPUS: {
    schema: z
      .string()
      .regex(/^\d+(\.\d+)?$/, 'is not a valid number of processors: expected e.g. 2')
      .transform(Number)
      .pipe(z.number().positive('must be more than 0'))
      .optional(),
    shown: 'all',
    help: 'processors of a build, e.g. 1.5',
  },
  DEIS_BUILD_PIDS: { schema: count.prefault('1024'), help: 'processes of a build' },
  DEIS_BUILD_DISK: { schema: bytes.prefault('4g'), help: 'disk that a build may use' },
  DEIS_BUILD_CACHE: {
    schema: bytes.prefault('1g'),
    help: "dependencies kept for a formation's next build; a larger cache is emptied",
  },
  DEIS_REPOSITORY: {
    schema: bytes.prefault('1g'),
    help: "a formation's git repository; a push that makes it larger is refused",
  },
  DEIS_BUILDS: {
    schema: count.prefault('2'),
    help: 'builds at once; of several, one user has at most half of the free ones',
  },
  DEIS_BUILD_ELSEWHERE: {
    schema: yesOrNo.prefault('no'),
    help: 'yes: this process builds nothing; processes with the role `build` alone do, on a host of their own',
  },
  DEIS_KEEP_RELEASES: {
    schema: count.prefault('10'),
    help: 'earlier good builds of a formation that can be rolled back to',
  },
  DEIS_KEEP_DAYS: {
    schema: count.prefault('30'),
    help: 'days that operations and their events are kept, builds of kept releases longer',
  },
  DEIS_AUDIT_DAYS: { schema: count.prefault('1825'), help: 'days that entries of the audit log are kept' },
  DEIS_SESSION_DAYS: { schema: count.prefault('30'), help: 'days after which a login that is not used ends' },
  DEIS_COLLECT_SECONDS: {
    schema: seconds.prefault('3600'),
    help: 'what is no longer kept is removed this often',
  },
  DEIS_COLLECT_GRACE_SECONDS: {
    schema: seconds.prefault('3600'),
    help: 'a file younger than this is not removed: it may be in use',
  },
  DEIS_WORKERS: {
    schema: count.prefault('8'),
    help: 'operations at once; of several, one user has at most half of the free ones',
  },
  DEIS_ROLES: {
    schema: roles.prefault(roleNames.join(',')),
    help:
      'what this process does; the other roles run elsewhere, with the same DATABASE_URL, data directory ' +
      'and settings',
  },
  DEIS_LOG_LEVEL: {
    schema: z.enum(levels, `is none of ${levels.join(', ')}`).default('info'),
    help: levels.join(', '),
  },
  DEIS_FAULTS: {
    schema: faults,
    shown: 'none',
    help:
      'tests only: kill@KIND/STEP kills the controller when that step begins, kill@KIND/STEP:end when ' +
      'its work is done',
  },
} satisfies Record<string, { schema: z.ZodType; shown?: string; help: string }>;

function defaultDataDir(): string {
  return process.getuid?.() === 0
    ? '/var/lib/deis/controller'
    : join(homedir(), '.local', 'share', 'deis', 'controller');
}
