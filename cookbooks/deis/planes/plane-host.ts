import type { Secret } from '../../../base/secret.js';

/**
 * One host of the control plane as its recipes read it: what a databag is for nodes. A part that is absent is not
 * this host's.
 */
export interface PlaneHost {
  readonly postgresql?: PlaneDatabase;
  readonly controller?: PlaneController;
  readonly front?: PlaneFront;
  readonly standby?: PlaneStandby;
}

/** A cluster `deis` of Debian's PostgreSQL, with the database `deis` of the role `deis`. */
export interface PlaneDatabase {
  /** Major version, which the distribution has one of. */
  readonly version: number;
  readonly port: number;
  /** Of the role; it rests in a file on this host. */
  readonly password: Secret;
  /** Where other hosts reach it, and which: IPv4 addresses. Absent: all that need it are on this host. */
  readonly remote?: PlaneDatabaseClients;
  /** Of the role that copies come with, where there is one. */
  readonly copyPassword?: Secret;
}

export interface PlaneDatabaseClients {
  readonly address: string;
  /** Of controllers. */
  readonly clients: readonly string[];
  /** Of the copy. */
  readonly standby?: string;
}

/** A copy of the cluster on another host, which follows it and can take its place. */
export interface PlaneStandby {
  readonly version: number;
  readonly port: number;
  readonly remote: PlaneDatabaseClients;
  /** Whom it follows: where, and the certificate that is shown there. */
  readonly primary: { readonly address: string; readonly certificate: string };
  readonly copyPassword: Secret;
}

/** The program that a controller is run from. */
export interface PlaneRelease {
  /** Tells its content: another content has another name. */
  readonly name: string;
  /** Where the tarball was sent to, and its sha256. */
  readonly tarball: string;
  readonly sha256: string;
}

export interface PlaneController {
  readonly release: PlaneRelease;
  /** Text of its environment file: it holds the database's password. */
  readonly settings: Secret;
  readonly dataDir: string;
  /** A folder of this host that backups go to. */
  readonly backupFolder?: string;
  /** URL that shows that the API answers. Absent: this one has no API. */
  readonly health?: string;
  /** It builds, or keeps images: it needs a Docker engine. */
  readonly needsEngine: boolean;
  /** Suite of the images that are made once on this host. Absent: none are. */
  readonly imagesOf?: string;
  /** It takes the logs of nodes. */
  readonly takesLogs: boolean;
  /** Of the first controller, for all that share its database. Absent: this is the first. */
  readonly masterKey?: Secret;
  /** PEM of authorities that speak for the host of the CA that it orders from. */
  readonly acmeAuthorities?: string;
  /** PEM that the database on another host must show. */
  readonly databaseCertificate?: string;
}

/** nginx before the API, and before git where that is on another host. */
export interface PlaneFront {
  /** Host of the public URL: a name or an IPv4 address. */
  readonly name: string;
  readonly port: number;
  /** `address:port` of each API. */
  readonly api: readonly string[];
  /** Where git is answered on other hosts: its port, which is the same everywhere, and their addresses. */
  readonly git?: { readonly port: number; readonly addresses: readonly string[] };
  /** `address:port` where each API answers challenges of a CA while it orders certificates itself. */
  readonly challenges: readonly string[];
  /** APIs have a certificate themselves, and are passed TLS as it is. False: nginx has one. */
  readonly passesTls: boolean;
  /** PEM files of the operator. Absent: one is signed here by itself. */
  readonly certificate?: { readonly chain: string; readonly key: Secret };
  readonly listensOnIpv6: boolean;
}
