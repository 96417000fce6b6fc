import { renderNodeFile } from '../../../templates/render.js';
import type { Resource } from '../../resource.js';
import type { Notification } from '../../resources/common.js';
import type { PlaneDatabase } from './plane-host.js';
import { clusterFolder } from './plane-places.js';
import { selfSigned } from './self-signed.js';

type Cluster = Pick<PlaneDatabase, 'version' | 'port' | 'remote'>;

/** systemd's name of the cluster `deis`. */
export function clusterUnit(version: number): string {
  return `postgresql@${version}-deis`;
}

/**
 * The distribution's PostgreSQL, without the cluster `main` that its package would begin on port 5432; clusters read
 * their conf.d.
 */
export function clusterPackages(version: number): Resource[] {
  return [
    { kind: 'directory', name: '/etc/postgresql-common' },
    {
      kind: 'file',
      name: '/etc/postgresql-common/createcluster.conf',
      action: 'create_if_missing',
      content: "create_main_cluster = false\nadd_include_dir = 'conf.d'\n",
    },
    { kind: 'package', name: 'postgresql', packages: [`postgresql-${version}`] },
  ];
}

/** Argument vector that makes the cluster `deis`, not started. */
export function createCluster({ version, port }: Cluster): string[] {
  return [
    ...['pg_createcluster', '--port', String(port), '--start-conf', 'auto', '--locale', 'C.UTF-8'],
    ...['--encoding', 'UTF8', String(version), 'deis', '--', '--data-checksums'],
  ];
}

/** A file that is there once the cluster is. */
export function clusterWitness(version: number): string {
  return `${clusterFolder(version)}/postgresql.conf`;
}

/** Where the cluster listens, who may come, and what it shows to other hosts. */
export function clusterSettings({ version, port, remote }: Cluster): Resource[] {
  const place = clusterFolder(version);
  const tell = (action: Notification['action']): readonly Notification[] => [
    { resource: `service[${clusterUnit(version)}]`, action, timing: 'immediate' },
  ];
  const certificate = { certificate: `${place}/deis.crt`, key: `${place}/deis.key` };
  const { address = '', clients = [], standby = '' } = remote ?? {};
  const variables = { ...certificate, port, address, clients, standby };
  return [
    ...(remote === undefined
      ? []
      : [
          // pg compares an address with the name localhost: it gives TLS no name of a server.
          selfSigned({
            ...certificate,
            name: 'PostgreSQL',
            names: ['localhost', remote.address],
            owner: 'postgres',
          }),
        ]),
    {
      kind: 'file',
      name: `${place}/conf.d/deis.conf`,
      content: renderNodeFile('plane-postgresql.conf.njk', variables),
      notifies: tell('restart'),
    },
    {
      kind: 'file',
      name: `${place}/pg_hba.conf`,
      content: renderNodeFile('plane-pg-hba.conf.njk', variables),
      mode: '0640',
      owner: 'postgres',
      group: 'postgres',
      notifies: tell('reload'),
    },
  ];
}

/** Runs now, and at each boot: `postgresql` starts every cluster that says `auto`. */
export function clusterServices(version: number): Resource[] {
  return [
    { kind: 'service', name: clusterUnit(version), running: true },
    { kind: 'service', name: 'postgresql', enabled: true },
  ];
}
