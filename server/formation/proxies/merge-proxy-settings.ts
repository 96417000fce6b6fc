import { byteSize } from '../../../base/byte-size.js';
import {
  balancingAlgorithms,
  type ErrorPage,
  type OwnPage,
  type ProxySettings,
} from '../../../cookbooks/proxy-settings.js';
import { UserError } from '../../../base/errors.js';
import { isEverywhere, isNetwork } from '../../../base/network.js';
import { sortedByKey } from '../databag/sorted-by-key.js';
import { wrongProcessType } from '../requests/process-types/process-type.js';

/** null: as by default. */
export type ProxyChanges = {
  readonly [Name in Exclude<keyof ProxySettings, 'mode' | 'bodySize' | 'errorPages'>]?:
    ProxySettings[Name] | null | undefined;
} & {
  /** `http` is the default, null too; both give the port of mode tcp back. */
  readonly mode?: 'http' | 'tcp' | null | undefined;
  /** Bytes, or text: `20m`. */
  readonly bodySize?: string | number | null | undefined;
  /** Those that are named, null: the proxies' own; the others stay. */
  readonly errorPages?: Readonly<Partial<Record<ErrorPage, OwnPage | null>>> | null | undefined;
};

const maxBody = 100 * 2 ** 30;
const maxTimeout = 86_400;
/** Two years: no list of preloaded names wants more. */
const maxHsts = 63_072_000;
const maxNetworks = 256;
/** Requests of one client, in a second or a minute. */
const maxRate = 100_000;

type Parsers = {
  readonly [Name in keyof ProxySettings]-?: (
    value: NonNullable<ProxyChanges[Name]>,
    present: ProxySettings,
  ) => NonNullable<ProxySettings[Name]>;
};

const parsers: Parsers = {
  mode: (value) => (value === 'tcp' ? value : refuse('mode', value, 'it is http or tcp')),
  tcpPort: (value) => whole('port', value, 1, 65_535, 'numbers'),
  tcpType: (value) => {
    const wrong = wrongProcessType(value);
    if (wrong !== undefined) throw new UserError(wrong, { field: 'type' });
    return value;
  },
  algorithm: (value) =>
    balancingAlgorithms.find((each) => each === value) ??
    refuse('algorithm', value, `it is one of ${balancingAlgorithms.join(', ')}`),
  bodySize: parseBodySize,
  timeoutSeconds: (value) => whole('timeout', value, 1, maxTimeout, 'seconds'),
  enforceHttps: (value) => value,
  hsts: (value) => whole('hsts', value, 0, maxHsts, 'seconds'),
  hstsSubdomains: (value) => value,
  hstsPreload: (value) => value,
  allow: (value) => parseNetworks('allow', value),
  trusted: (value) => {
    const all = parseNetworks('trusted', value);
    const everybody = all.find(isEverywhere);
    return everybody === undefined
      ? all
      : refuse(
          'trusted',
          everybody,
          'then anybody could pretend to be anybody: name the networks of your own proxies',
        );
  },
  proxyProtocol: (value) => value,
  rateLimit: parseRate,
  rateBurst: (value) => whole('rate_burst', value, 0, maxRate, 'requests'),
  errorPages: (value, present) => {
    const merged = Object.entries({ ...present.errorPages, ...value });
    return sortedByKey(merged.filter((entry): entry is [string, OwnPage] => entry[1] !== null));
  },
};

/**
 * The settings with these changes; what is as by default is left out. @throws UserError naming the field and
 * its value
 */
export function mergeProxySettings(present: ProxySettings, changes: ProxyChanges): ProxySettings {
  const merged = new Map<string, unknown>(Object.entries(present));
  const given = Object.entries(withoutPort(changes)).filter(([, value]) => value !== undefined);
  if (given.length === 0)
    throw new UserError('name at least one setting, like timeout=60', { field: 'timeout' });
  for (const [name, value] of given) {
    const parsed =
      value === null
        ? undefined
        : (parsers[name as keyof Parsers] as (...args: readonly unknown[]) => unknown)(value, present);
    if (isDefault(parsed)) merged.delete(name);
    else merged.set(name, parsed);
  }
  const settings = sortedByKey([...merged]) as ProxySettings;
  checkHsts(settings);
  checkClients(settings);
  checkTcp(settings);
  return settings;
}

