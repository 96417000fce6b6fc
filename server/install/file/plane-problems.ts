import { isIP, isIPv4 } from 'node:net';
import { roleNames, type ProcessRole } from '../../settings/setting-schemas.js';
import { unknownSettings } from '../../settings/settings.js';
import type { PlaneFile } from './plane-file.js';

const ofNginx = 'proxy.tls says who has the certificate';
/** Settings that are not for `settings`, and why. */
const said: Readonly<Record<string, string>> = {
  DATABASE_URL: 'postgresql says it',
  DEIS_DATA_DIR: 'data_dir says it',
  DEIS_PUBLIC_URL: 'public_url says it',
  DEIS_ROLES: 'controllers.N.roles says it',
  DEIS_PORT: 'the API has port 8000 behind nginx',
  DEIS_GIT_PORT: 'git has port 2222, which nginx passes on, too',
  DEIS_TLS_CERT: ofNginx,
  DEIS_TLS_KEY: ofNginx,
  DEIS_TLS_DOMAIN: ofNginx,
  DEIS_TLS_HTTP_BIND: ofNginx,
  DEIS_TLS_HTTP_PORT: ofNginx,
  DEIS_PASSED_BY: ofNginx,
  DEIS_TRUSTED_PROXY: 'proxy.host says it',
  DEIS_BACKUP_TO: 'backups.to says it',
  DEIS_BACKUP_RECIPIENTS: 'backups.recipients says it',
  DEIS_BACKUP_HOURS: 'backups.every_hours says it',
};
/** Settings that `proxy.tls.acme` has fields for. */
const ofAcme: Readonly<Record<string, string>> = {
  DEIS_ACME_AGREE: 'agree',
  DEIS_ACME_EMAIL: 'email',
  DEIS_ACME_URL: 'directory',
  DEIS_ACME_CA_BUNDLE: 'ca_file',
};
/** Roles that keep something on their host: there is one of each, and others are told where. */
const lonely: readonly ProcessRole[] = ['slug', 'registry', 'log'];
/** Roles that someone must have: whoever has `worker` builds, too. */
const needed = roleNames.filter((role) => role !== 'build');

/** What is wrong between fields that are right by themselves. */
export function planeProblems(file: PlaneFile): string[] {
  return [
    ...hostProblems(file),
    ...databaseProblems(file),
    ...controllerProblems(file),
    ...frontProblems(file),
    ...backupProblems(file),
    ...settingProblems(file),
  ];
}

/** Names of the hosts that a field names, by that field. */
function namedHosts({
  postgresql,
  controllers,
  proxy,
}: PlaneFile): (readonly [field: string, host: string])[] {
  return [
    ...(postgresql.host === undefined ? [] : [['postgresql.host', postgresql.host] as const]),
    ...(postgresql.standby === undefined ? [] : [['postgresql.standby', postgresql.standby] as const]),
    ...controllers.map(({ host }, index) => [`controllers.${index}.host`, host] as const),
    ['proxy.host', proxy.host],
  ];
}

function hostProblems(file: PlaneFile): string[] {
  const { hosts } = file;
  const there = Object.keys(hosts);
  const named = namedHosts(file);
  const used = new Set(named.map(([, host]) => host));
  const isSpread = used.size > 1;
  const addresses = Object.values(hosts).map(({ address, port }) => `${address}:${port}`);
  return [
    ...named
      .filter(([, host]) => !there.includes(host))
      .map(
        ([field, host]) =>
          `${field} is "${host}": expected one of hosts, which are ${there.join(', ') || 'none'}`,
      ),
    ...there
      .filter((host) => !used.has(host))
      .map(
        (host) =>
          `hosts.${host} is named by nothing: name it in postgresql, controllers or proxy, or remove it`,
      ),
    ...there
      .filter((_, index) => addresses.indexOf(addresses[index]!) !== index)
      .map(
        (host) => `hosts.${host}.address is that of another host, too: expected one host for each machine`,
      ),
    ...there
      .filter(
        (host) => isSpread && hosts[host]!.private_address === undefined && !isIPv4(hosts[host]!.address),
      )
      .map(
        (host) =>
          `hosts.${host}.private_address is missing: expected the IPv4 address at which the other hosts reach it`,
      ),
  ];
}

