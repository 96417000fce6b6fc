import { renderNodeFile } from '../../../templates/render.js';
import type { Resource } from '../../resource.js';
import type { Notification } from '../../resources/common.js';
import type { PlaneDatabase } from './plane-host.js';
import { clusterFolder, planePlaces } from './plane-places.js';
import { selfSigned } from './self-signed.js';

const { database: folder } = planePlaces;

/**
 * A cluster `deis` of the distribution's PostgreSQL, beside others that may be there, with a database and a role of
 * that name. Controllers on other hosts come over TLS, with a certificate that they know.
 */
export function postgresqlRecipe(database: PlaneDatabase): Resource[] {
  const { version, port } = database;
  const unit = `postgresql@${version}-deis`;
  return [
    // Debian's package would begin a cluster `main` on port 5432, which nobody uses here.
    { kind: 'directory', name: '/etc/postgresql-common' },
    {
      kind: 'file',
      name: '/etc/postgresql-common/createcluster.conf',
      action: 'create_if_missing',
      content: 'create_main_cluster = false\n',
    },
    { kind: 'package', name: 'postgresql', packages: [`postgresql-${version}`] },
    {
      kind: 'execute',
      name: 'cluster deis',
      command: [
        ...['pg_createcluster', '--port', String(port), '--start-conf', 'auto', '--locale', 'C.UTF-8'],
        ...['--encoding', 'UTF8', String(version), 'deis', '--', '--data-checksums'],
      ],
      creates: `${clusterFolder(version)}/postgresql.conf`,
    },
    ...clusterSettings(database, unit),
    { kind: 'service', name: unit, running: true },
    // It starts each cluster at boot that says `auto`.
    { kind: 'service', name: 'postgresql', enabled: true },
    ...roleAndDatabase(database),
  ];
}

function clusterSettings({ version, port, remote }: PlaneDatabase, unit: string): Resource[] {
  const place = clusterFolder(version);
  const tell = (action: Notification['action']): readonly Notification[] => [
    { resource: `service[${unit}]`, action, timing: 'immediate' },
  ];
  const certificate = { certificate: `${place}/deis.crt`, key: `${place}/deis.key` };
  const variables = { ...certificate, port, address: remote?.address ?? '', clients: remote?.clients ?? [] };
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

/** Run when the password or the statements are others than at the last time, or when somebody dropped something. */
const apply = `DEIS_PASSWORD=$(cat ${folder}/password)
export DEIS_PASSWORD
runuser -u postgres -- psql -X --quiet --port "$1" -v ON_ERROR_STOP=1 -f - <${folder}/role.sql
cat ${folder}/password ${folder}/role.sql | sha256sum >${folder}/applied`;
const isApplied = `[ "$(cat ${folder}/applied)" = "$(cat ${folder}/password ${folder}/role.sql | sha256sum)" ]
there='select 1 from pg_database join pg_roles on rolname = datname where datname = $$deis$$'
[ "$(runuser -u postgres -- psql -XAt --port "$1" -c "$there")" = 1 ]`;

function roleAndDatabase({ port, password }: PlaneDatabase): Resource[] {
  return [
    { kind: 'directory', name: folder, mode: '0700' },
    { kind: 'file', name: `${folder}/password`, content: password, mode: '0600' },
    { kind: 'file', name: `${folder}/role.sql`, content: renderNodeFile('plane-role.sql', {}), mode: '0600' },
    {
      kind: 'execute',
      name: 'role and database deis',
      command: ['sh', '-ec', apply, 'sh', String(port)],
      notIf: ['sh', '-ec', isApplied, 'sh', String(port)],
    },
  ];
}