/** Mode http has no port and process type of its own. */
function withoutPort(changes: ProxyChanges): ProxyChanges {
  const { mode, tcpPort, tcpType } = changes;
  if (mode !== 'http' && mode !== null) return changes;
  return { ...changes, mode: null, tcpPort: tcpPort ?? null, tcpType: tcpType ?? null };
}

const ofHttp: Readonly<Partial<Record<keyof ProxySettings, string>>> = {
  bodySize: 'body_size',
  enforceHttps: 'enforce_https',
  hsts: 'hsts',
  hstsSubdomains: 'hsts_subdomains',
  hstsPreload: 'hsts_preload',
  trusted: 'trusted',
  proxyProtocol: 'proxy_protocol',
  rateLimit: 'rate_limit',
  rateBurst: 'rate_burst',
  errorPages: 'error_page',
};

function checkTcp(settings: ProxySettings): void {
  const { mode, tcpPort, tcpType } = settings;
  if (mode !== 'tcp') {
    const field = tcpPort !== undefined ? 'port' : tcpType !== undefined ? 'type' : undefined;
    if (field === undefined) return;
    throw new UserError(`${field} is of proxies of mode tcp: set mode=tcp with it`, { field });
  }
  const wrong = Object.keys(settings).find((name) => name in ofHttp);
  if (wrong === undefined) return;
  const field = ofHttp[wrong as keyof ProxySettings]!;
  throw new UserError(
    `${field} says how requests of HTTP are treated, and mode=tcp passes on connections as they are: ` +
      `\`deis proxy:unset ${field}\` first, or leave it out`,
    { field },
  );
}

function isDefault(value: unknown): boolean {
  const isEmpty = typeof value === 'object' && value !== null && Object.keys(value).length === 0;
  return value === undefined || value === false || isEmpty;
}

function checkHsts({ hsts, hstsSubdomains = false, hstsPreload = false }: ProxySettings): void {
  if (hstsSubdomains && hsts === undefined)
    throw new UserError('hsts_subdomains says more about hsts, which is not set: set hsts=on with it', {
      field: 'hsts_subdomains',
    });
  if (hstsPreload && (hsts === undefined || !hstsSubdomains))
    throw new UserError(
      'hsts_preload needs hsts and hsts_subdomains: browsers preload no name without them',
      { field: 'hsts_preload' },
    );
}

function checkClients({ rateLimit, rateBurst, proxyProtocol = false, trusted }: ProxySettings): void {
  if (rateBurst !== undefined && rateLimit === undefined)
    throw new UserError(
      'rate_burst says more about rate_limit, which is not set: set rate_limit=20/s with it',
      {
        field: 'rate_burst',
      },
    );
  if (proxyProtocol && trusted === undefined)
    throw new UserError(
      'proxy_protocol=on needs trusted: set trusted=CIDR with it, the networks of the load balancer that ' +
        'sends the header',
      { field: 'proxy_protocol' },
    );
}

function parseRate(value: string): string {
  const count = Number(/^([1-9]\d*)\/[sm]$/.exec(value)?.[1]);
  return count <= maxRate
    ? value
    : refuse(
        'rate_limit',
        value,
        `give requests a second or a minute, like 20/s or 300/m, at most ${maxRate}`,
      );
}

function parseBodySize(value: string | number): number {
  const text = String(value);
  const bytes = text.includes('.') ? Number.NaN : byteSize(text);
  return bytes >= 1 && bytes <= maxBody
    ? bytes
    : refuse('body_size', value, 'give an amount like 512k, 20m or 1g, at most 100g');
}

function whole(field: string, value: number, least: number, most: number, unit: string): number {
  return Number.isInteger(value) && value >= least && value <= most
    ? value
    : refuse(field, value, `give whole ${unit} from ${least} to ${most}`);
}

function parseNetworks(field: string, all: readonly string[]): string[] {
  const wrong = all.find((each) => !isNetwork(each));
  if (wrong !== undefined)
    return refuse(field, wrong, 'give addresses or CIDRs, like 203.0.113.7 or 10.0.0.0/8');
  if (all.length > maxNetworks)
    throw new UserError(`${field} has ${all.length} networks: at most ${maxNetworks} are possible`, {
      field,
    });
  return [...new Set(all)].sort();
}

function refuse(field: string, value: unknown, advice: string): never {
  throw new UserError(`${JSON.stringify(value)} cannot be ${field} of the proxies: ${advice}`, { field });
}