function databaseProblems({ postgresql: { host, url_file: file, standby } }: PlaneFile): string[] {
  if ((host === undefined) !== (file === undefined))
    return standby === undefined || (host !== undefined && standby !== host)
      ? []
      : [
          `postgresql.standby is "${standby}": expected another host than postgresql.host, of which it is a copy`,
        ];
  return [
    'postgresql: expected host, where it is installed, or url_file, a file with the URL of one that is there: ' +
      'one of them',
  ];
}

function controllerProblems({ controllers, settings }: PlaneFile): string[] {
  const hosts = controllers.map(({ host }) => host);
  const holders = (role: ProcessRole): number =>
    controllers.filter(({ roles }) => roles.includes(role)).length;
  return [
    ...hosts
      .filter((host, index) => hosts.indexOf(host) !== index)
      .map((host) => `controllers: host "${host}" has two: give one of them the roles of both`),
    ...needed
      .filter((role) => holders(role) === 0)
      .map((role) => `controllers: no one has the role ${role}: add it to the roles of one`),
    ...lonely
      .filter((role) => holders(role) > 1)
      .map(
        (role) =>
          `controllers: ${holders(role)} have the role ${role}: leave it to one, for it keeps files there`,
      ),
    ...(controllers.length > 1 && settings['DEIS_STORE'] === undefined
      ? [
          'settings.DEIS_STORE is missing: controllers on several hosts share slugs and repositories in a store, ' +
            'e.g. s3://deis (docs/store.md)',
        ]
      : []),
  ];
}

function frontProblems(file: PlaneFile): string[] {
  const { tls } = file.proxy;
  const hasFiles = tls.certificate !== undefined || tls.key !== undefined;
  const isWhole = tls.certificate !== undefined && tls.key !== undefined;
  const ways = [hasFiles, tls.self_signed === true, tls.acme !== undefined].filter((each) => each).length;
  if (ways === 1 && (!hasFiles || isWhole)) return acmeProblems(file);
  return [
    'proxy.tls: expected one of certificate and key, the paths of two PEM files; acme, a CA that gives one; ' +
      'self_signed: true',
  ];
}

/** A CA asks port 80 of a name. */
function acmeProblems({ proxy, public_url: url, settings }: PlaneFile): string[] {
  if (proxy.tls.acme === undefined) return [];
  const { hostname, port } = new URL(url);
  return [
    ...(isIP(hostname) === 0 && hostname.includes('.')
      ? []
      : [`public_url has the host ${hostname}: expected a name that the CA finds in the DNS`]),
    ...(port === '80' ? ['public_url has port 80: expected another one, for the CA asks there'] : []),
    ...Object.keys(ofAcme)
      .filter((name) => settings[name] !== undefined)
      .map((name) => `settings.${name} cannot be set here: proxy.tls.acme.${ofAcme[name]} says it`),
  ];
}

function backupProblems({ backups: { to, recipients } }: PlaneFile): string[] {
  if (to === 'none' || recipients.length > 0) return [];
  return [
    'backups.recipients is missing: expected whom archives are for, which `deis-controller backup key FILE` prints, ' +
      'e.g. [age1...]',
  ];
}

function settingProblems({ settings }: PlaneFile): string[] {
  const names = Object.keys(settings);
  const unknown = new Set([
    ...unknownSettings(settings as Record<string, string>),
    ...names.filter((name) => !name.startsWith('DEIS_') && said[name] === undefined),
  ]);
  return [
    ...names
      .filter((name) => said[name] !== undefined)
      .map((name) => `settings.${name} cannot be set here: ${said[name]}`),
    ...[...unknown].map((name) => `settings.${name} is not a setting: see deis-controller --help`),
  ];
}
