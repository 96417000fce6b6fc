import { createHash } from 'node:crypto';
import { Conflict, UserError } from '../../base/errors.js';
import { Secret } from '../../base/secret.js';
import type {
  PlaneController,
  PlaneDatabase,
  PlaneFront,
  PlaneHost,
  PlaneRelease,
  PlaneStandby,
} from '../../cookbooks/deis/planes/plane-host.js';
import { defaultSuite } from '../../provisioner/images/suite.js';
import {
  checkControllerSettings,
  controllerSettings,
  databaseUrl,
  environmentFile,
} from './controller-settings.js';
import { frontPort, postgresqlVersion } from './host-fitness.js';
import { addressOf, backupFolder, hostsOf, passedGit, planePorts } from './plane-addresses.js';
import { passesTls, type PlaneFile, type PlaneFileController } from './file/plane-file.js';
import type { ReachedHost } from './reach-hosts.js';
import type { ReadPlanes } from './file/read-plane-file.js';
import type { Stage } from './stages.js';

/** What is known beside the file when a stage is described. */
export interface PlaneKnowledge {
  readonly planes: ReadPlanes;
  /** All hosts, as they are now. */
  readonly hosts: ReadonlyMap<string, Pick<ReachedHost, 'facts' | 'found'>>;
  readonly release: PlaneRelease;
  /** Of the database's role: the one that is there, or a new one. */
  readonly password: Secret;
  /** Nothing comes of it: what a host makes by itself may not be there yet. */
  readonly isPlan: boolean;
}

/** What takes the place of that in a plan. */
const later = '(made by --apply)\n';

/** What a stage makes of its host. @throws UserError for settings that no controller takes */
export function planeOfStage({ host, parts }: Stage, knowledge: PlaneKnowledge): PlaneHost {
  const { planes } = knowledge;
  const controller = planes.file.controllers.find((each) => each.host === host);
  return {
    ...(parts.includes('postgresql') ? { postgresql: databaseOf(host, knowledge) } : {}),
    ...(parts.includes('controller') && controller !== undefined
      ? { controller: controllerOf(controller, knowledge) }
      : {}),
    ...(parts.includes('front') ? { front: frontOf(planes) } : {}),
    ...(parts.includes('standby') ? { standby: standbyOf(host, knowledge) } : {}),
  };
}

function databaseOf(host: string, knowledge: PlaneKnowledge): PlaneDatabase {
  const { file } = knowledge.planes;
  const { port, standby } = file.postgresql;
  const clients = clientsOf(host, file);
  const database = { version: versionOn(host, knowledge), port, password: knowledge.password };
  if (standby === undefined)
    return clients.length === 0
      ? database
      : { ...database, remote: { address: addressOf(file, host), clients } };
  return {
    ...database,
    remote: { address: addressOf(file, host), clients, standby: addressOf(file, standby) },
    copyPassword: copyPassword(knowledge),
  };
}

/** Ready to take the other one's place: it lets in whom that lets in. */
function standbyOf(host: string, knowledge: PlaneKnowledge): PlaneStandby {
  const { file } = knowledge.planes;
  const primary = file.postgresql.host!;
  const version = versionOn(host, knowledge);
  if (version !== versionOn(primary, knowledge))
    throw new UserError(
      `postgresql.standby is "${host}", whose system has PostgreSQL ${version}: expected a host of the same release ` +
        `as ${primary}, which has ${versionOn(primary, knowledge)}`,
    );
  return {
    version,
    port: file.postgresql.port,
    remote: { address: addressOf(file, host), clients: clientsOf(host, file) },
    primary: { address: addressOf(file, primary), certificate: certificateOf(primary, knowledge) },
    copyPassword: copyPassword(knowledge),
  };
}

function versionOn(host: string, { hosts }: PlaneKnowledge): number {
  const { facts } = hosts.get(host)!;
  const version = postgresqlVersion(facts);
  if (version === undefined) throw new UserError(`hosts.${host} runs ${facts.os} ${facts.osVersion}`);
  return version;
}

/** Addresses of the controllers on other hosts. */
function clientsOf(host: string, file: PlaneFile): string[] {
  return file.controllers.filter((each) => each.host !== host).map((each) => addressOf(file, each.host));
}

/** Follows from that of controllers, which does not follow from it. */
function copyPassword({ password }: PlaneKnowledge): Secret {
  return new Secret(createHash('sha256').update(`deis_copy ${password.reveal()}`).digest('hex'));
}

function controllerOf(controller: PlaneFileController, knowledge: PlaneKnowledge): PlaneController {
  const { planes, release, password } = knowledge;
  const { file, settings, databaseUrl: own, acmeAuthorities } = planes;
  const { host, roles } = controller;
  const builds = roles.includes('worker') || roles.includes('build');
  const env = controllerSettings(file, controller, own ?? databaseUrl(file, host, password), settings);
  checkControllerSettings(host, env);
  const isRemote = file.postgresql.host !== undefined && file.postgresql.host !== host;
  const isFirst = file.controllers[0]!.host === host;
  const folder = backupFolder(file);
  const scheme = passesTls(file) ? 'https' : 'http';
  return {
    release,
    settings: environmentFile(env),
    dataDir: file.data_dir,
    ...(folder === undefined ? {} : { backupFolder: folder }),
    ...(roles.includes('api') ? { health: `${scheme}://${env['DEIS_BIND']}:${planePorts.api}/health` } : {}),
    needsEngine: builds || roles.includes('registry'),
    ...(controller.build_images && builds ? { imagesOf: env['DEIS_SUITE'] ?? defaultSuite } : {}),
    takesLogs: roles.includes('log'),
    ...(acmeAuthorities === undefined ? {} : { acmeAuthorities }),
    ...(isRemote ? { databaseCertificate: certificateOf(file.postgresql.host!, knowledge) } : {}),
    ...(isFirst ? {} : { masterKey: masterKeyOf(file.controllers[0]!.host, knowledge) }),
  };
}

/** That the database shows. @throws Conflict where its host has made none */
function certificateOf(host: string, { hosts, isPlan }: PlaneKnowledge): string {
  const there = hosts.get(host)!.found.certificate ?? (isPlan ? later : undefined);
  if (there === undefined)
    throw new Conflict(`${host} has no certificate of PostgreSQL, which others know it by`);
  return there;
}

/** Of the first controller. @throws Conflict where it has none */
function masterKeyOf(host: string, { hosts, isPlan }: PlaneKnowledge): Secret {
  const there = hosts.get(host)!.found.masterKey ?? (isPlan ? new Secret(later) : undefined);
  if (there === undefined)
    throw new Conflict(`the controller of ${host} has no master key, which all others need`);
  return there;
}

function frontOf({ file, certificate }: ReadPlanes): PlaneFront {
  const { public_url: url, proxy } = file;
  const git = passedGit(file);
  const apiAt = (at: number): string[] =>
    hostsOf(file, 'api').map((host) => `${host === proxy.host ? '127.0.0.1' : addressOf(file, host)}:${at}`);
  return {
    name: new URL(url).hostname,
    port: frontPort(url),
    api: apiAt(planePorts.api),
    challenges: apiAt(planePorts.challenges),
    passesTls: passesTls(file),
    ...(git.length === 0 ? {} : { git: { port: planePorts.git, addresses: git } }),
    ...(certificate === undefined ? {} : { certificate }),
    listensOnIpv6: proxy.ipv6,
  };
}
