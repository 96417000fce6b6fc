import { existsSync } from 'node:fs';
import { isIP } from 'node:net';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { z } from 'zod';
import { byteSize } from '../cookbooks/byte-size.js';
import { UserError } from '../cookbooks/errors.js';
import { parseFaults } from './operation/faults.js';

const seconds = z
  .string()
  .regex(/^\d+(\.\d+)?$/, 'is no number of seconds')
  .transform(Number)
  .pipe(z.number().positive('must be more than 0').max(86_400, 'must be at most 86400'));
const count = z
  .string()
  .regex(/^\d+$/, 'is no whole number')
  .transform(Number)
  .pipe(z.number().min(1, 'must be at least 1').max(100_000, 'must be at most 100000'));
const secondsOrNever = z
  .string()
  .regex(/^\d+(\.\d+)?$/, 'is no number of seconds')
  .transform(Number)
  .pipe(z.number().max(86_400, 'must be at most 86400'));
const port = z
  .string()
  .regex(/^\d+$/, 'is no port number')
  .transform(Number)
  .pipe(z.number().max(65_535, 'is no port number'));
const path = z.string().refine(isAbsolute, 'must be an absolute path');
const host = z.string().regex(/^[A-Za-z0-9.:-]+$/, 'is no address or host name');
const url = z
  .string()
  .refine(isHttpUrl, 'is no http(s) URL')
  .transform((text) => text.replace(/\/+$/, ''));
const proxies = z
  .string()
  .transform((text) => text.split(',').map((each) => each.trim()))
  .refine(
    (all) => all.every(isPeer),
    'is no comma-separated list of addresses and CIDRs, e.g. 127.0.0.1,10.0.0.0/8',
  );
const networks = z
  .string()
  .transform((text) => text.split(',').map((each) => each.trim()))
  .refine((all) => all.every(isNetwork), 'is no comma-separated list of IPv4 networks, e.g. 203.0.113.7/32');
const bytes = z
  .string()
  .regex(/^\d{1,15}[kmg]?$/i, 'is no size: expected bytes, or a number with k, m or g')
  .transform(byteSize);

const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;

/** Parts of the controller that run in one process or in several. */
export const roleNames = ['api', 'git', 'worker', 'slug'] as const;
export type Role = (typeof roleNames)[number];
const roles = z
  .string()
  .transform((text) =>
    text
      .split(',')
      .map((each) => each.trim())
      .filter(Boolean),
  )
  .pipe(
    z
      .array(z.enum(roleNames, `names a role that is none of ${roleNames.join(', ')}`))
      .min(1, 'names no role'),
  );

/**
 * Every setting: its schema over the environment's text, the default as text, and what `--help` says. The
 * order is the help's.
 */
