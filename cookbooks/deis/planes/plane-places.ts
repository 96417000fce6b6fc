/** Where things of the control plane lie on its hosts; apart from those of nodes, for a host may be both. */
export const planePlaces = {
  /** The user that controllers run as. Not `deis`: nodes are entered as that one, with sudo. */
  user: 'deis-controller',
  /** Releases, and the link `current` to the one that serves. */
  releases: '/opt/deis-controller/releases',
  home: '/opt/deis-controller',
  /** Brings releases in and into service. */
  program: '/opt/deis-controller/bring-release',
  /** Settings: those that serve, and those that are to serve. */
  settings: '/etc/deis-controller',
  /** The database's certificate, on hosts of controllers. */
  databaseCertificate: '/etc/deis-controller/postgresql.crt',
  /** Authorities of the CA's own host, on hosts of controllers. */
  acmeAuthorities: '/etc/deis-controller/acme-ca.crt',
  /** The password and what makes the role of it, on the database's host, 0700 root. */
  database: '/etc/deis-postgresql',
  /** Certificate and key of the front. */
  front: '/etc/deis-front',
} as const;

/** Folder of the cluster's settings, and of the certificate that it shows. */
export function clusterFolder(version: number): string {
  return `/etc/postgresql/${version}/deis`;
}
