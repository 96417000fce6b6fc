import { UserError } from '../../base/errors.js';
import { Secret } from '../../base/secret.js';
import { planePlaces } from '../../cookbooks/deis/planes/plane-places.js';
import { readSettings } from '../settings/settings.js';
import { addressOf, hostsOf, passedGit, planePorts } from './plane-addresses.js';
import type { PlaneFile, PlaneFileController } from './file/plane-file.js';

type Env = Readonly<Record<string, string>>;

/** A minute, for all who come through nginx, which have its address. */
const passedHandshakes = '1200';
/** Settings that name files of the controller's host, which are not here. */
const ofItsHost = ['DEIS_COOKBOOK_PATH', 'DEIS_CA_BUNDLE', 'DEIS_ACME_CA_BUNDLE'];

/** How a controller reaches the database. */
export function databaseUrl({ hosts, postgresql }: PlaneFile, host: string, password: Secret): Secret {
  const { host: of = '', port } = postgresql;
  const [address, how] =
    of === host
      ? ['127.0.0.1', '']
      : [
          addressOf({ hosts }, of),
          `?sslmode=verify-full&sslrootcert=${encodeURIComponent(planePlaces.databaseCertificate)}`,
        ];
  return new Secret(`postgres://deis:${encodeURIComponent(password.reveal())}@${address}:${port}/deis${how}`);
}

/**
 * The settings of one controller as its environment: what the file says in fields of its own, then its `settings`.
 * @param given of `settings`
 */
export function controllerSettings(
  file: PlaneFile,
  controller: PlaneFileController,
  url: Secret,
  given: Readonly<Record<string, Secret>>,
): Env {
  const { host, roles } = controller;
  const isFront = file.proxy.host === host;
  const own = addressOf(file, host);
  return {
    DATABASE_URL: url.reveal(),
    DEIS_DATA_DIR: file.data_dir,
    DEIS_PUBLIC_URL: file.public_url,
    DEIS_BIND: isFront ? '127.0.0.1' : own,
    DEIS_PORT: String(planePorts.api),
    DEIS_TRUSTED_PROXY: isFront ? '127.0.0.1' : addressOf(file, file.proxy.host),
    DEIS_GIT_BIND: '0.0.0.0',
    DEIS_GIT_PORT: String(planePorts.git),
    ...ownCertificate(file, controller),
    ...handshakes(file),
    ...ofSeveral(file, roles),
    ...backups(file, host),
    ...Object.fromEntries(Object.entries(given).map(([name, value]) => [name, value.reveal()])),
  };
}

/** Of an API that orders its certificate itself, behind an nginx that passes TLS on; all have one account at the CA. */
function ownCertificate(file: PlaneFile, { host, roles }: PlaneFileController): Env {
  const { acme } = file.proxy.tls;
  if (acme === undefined) return {};
  const front = file.proxy.host;
  const isFront = front === host;
  return {
    DEIS_ACME_AGREE: 'yes',
    ...(acme.email === undefined ? {} : { DEIS_ACME_EMAIL: acme.email }),
    ...(acme.directory === undefined ? {} : { DEIS_ACME_URL: acme.directory }),
    ...(acme.ca_file === undefined ? {} : { DEIS_ACME_CA_BUNDLE: planePlaces.acmeAuthorities }),
    ...(roles.includes('api')
      ? {
          DEIS_TLS_DOMAIN: new URL(file.public_url).hostname,
          DEIS_TLS_HTTP_BIND: isFront ? '127.0.0.1' : addressOf(file, host),
          DEIS_TLS_HTTP_PORT: String(planePorts.challenges),
          DEIS_PASSED_BY: isFront ? '127.0.0.1' : addressOf(file, front),
        }
      : {}),
  };
}

function handshakes(file: PlaneFile): Env {
  return passedGit(file).length === 0 ? {} : { DEIS_GIT_HANDSHAKES: passedHandshakes };
}

/** What one of several does, and where the roles are that each has to know of. */
function ofSeveral(file: PlaneFile, roles: PlaneFileController['roles']): Env {
  if (file.controllers.length === 1) return {};
  const at = (role: 'slug' | 'registry' | 'log'): string => addressOf(file, hostsOf(file, role)[0]!);
  return {
    DEIS_ROLES: roles.join(','),
    DEIS_NODE_URL: `http://${at('slug')}:${planePorts.slug}`,
    DEIS_REGISTRY_HOST: at('registry'),
    DEIS_LOG_HOST: at('log'),
  };
}

/** One controller makes them: where it can that of the registry, for images are on its host alone. */
function backups(file: PlaneFile, host: string): Env {
  const { to, recipients, every_hours: hours } = file.backups;
  if (to === 'none') return {};
  const workers = hostsOf(file, 'worker');
  const maker = workers.find((each) => hostsOf(file, 'registry').includes(each)) ?? workers[0];
  const place = { DEIS_BACKUP_TO: to, DEIS_BACKUP_RECIPIENTS: recipients.join(',') };
  return maker === host ? { ...place, DEIS_BACKUP_HOURS: String(hours) } : place;
}

/** Whether a controller would take these settings. @throws UserError with every problem, naming the host */
export function checkControllerSettings(host: string, env: Env): void {
  try {
    readSettings(Object.fromEntries(Object.entries(env).filter(([name]) => !ofItsHost.includes(name))));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(`controller of ${host}: ${error.message}`, { cause: error });
  }
}

/** An environment as a file that systemd and sh read alike. */
export function environmentFile(env: Env): Secret {
  const lines = Object.entries(env).map(
    ([name, value]) => `${name}="${value.replaceAll(/["\\$`]/g, (special) => `\\${special}`)}"\n`,
  );
  const head = '# Written by deis-controller install. Changes made here are undone by the next --apply.\n';
  return new Secret(`${head}${lines.join('')}`);
}
