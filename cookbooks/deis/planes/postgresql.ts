import { renderNodeFile } from '../../../templates/render.js';
import type { Resource } from '../../resource.js';
import {
  clusterPackages,
  clusterServices,
  clusterSettings,
  clusterWitness,
  createCluster,
} from './cluster.js';
import type { PlaneDatabase } from './plane-host.js';
import { planePlaces } from './plane-places.js';

const { database: folder } = planePlaces;

/**
 * A cluster `deis` of the distribution's PostgreSQL, beside others that may be there, with a database and a role of
 * that name. Controllers on other hosts come over TLS, with a certificate that they know.
 */
export function postgresqlRecipe(database: PlaneDatabase): Resource[] {
  const { version } = database;
  return [
    ...clusterPackages(version),
    {
      kind: 'execute',
      name: 'cluster deis',
      command: createCluster(database),
      creates: clusterWitness(version),
    },
    ...clusterSettings(database),
    ...clusterServices(version),
    ...roleAndDatabase(database),
  ];
}

/** Run when a password or the statements are others than at the last time, or when somebody dropped something. */
const apply = `cd ${folder}
DEIS_PASSWORD=$(cat password)
DEIS_COPY_PASSWORD=$(cat copy-password 2>/dev/null) || DEIS_COPY_PASSWORD=
export DEIS_PASSWORD DEIS_COPY_PASSWORD
(cd / && exec runuser -u postgres -- psql -X --quiet --port "$1" -v ON_ERROR_STOP=1 -f -) <role.sql
cat ./*password role.sql | sha256sum >applied`;
const isApplied = `cd ${folder}
[ "$(cat applied)" = "$(cat ./*password role.sql | sha256sum)" ]
cd /
there='select 1 from pg_database join pg_roles on rolname = datname where datname = $$deis$$'
[ "$(runuser -u postgres -- psql -XAt --port "$1" -c "$there")" = 1 ]`;

function roleAndDatabase({ port, password, copyPassword }: PlaneDatabase): Resource[] {
  const statements = [
    renderNodeFile('plane-role.sql', {}),
    ...(copyPassword === undefined ? [] : [renderNodeFile('plane-copy-role.sql', {})]),
  ];
  const secretFile = { kind: 'file', mode: '0600' } as const;
  return [
    { kind: 'directory', name: folder, mode: '0700' },
    { ...secretFile, name: `${folder}/password`, content: password },
    copyPassword === undefined
      ? { kind: 'file', name: `${folder}/copy-password`, action: 'delete' }
      : { ...secretFile, name: `${folder}/copy-password`, content: copyPassword },
    { ...secretFile, name: `${folder}/role.sql`, content: statements.join('') },
    {
      kind: 'execute',
      name: 'role and database deis',
      command: ['sh', '-ec', apply, 'sh', String(port)],
      notIf: ['sh', '-ec', isApplied, 'sh', String(port)],
    },
  ];
}
