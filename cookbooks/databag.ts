import type { BalancingAlgorithm, ProxySettings } from './proxy-settings.js';

/**
 * The databag: the JSON that says everything the nodes of a formation must be (Chef data bag item, `id`
 * first).
 */

export interface HealthCheck {
  /**
   * `tcp`: a connect to the container's own address succeeds; `http`: GET `path` answers a good status;
   * `none`: the process has stayed up `settleSeconds`.
   */
  readonly kind: 'tcp' | 'http' | 'none';
  readonly path?: string;
  /** Of http: the lowest and the highest good one. Default 200 to 399. */
  readonly status?: readonly [number, number];
  /** Of http: seconds of one request. Default: 5 until the first good check, 2.5 for a proxy's. */
  readonly timeoutSeconds?: number;
  /** Seconds between two checks. Default: none until the first good one, 1 for a proxy's (2 of http). */
  readonly intervalSeconds?: number;
  /**
   * Failed checks in a row until proxies pass over it (default 2), and until a container that starts has failed
   * (default: only the deadline counts).
   */
  readonly retries?: number;
  /** Seconds after its start in which failed checks of a container do not count. Default 0. */
  readonly startSeconds?: number;
  /** Seconds a container may take until its first good check; then the deploy fails. */
  readonly deadlineSeconds: number;
  /** Seconds a container without a port must stay up to count as healthy. */
  readonly settleSeconds: number;
}

/** What an app says of its health check; the rest is as by default. */
export type HealthSettings = Pick<HealthCheck, 'kind'> & Partial<HealthCheck>;

export interface Limits {
  /** Bytes. Absent: no limit. */
  readonly memory?: number;
  /** CPU shares of one core, e.g. 0.5. Absent: no limit. */
  readonly cpus?: number;
  readonly pids?: number;
}

/** Name -> value: `disk` -> `ssd`. */
export type Tags = Readonly<Record<string, string>>;

/** What a release says of its process types that nodes must know: setting -> process type -> value. */
export interface NodeSettings {
  /** What each container may use; it keeps them while it lives. */
  readonly limits: Readonly<Record<string, Limits>>;
  /** How new containers show that they are well, over the databag's own. */
  readonly health: Readonly<Record<string, HealthSettings>>;
  /** Seconds between SIGTERM and SIGKILL when a container is stopped; it keeps them while it lives. Default: 10. */
  readonly timeouts: Readonly<Record<string, number>>;
}

/** All that a release says of its process types. What is not there is as by default. */
export interface TypeSettings extends NodeSettings {
  /** What the layer of a node must have for containers of the type to be placed there. */
  readonly tags: Readonly<Record<string, Tags>>;
}

export type SettingName = keyof TypeSettings;

/** Of a release whose types are all as by default. */
export const noSettings: TypeSettings = { limits: {}, health: {}, timeouts: {}, tags: {} };

/** A language runtime, apart from slugs: many builds share it. */
export interface DatabagRuntime {
  /** Below /app, e.g. `.deis/node`: an empty folder of the slug. */
  readonly mount: string;
  /** Path below the slug server's root: `<sha256>/node-22-1-0-npm-10-9-0.tgz`. */
  readonly slug: string;
  readonly sha256: string;
  /** Bytes of the gzip tarball. */
  readonly size: number;
}

/** An archive of a build, unpacked on the nodes. */
export type DatabagArchive = Pick<DatabagRuntime, 'slug' | 'sha256'>;

/** What a release runs: a slug on the stack, or an image of its own. */
export type DatabagBuild = DatabagSlugBuild | DatabagImageBuild;

/** The release's image is the stack. */
export interface DatabagSlugBuild {
  /** Absent: the databag of a slug has the same bytes as before there were images. */
  readonly kind?: 'slug';
  /** Path below the slug server's root: `<sha256>/<formation>.tgz`. */
  readonly slug: string;
  readonly sha256: string;
  /** Bytes of the gzip tarball. */
  readonly size: number;
  /** Process type -> command. */
  readonly procfile: Readonly<Record<string, string>>;
  /** Absent: the app brings all that it needs. */
  readonly runtimes?: readonly DatabagRuntime[];
}

/** The release's image is the app: it holds the code, and who runs it where. */
export interface DatabagImageBuild {
  readonly kind: 'image';
  /** Process type -> command, for the image's `sh`; empty: what the image itself says (ENTRYPOINT, CMD). */
  readonly procfile: Readonly<Record<string, string>>;
  /** Where it listens (EXPOSE). Absent: where PORT says. */
  readonly port?: number;
}

