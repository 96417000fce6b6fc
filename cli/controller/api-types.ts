import type { SeenContainer } from './seen-container.js';

/** What the controller's API answers (JSON, snake_case), as far as the CLI reads it. */

export interface Page<T> {
  readonly count: number;
  /** URL or path of the next page. */
  readonly next: string | null;
  readonly results: readonly T[];
}

export interface Problem {
  readonly type?: string;
  readonly title?: string;
  readonly detail?: string;
  readonly field?: string;
  readonly errors?: readonly { readonly field: string; readonly message: string }[];
  readonly operation?: string;
}

export interface Info {
  readonly version: string;
  readonly instance: string;
  /**
   * `setup`: the next user to register is the first, and admin; `invite`: a code is needed; `open`, `closed`:
   * everybody, nobody.
   */
  readonly registration: 'setup' | 'open' | 'invite' | 'closed';
  readonly git: GitEndpoint;
}

export interface GitEndpoint {
  readonly host: string;
  readonly port: number;
  /** OpenSSH form: `ssh-ed25519 AAAA...`. */
  readonly host_keys: readonly string[];
}

export interface User {
  readonly username: string;
  readonly email: string;
  readonly is_admin: boolean;
}

export interface Key {
  readonly id: string;
  readonly fingerprint: string;
  readonly public: string;
  readonly created_at: string;
}

/** What a guest may use on its host's nodes; null: as much as there is. */
export interface Quota {
  readonly containers: number | null;
  /** Bytes. */
  readonly memory: number | null;
  /** Cores. */
  readonly cpus: number | null;
  /** Bytes. */
  readonly disk: number | null;
}

export interface Formation {
  readonly id: string;
  readonly owner: string;
  readonly generation: number;
  readonly scale: Readonly<Record<string, number>>;
  readonly live_release: number | null;
  readonly domains: readonly string[];
  readonly urls: readonly string[];
  /** Absent where a controller of an earlier version does not say. */
  readonly on?: string | null;
  readonly also_on?: string | null;
  readonly passed_on_by?: string | null;
  readonly guests?: readonly string[];
  readonly quota?: Quota | null;
  readonly layers: Readonly<Record<string, { readonly count: number; readonly nodes_ready: number }>>;
  readonly git_url: string;
  readonly created_at: string;
}

export interface Run {
  readonly id: string;
  readonly state: 'running' | 'ended';
  readonly command: string | null;
  readonly detached: boolean;
  readonly node: string | null;
  readonly requested_by: string | null;
  readonly exit_code: number | null;
  readonly created_at: string;
}

export interface Container {
  readonly name: string;
  readonly type: string;
  readonly num: number;
  readonly node: string;
  readonly port: number;
  readonly release: number;
  readonly state: string;
  /** Null until somebody looked; absent from older controllers. */
  readonly seen?: SeenContainer | null;
  /** Cores and bytes; null where nothing was measured of late; absent from older controllers. */
  readonly usage?: {
    readonly cpu: number;
    readonly memory: number;
    readonly memory_limit: number | null;
  } | null;
}

export interface Config {
  readonly version: number;
  readonly values: Readonly<Record<string, string>>;
}

export interface Build {
  readonly uuid: string;
  readonly kind: 'slug' | 'image';
  readonly sha: string;
  /** Null of an image. */
  readonly sha256: string | null;
  readonly size: number | null;
  readonly image: string | null;
  readonly port: number | null;
  readonly procfile: Readonly<Record<string, string>>;
  readonly buildpack: string | null;
  readonly created_at: string;
}

export interface Release {
  readonly version: number;
  readonly state: string;
  readonly live: boolean;
  readonly can_roll_back: boolean;
  readonly summary: string;
  readonly reason: string | null;
  readonly build: string | null;
  readonly config: number;
  /** Process type -> bytes, and shares of one core. */
  readonly limits: Readonly<Record<string, { readonly memory?: number; readonly cpus?: number }>>;
  readonly sha: string | null;
  readonly created_by: string | null;
  readonly created_at: string;
  readonly live_at: string | null;
}

export type OperationState = 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled' | 'superseded';

export interface OperationProblem {
  readonly message: string;
  readonly node?: string;
  readonly stderr?: string;
  /** Of a build. */
  readonly step?: string | null;
  readonly lines?: readonly string[];
  readonly advice?: string;
}

export interface BuildOutput {
  readonly build: string;
  readonly state: OperationState;
  /** Absent from older controllers. */
  readonly failure?: { readonly message: string; readonly advice: string | null } | null;
  readonly lines: readonly string[];
}

export interface Operation {
  readonly id: string;
  readonly kind: string;
  readonly formation: string;
  readonly state: OperationState;
  readonly step: string | null;
  readonly requested_by: string | null;
  /** How many come before it. These: null once it has ended. */
  readonly position: number | null;
  readonly waits_for: string | null;
  readonly waiting_for: 'operation' | 'time' | 'build-slot' | 'worker' | null;
  readonly age_seconds: number | null;
  /** The worker that carries it out. */
  readonly holder: string | null;
  readonly heartbeat_at: string | null;
  readonly error: OperationProblem | null;
  readonly result: Readonly<Record<string, unknown>> | null;
  readonly created_at: string;
  readonly started_at: string | null;
  readonly finished_at: string | null;
}

export interface Domain {
  readonly domain: string;
  readonly created_at: string;
}