const definitions = {
  DATABASE_URL: {
    schema: z.string().refine(isPostgresUrl, 'is no postgres:// URL').optional(),
    shown: 'an embedded PostgreSQL below the data directory',
    help: 'PostgreSQL of your own, postgres://user:password@host/name',
  },
  DEIS_DATA_DIR: {
    schema: path.default(defaultDataDir),
    shown: defaultDataDir(),
    help: 'repositories, slugs, master key, embedded database',
  },
  DEIS_INSTANCE: {
    schema: z
      .string()
      .regex(/^[0-9a-f]{8}$/, 'is no instance id: expected 8 hexadecimal digits')
      .optional(),
    shown: 'made once, kept in the data directory',
    help: 'labels everything this controller makes',
  },
  DEIS_BIND: { schema: host.default('127.0.0.1'), help: 'address of the HTTP API' },
  DEIS_PORT: {
    schema: port.prefault('8000'),
    help: 'its port; a taken one is replaced by a free one, 0 takes a free one',
  },
  DEIS_TLS_CERT: {
    schema: path.optional(),
    shown: 'plain HTTP',
    help: 'PEM file of the certificate of the HTTP API, its chain behind it; read again when it changes',
  },
  DEIS_TLS_KEY: { schema: path.optional(), shown: 'plain HTTP', help: 'PEM file of its key' },
  DEIS_PUBLIC_URL: {
    schema: url.optional(),
    shown: 'http://BIND:PORT',
    help: 'URL that people use, behind a TLS proxy for instance',
  },
  DEIS_TRUSTED_PROXY: {
    schema: proxies.optional(),
    shown: 'none',
    help: 'addresses and CIDRs, or loopback, of proxies whose X-Forwarded-For is believed',
  },
  DEIS_GIT_BIND: { schema: host.default('127.0.0.1'), help: 'address of the git endpoint' },
  DEIS_GIT_PORT: { schema: port.prefault('2222'), help: 'its port, as DEIS_PORT' },
  DEIS_GIT_PUBLIC_HOST: {
    schema: host.optional(),
    shown: 'the host of the public URL',
    help: 'host name that git remotes show',
  },
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
  DEIS_SSH_FROM: {
    schema: networks.optional(),
    shown: 'found out',
    help: "IPv4 networks that the controller's SSH comes from, for clouds with firewalls of their own",
  },
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
    help: 'certificate authorities that builds trust, PEM',
  },
  DEIS_NPM_REGISTRY: { schema: url.optional(), shown: "npm's own", help: 'npm registry that builds use' },
  DEIS_LEASE_SECONDS: {
    schema: seconds.prefault('30'),
    help: "a dead controller's operations are taken over after this long",
  },
  DEIS_HEARTBEAT_SECONDS: { schema: seconds.prefault('10'), help: 'a running step shows itself this often' },
  DEIS_DRAIN_SECONDS: {
    schema: seconds.prefault('30'),
    help: 'old containers finish their requests for this long at most',
  },
  DEIS_HEALTH_SECONDS: { schema: seconds.prefault('60'), help: 'a new container must be healthy within' },
  DEIS_WATCH_SECONDS: {
    schema: secondsOrNever.prefault('3'),
    help: 'a node that is silent for two of these is lost, and its containers move; 0 watches no nodes',
  },
  DEIS_SWEEP_SECONDS: {
    schema: seconds.prefault('30'),
    help: 'new nodes, and lost ones that answer again, are looked for this often',
  },
  DEIS_BUILD_SECONDS: { schema: seconds.prefault('900'), help: 'a build must be done within' },
  DEIS_BUILD_MEMORY: { schema: bytes.prefault('1g'), help: 'memory of a build' },
  DEIS_BUILD_CPUS: {
    schema: z
      .string()
      .regex(/^\d+(\.\d+)?$/, 'is no number of processors')
      .transform(Number)
      .pipe(z.number().positive('must be more than 0'))
      .optional(),
    shown: 'all',
    help: 'processors of a build, e.g. 1.5',
  },
  DEIS_BUILD_PIDS: { schema: count.prefault('1024'), help: 'processes of a build' },
  DEIS_BUILDS: { schema: count.prefault('2'), help: 'builds at once' },
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
  DEIS_WORKERS: { schema: count.prefault('8'), help: 'operations at once' },
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
    schema: z.string().optional().transform(toFaults),
    shown: 'none',
    help:
      'tests only: kill@KIND/STEP kills the controller when that step begins, kill@KIND/STEP:end when ' +
      'its work is done',
  },
} satisfies Record<string, { schema: z.ZodType; shown?: string; help: string }>;

type Definitions = typeof definitions;
type Name = keyof Definitions;
type Values = { readonly [K in Name]: z.output<Definitions[K]['schema']> };