/** A setting of process types is absent where all are as by default. */
export interface DatabagRelease extends Partial<NodeSettings> {
  readonly version: number;
  /**
   * Of the stack or the app, `deis/stack:bookworm@sha256:<image id>`: the image's name and its content digest
   * (Docker's image id).
   */
  readonly image: string;
  /** The config's variables, in clear. Absent where a node's run list does not need them (proxies). */
  readonly config?: Readonly<Record<string, string>>;
  readonly build: DatabagBuild | null;
  /** Its containers may write below /app, each for itself. Absent: /app is read-only, as of old releases. */
  readonly writable?: true;
}

/**
 * `starting`: must run, not yet behind the proxies; `serving`: must run, behind the proxies; `retiring`:
 * still runs, takes no new requests.
 */
export type PlacementState = 'starting' | 'serving' | 'retiring';

/** One container that must exist now. What placements do not list is stopped. */
export interface Placement {
  readonly type: string;
  readonly num: number;
  /** Release version. */
  readonly release: number;
  /** Name of a runtime node. */
  readonly node: string;
  /** The container listens on it (PORT) and the node publishes it under the same number. Unique per node. */
  readonly port: number;
  readonly state: PlacementState;
}

export interface DatabagCert {
  readonly name: string;
  /** PEM, leaf first. */
  readonly certificate: string;
  /** Those of the proxy's domains that it is good for. */
  readonly domains: readonly string[];
  /** PEM. Absent where a node's run list does not need it. */
  readonly key?: string;
}

/** How a proxy finds out whether a backend is well: what its release says. */
export type BackendCheck = Pick<
  HealthCheck,
  'kind' | 'path' | 'status' | 'timeoutSeconds' | 'intervalSeconds' | 'retries'
>;

/** A formation on the same nodes, by what Docker calls its network. */
export interface Neighbour {
  readonly id: string;
  /** Of a guest. */
  readonly host?: string;
}

export interface DatabagProxy extends ProxySettings {
  readonly algorithm: BalancingAlgorithm;
  readonly port: number;
  /** `address:port` of each serving container of type web, sorted. */
  readonly backends: readonly string[];
  /** The backends are the proxies of where the formation lives now. */
  readonly passesOn?: true;
  /** By backend, where it is not as by default. */
  readonly checks?: Readonly<Record<string, BackendCheck>>;
  readonly domains: readonly string[];
  /** Of mode tcp: IPv4 addresses of nodes of formations that it is attached to; they may connect beside `allow`. */
  readonly clients?: readonly string[];
  /** Of mode tcp: formations on the same nodes that it is attached to. */
  readonly neighbours?: readonly Neighbour[];
  /** Every request is answered with a page. */
  readonly maintenance: boolean;
  readonly certs: readonly DatabagCert[];
  /**
   * Of the key of the controller's account at a CA: the answer to its HTTP-01 challenges (RFC 8555, section 8.3).
   * Absent: challenges are the app's.
   */
  readonly acmeThumbprint?: string;
}

/** Where the formation's nodes send the lines of its containers. */
export interface DatabagLogs {
  readonly host: string;
  readonly port: number;
  /** PEM certificate of who certifies both ends. */
  readonly authority: string;
  /** Names the formation to the log server; secret. Absent where a node sends nothing. */
  readonly key?: string;
  /** Node name -> what it shows, PEM. A node sees its own alone. */
  readonly nodes: Readonly<Record<string, { readonly certificate: string; readonly key?: string }>>;
}

export interface Databag {
  readonly id: string;
  /** Of a guest: the formation on whose nodes it lives. Absent: the nodes are its own. */
  readonly host?: string;
  /** A guest that goes: nothing of it stays on the nodes. */
  readonly isLeaving?: true;
  /** Other formations live on its nodes, too. Absent: none does. */
  readonly hasGuests?: true;
  readonly generation: number;
  /** The release that is live or being deployed; null before the first. */
  readonly release: DatabagRelease | null;
  /** Other releases whose containers still live, by version. */
  readonly releases: Readonly<Record<string, DatabagRelease>>;
  /** 2013 form: type -> num -> `node:port`, of placements that are starting or serving. */
  readonly containers: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly placements: readonly Placement[];
  readonly health: Readonly<Record<string, HealthCheck>>;
  readonly proxy: DatabagProxy;
  /** Layer name -> node name -> address on the network that the formation's nodes share. */
  readonly nodes: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Names of the nodes of proxy layers (their addresses may reach container ports). */
  readonly proxies: readonly string[];
  /** Addresses of the controller as nodes see it; may reach container ports. */
  readonly controllers: readonly string[];
  /**
   * All addresses of nodes that run containers, where the address of one of them may reach container ports: a box is
   * a proxy, and Docker gives its address to what its containers send. They are kept from these nodes' container
   * ports. Absent: no such node, or a guest's, whose host sees to it.
   */
  readonly fenced?: readonly string[];
  /** Absent: no log server has been started, and lines stay on their nodes. */
  readonly logs?: DatabagLogs;
}
