import { Secret } from '../../../base/secret.js';
import type { Resource } from '../../resource.js';
import {
  clusterPackages,
  clusterServices,
  clusterSettings,
  clusterUnit,
  clusterWitness,
  createCluster,
} from './cluster.js';
import type { PlaneStandby } from './plane-host.js';
import { clusterFolder, planePlaces } from './plane-places.js';

const { database: folder } = planePlaces;

/** There while the new, empty cluster may be replaced by a copy. What has ever served is never replaced. */
const awaitsCopy = `${folder}/awaits-copy`;
const copySeconds = 6 * 3600;

/**
 * A copy of the cluster `deis` of another host, which follows it over TLS. Promoted it is what the other was: the
 * recipe of a copy then fails rather than take its data away.
 */
export function standbyRecipe(standby: PlaneStandby): Resource[] {
  const { version, port } = standby;
  return [
    ...clusterPackages(version),
    { kind: 'directory', name: folder, mode: '0700' },
    {
      kind: 'execute',
      name: 'cluster deis for a copy',
      command: ['sh', '-ec', create, 'sh', awaitsCopy, ...createCluster(standby)],
      creates: clusterWitness(version),
    },
    ...primaryFiles(standby),
    {
      kind: 'execute',
      name: 'copy of the primary',
      command: [
        'sh',
        '-ec',
        copy,
        'sh',
        String(version),
        clusterUnit(version),
        awaitsCopy,
        conninfo(standby),
      ],
      onlyIf: ['test', '-e', awaitsCopy],
      timeoutSeconds: copySeconds,
    },
    ...clusterSettings(standby),
    ...clusterServices(version),
    {
      kind: 'execute',
      name: 'it follows the primary',
      command: ['sh', '-ec', refuse, 'sh', String(version)],
      notIf: ['sh', '-ec', follows, 'sh', String(port)],
    },
  ];
}

const create = `: >"$1"
shift
exec "$@"`;

/** Beside its place and whole before it takes it; PostgreSQL reads the standby's settings out of it (-R). */
const copy = `data=/var/lib/postgresql/$1/deis
cd /
systemctl stop "$2"
rm -rf -- "$data.copy"
runuser -u postgres -- "/usr/lib/postgresql/$1/bin/pg_basebackup" --dbname "$4" --pgdata "$data.copy" \\
  --wal-method stream --slot deis_standby --write-recovery-conf --checkpoint fast
rm -rf -- "$data"
mv -T -- "$data.copy" "$data"
rm -f -- "$3"`;

const follows = `cd /
[ "$(runuser -u postgres -- psql -XAt --port "$1" -c 'select pg_is_in_recovery()')" = t ]`;
const refuse = `echo "the cluster deis here is no copy: it was promoted, or served before. \\
Name this host in postgresql.host if \\
it is to serve; if it is to be a copy, and what it holds may go: pg_dropcluster --stop $1 deis, then apply again" >&2
exit 1`;

/** What it comes to the primary with, for the user postgres alone. */
function primaryFiles({ version, port, primary, copyPassword }: PlaneStandby): Resource[] {
  const place = clusterFolder(version);
  const line = `${primary.address}:${port}:*:deis_copy:${copyPassword.reveal()}\n`;
  return [
    { kind: 'file', name: `${place}/primary.crt`, content: primary.certificate },
    {
      kind: 'file',
      name: `${place}/primary.pgpass`,
      content: new Secret(line),
      mode: '0600',
      owner: 'postgres',
      group: 'postgres',
    },
  ];
}

/** No secret: the password is in the file. The certificate is the primary's own, whatever name it is for. */
function conninfo({ version, port, primary: { address } }: PlaneStandby): string {
  const place = clusterFolder(version);
  return (
    `host=${address} port=${port} user=deis_copy passfile=${place}/primary.pgpass ` +
    `sslmode=verify-ca sslrootcert=${place}/primary.crt`
  );
}
