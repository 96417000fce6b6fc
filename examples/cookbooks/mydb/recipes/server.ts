// PostgreSQL on a node of a custom layer, for the runtime nodes of the same formation.
// Attributes: `password` (required), `database` (also the role's name; default app), `clients` (layers that may
// connect; default runtime).
import {
  debianPackage,
  directory,
  execute,
  file,
  Secret,
  service,
  template,
  UserError,
  type Databag,
  type Recipe,
  type RecipeNode,
} from 'deis-classic/cookbook';

/** Debian 12 has PostgreSQL 15. */
const cluster = '/etc/postgresql/15/main';

const recipe: Recipe = (node, databag) => {
  const { database, password, clients } = settings(node);
  const addresses = clients.flatMap((layer) => addressesOf(layer, databag));
  return [
    debianPackage('postgresql'),
    // Addresses to listen on count from a restart on; everything below needs the server.
    file(`${cluster}/conf.d/mydb.conf`, {
      content: `listen_addresses = 'localhost,${node.address}'\npassword_encryption = scram-sha-256\n`,
      notifies: [{ resource: 'service[postgresql]', action: 'restart', timing: 'immediate' }],
    }),
    // Who may connect follows the formation's nodes: a reload is enough.
    template(`${cluster}/pg_hba.conf`, {
      source: 'pg_hba.conf.njk',
      variables: { database, addresses },
      owner: 'postgres',
      group: 'postgres',
      mode: '0640',
      notifies: [{ resource: 'service[postgresql]', action: 'reload' }],
    }),
    service('postgresql', { enabled: true, running: true }),

    // The password travels in a file that root alone reads, never in an argument.
    directory('/etc/mydb', { mode: '0700' }),
    file('/etc/mydb/password', { content: new Secret(password), mode: '0600' }),
    template('/etc/mydb/role.sql', { source: 'role.sql.njk', variables: { database } }),
    execute('role and database', {
      command: [
        'sh',
        '-c',
        'MYDB_PASSWORD=$(cat /etc/mydb/password) ' +
          'runuser -u postgres -- psql -X --quiet -v ON_ERROR_STOP=1 -f - </etc/mydb/role.sql',
      ],
      // Looked at each time, so that a database that somebody dropped is made again.
      notIf: ['sh', '-c', `runuser -u postgres -- psql -XAt -c "${isThere(database)}" | grep -qx 1`],
      // And again when the password is another one.
      subscribes: [
        { resource: 'file[/etc/mydb/password]', action: 'run' },
        { resource: 'template[/etc/mydb/role.sql]', action: 'run' },
      ],
    }),
  ];
};

export default recipe;

/** One row when the database and its role are there. */
function isThere(database: string): string {
  return `select 1 from pg_database join pg_roles on rolname = datname where datname = '${database}'`;
}

function settings(node: RecipeNode): { database: string; password: string; clients: string[] } {
  const { database = 'app', password, clients = ['runtime'] } = node.attributes;
  if (typeof database !== 'string' || !/^[a-z_][a-z0-9_]{0,30}$/.test(database))
    throw new UserError('the attribute database must be lower-case letters, digits and _');
  if (typeof password !== 'string' || password.length < 12)
    throw new UserError(
      'the attribute password is needed, at least 12 characters: ' +
        'deis layers:create ... --attributes \'{"password":"..."}\'',
    );
  if (!Array.isArray(clients) || !clients.every((layer): layer is string => typeof layer === 'string'))
    throw new UserError('the attribute clients must be a list of layers');
  return { database, password, clients };
}

/** Of the nodes of a layer, in a stable order: same formation, same file. */
function addressesOf(layer: string, databag: Databag): string[] {
  return Object.values(databag.nodes[layer] ?? {}).sort();
}