/** The controller's settings. Durations in milliseconds, sizes in bytes. */
export type Settings = ReturnType<typeof toSettings>;

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
  if ((values['DEIS_TLS_CERT'] === undefined) !== (values['DEIS_TLS_KEY'] === undefined))
    problems.push('DEIS_TLS_CERT and DEIS_TLS_KEY go together: one of them is not set');
  if (problems.length > 0)
    throw new UserError(
      ['the settings are not right:', ...problems.map((problem) => `  ${problem}`)].join('\n'),
    );
  return toSettings(values as Values);
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
    http: {
      bind: values.DEIS_BIND,
      port: values.DEIS_PORT,
      publicUrl: values.DEIS_PUBLIC_URL,
      trustedProxies: values.DEIS_TRUSTED_PROXY ?? [],
      tls: tlsFiles(values),
    },
    git: { bind: values.DEIS_GIT_BIND, port: values.DEIS_GIT_PORT, publicHost: values.DEIS_GIT_PUBLIC_HOST },
    slug: { bind: values.DEIS_SLUG_BIND, port: values.DEIS_SLUG_PORT, nodeUrl: values.DEIS_NODE_URL },
    sshFrom: values.DEIS_SSH_FROM ?? [],
    masterKeyFile: values.DEIS_MASTER_KEY_FILE ?? join(values.DEIS_DATA_DIR, 'master.key'),
    cookbookPath: values.DEIS_COOKBOOK_PATH,
    caBundle: values.DEIS_CA_BUNDLE ?? hostBundle(),
    npmRegistry: values.DEIS_NPM_REGISTRY,
    leaseMs: ms('DEIS_LEASE_SECONDS'),
    heartbeatMs: ms('DEIS_HEARTBEAT_SECONDS'),
    drainSeconds: values.DEIS_DRAIN_SECONDS,
    healthSeconds: values.DEIS_HEALTH_SECONDS,
    watch: { silenceMs: ms('DEIS_WATCH_SECONDS'), sweepMs: ms('DEIS_SWEEP_SECONDS') },
    build: {
      seconds: values.DEIS_BUILD_SECONDS,
      memory: values.DEIS_BUILD_MEMORY,
      cpus: values.DEIS_BUILD_CPUS,
      pids: values.DEIS_BUILD_PIDS,
      atOnce: values.DEIS_BUILDS,
    },
    collect: {
      everyMs: ms('DEIS_COLLECT_SECONDS'),
      graceMs: ms('DEIS_COLLECT_GRACE_SECONDS'),
      keepReleases: values.DEIS_KEEP_RELEASES,
      keepDays: values.DEIS_KEEP_DAYS,
      auditDays: values.DEIS_AUDIT_DAYS,
    },
    roles: new Set<Role>(values.DEIS_ROLES),
    sessionMs: values.DEIS_SESSION_DAYS * 86_400_000,
    workers: values.DEIS_WORKERS,
    logLevel: values.DEIS_LOG_LEVEL,
    faults: values.DEIS_FAULTS,
  } as const;
}

function tlsFiles({ DEIS_TLS_CERT: certificate, DEIS_TLS_KEY: key }: Values) {
  return certificate === undefined || key === undefined ? undefined : { certificate, key };
}

function toFaults(text: string | undefined, context: z.RefinementCtx) {
  try {
    return parseFaults(text ?? '');
  } catch (error) {
    context.addIssue({ code: 'custom', message: `: ${(error as Error).message}` });
    return z.NEVER;
  }
}

function shown(name: string, text: string | undefined): string {
  return name === 'DATABASE_URL' ? '...' : `'${text ?? ''}'`;
}

function defaultText(schema: z.ZodType): string {
  const value: unknown = schema.parse(undefined);
  return schema.def.type === 'prefault'
    ? String((schema.def as z.core.$ZodPrefaultDef).defaultValue)
    : String(value);
}

function defaultDataDir(): string {
  return process.getuid?.() === 0
    ? '/var/lib/deis/controller'
    : join(homedir(), '.local', 'share', 'deis', 'controller');
}

function hostBundle(): string | undefined {
  const bundle = '/etc/ssl/certs/ca-certificates.crt';
  return existsSync(bundle) ? bundle : undefined;
}

/** Whether Express takes it for `trust proxy`; everybody (`/0`) is no proxy. */
function isPeer(text: string): boolean {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(text)) return true;
  const [address = '', length, ...more] = text.split('/');
  const bits = { 0: 0, 4: 32, 6: 128 }[isIP(address)] ?? 0;
  if (bits === 0 || address.includes('%') || more.length > 0) return false;
  return length === undefined || (/^[1-9]\d{0,2}$/.test(length) && Number(length) <= bits);
}

function isNetwork(text: string): boolean {
  const [address = '', length, ...more] = text.split('/');
  return (
    isIP(address) === 4 &&
    more.length === 0 &&
    length !== undefined &&
    /^\d{1,2}$/.test(length) &&
    Number(length) <= 32
  );
}

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol);
}

function isPostgresUrl(text: string): boolean {
  return URL.canParse(text) && ['postgres:', 'postgresql:'].includes(new URL(text).protocol);
}
