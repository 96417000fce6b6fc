import { renderNodeFile } from '../../../templates/render.js';
import { dockerPackages, dockerService } from '../recipes/docker.js';
import type { Resource } from '../../resource.js';
import type { PlaneController } from './plane-host.js';
import { planePlaces } from './plane-places.js';

const { home, program, releases, settings, user } = planePlaces;

/** For the operators of the host: its user, its settings and the release that serves. */
const command = `#!/bin/sh
# Written by deis-controller install.
exec ${program} serving "$@"
`;
/** Making the images of nodes and builds: packages come from a mirror. */
const imagesSeconds = 3600;
/** A start may make a backup first, and migrate. */
const switchSeconds = 3600;

/**
 * The controller as a service of an unprivileged user. A release and its settings are brought into service together,
 * by one program: checked first, and what served before is put back where they do not come to serve.
 */
export function controllerRecipe(controller: PlaneController): Resource[] {
  const { release, dataDir, health = '-' } = controller;
  return [
    ...controllerPackages(controller),
    ...account(controller),
    { kind: 'directory', name: home },
    { kind: 'directory', name: releases },
    { kind: 'file', name: program, content: renderNodeFile('plane-release.sh', {}), mode: '0755' },
    { kind: 'file', name: '/usr/local/sbin/deis-controller', content: command, mode: '0755' },
    {
      kind: 'execute',
      name: `release ${release.name}`,
      command: [program, 'unpack', release.name, release.tarball, release.sha256],
      creates: `${releases}/${release.name}`,
    },
    ...wanted(controller),
    ...images(controller),
    {
      kind: 'execute',
      name: 'release and settings in service',
      command: [program, 'switch', release.name, health, dataDir],
      notIf: [program, 'is-current', release.name],
      timeoutSeconds: switchSeconds,
    },
    { kind: 'service', name: 'deis-controller', enabled: true, running: true },
  ];
}

/** Git; a Docker engine and rsyslog where it needs them. */
export function controllerPackages({ needsEngine, takesLogs }: PlaneController): Resource[] {
  const logs = takesLogs ? ['rsyslog', 'rsyslog-relp'] : [];
  return [
    { kind: 'package', name: 'controller', packages: ['git', ...logs] },
    ...(needsEngine ? [...dockerPackages, dockerService] : []),
  ];
}

function account({ needsEngine, dataDir, backupFolder }: PlaneController): Resource[] {
  const own = { owner: user, group: user };
  return [
    { kind: 'group', name: user, system: true },
    {
      kind: 'user',
      name: user,
      group: user,
      system: true,
      home: dataDir,
      shell: '/usr/sbin/nologin',
      ...(needsEngine ? { groups: ['docker'] } : {}),
    },
    // An embedded PostgreSQL of another account passes through; what is secret has a mode of its own.
    { kind: 'directory', name: dataDir, mode: '0711', ...own },
    ...(backupFolder === undefined
      ? []
      : [{ kind: 'directory', name: backupFolder, mode: '0700', ...own } as const]),
  ];
}

/** What is to serve: it lies beside what serves. */
function wanted(controller: PlaneController): Resource[] {
  const { dataDir, backupFolder = '', needsEngine } = controller;
  const unit = { data: dataDir, backups: backupFolder, engine: needsEngine };
  return [
    { kind: 'directory', name: settings, mode: '0750', group: user },
    {
      kind: 'file',
      name: `${settings}/next.env`,
      content: controller.settings,
      mode: '0640',
      group: user,
    },
    {
      kind: 'file',
      name: `${settings}/next.service`,
      content: renderNodeFile('plane-controller.service.njk', unit),
    },
    ...ofOthers(controller),
  ];
}

/** What a controller is given by other hosts: whom to trust, and with what to open secrets. */
function ofOthers(controller: PlaneController): Resource[] {
  const { dataDir, masterKey, databaseCertificate, acmeAuthorities } = controller;
  return [
    ...(acmeAuthorities === undefined
      ? []
      : [{ kind: 'file', name: planePlaces.acmeAuthorities, content: acmeAuthorities } as const]),
    ...(databaseCertificate === undefined
      ? []
      : [{ kind: 'file', name: planePlaces.databaseCertificate, content: databaseCertificate } as const]),
    ...(masterKey === undefined
      ? []
      : [
          {
            kind: 'file',
            name: `${dataDir}/master.key`,
            action: 'create_if_missing',
            content: masterKey,
            mode: '0600',
            owner: user,
            group: user,
          } as const,
        ]),
  ];
}

function images({ imagesOf, release }: PlaneController): Resource[] {
  if (imagesOf === undefined) return [];
  return [
    {
      kind: 'execute',
      name: `images of ${imagesOf}`,
      command: [program, 'images', release.name],
      notIf: [program, 'has-images', imagesOf],
      timeoutSeconds: imagesSeconds,
    },
  ];
}
