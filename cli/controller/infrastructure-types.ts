import type { components } from '../../dashboard/api/schema.js';

/** What the controller's API answers of providers, flavors, layers and nodes, as far as the CLI reads it. */

export interface Provider {
  readonly id: string;
  readonly type: string;
  readonly created_at: string;
  readonly updated_at: string;
  /** What the cloud says of credentials that were just given. */
  readonly summary?: string;
}

export interface ProviderType {
  readonly id: string;
  readonly summary: string;
  /** Annotated YAML. */
  readonly params_example: string;
  /** Annotated YAML; empty where there are no credentials. */
  readonly creds_example: string;
}

export interface FlavorCheck {
  readonly ok: boolean;
  readonly checks: readonly { readonly what: string; readonly ok: boolean; readonly detail: string }[];
}

export interface Orphan {
  readonly kind: string;
  readonly cloud_id: string;
  readonly uuid: string;
  readonly formation: string;
  readonly name: string;
  readonly state: string;
  readonly address: string | null;
  readonly failure?: string | null;
}

export interface Flavor {
  readonly id: string;
  readonly provider: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly init: string | null;
}

export interface Layer {
  readonly id: string;
  readonly kind: string;
  readonly flavor: string | null;
  /** Whose flavor it is; absent where a controller of an earlier version does not say. */
  readonly flavor_owner?: string | null;
  readonly run_list: readonly string[];
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly environment: string;
  /** Absent from a controller that does not tell. */
  readonly tags?: Readonly<Record<string, string>>;
  readonly level: number;
  readonly count: number;
  readonly ssh_username: string;
  readonly ssh_public_key: string;
}

export interface Node {
  readonly id: string;
  readonly uuid: string;
  readonly layer: string;
  /** Of the layer; absent from a controller that does not tell. */
  readonly kind?: string | null;
  readonly status: string;
  readonly scheduling: 'open' | 'cordoned' | 'drained';
  readonly adopted: boolean;
  readonly address: string | null;
  readonly private_address: string | null;
  readonly cloud_id: string | null;
  readonly generation: number | null;
  readonly last_action: string | null;
  readonly last_error: string | null;
  /** Absent from a controller that does not tell. */
  readonly unreachable_since?: string | null;
  /** Of its layer; absent from a controller that does not tell. */
  readonly tags?: Readonly<Record<string, string>>;
  /** Formation -> what it has there; absent from a controller that does not tell. */
  readonly containers?: Readonly<Record<string, NodeShare>>;
  /** What its machine has; null where that was not read, or is not ours to know; absent as the others. */
  readonly size?: Amount | null;
  /** By what containers are promised, and by what is in use, null where that was not read of late. */
  readonly left?: { readonly limits: Amount; readonly use: Amount | null } | null;
  readonly created_at: string;
}

export interface Amount {
  /** Bytes. */
  readonly memory: number;
  /** Cores. */
  readonly cpus: number;
}

export interface NodeShare {
  readonly count: number;
  /** Bytes that those with a limit may use together. */
  readonly memory: number;
  /** How many have no limit. */
  readonly unlimited: number;
}

/** What a converge would do, as the API's document has it: `npm run dashboard:types` writes that down. */
export type Forecast = components['schemas']['Forecast'];
export type NodeForecast = components['schemas']['NodeForecast'];

export interface HostKey {
  readonly host_key: string;
  readonly fingerprint: string;
}
