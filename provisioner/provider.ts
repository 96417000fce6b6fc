import type { LayerKind } from '../cookbooks/recipe.js';
import type { Secret } from '../base/secret.js';

/** What identifies a layer to a cloud. */
export interface ProviderLayer {
  readonly formation: string;
  /** Tells formations apart that had the same name one after the other. */
  readonly formationId: string;
  readonly layer: string;
  readonly kind: LayerKind;
  /** The flavor's params, checked by `parseParams`. */
  readonly params: Readonly<Record<string, unknown>>;
}

/** What a provider writes down before a call that may make a machine; without secrets. */
export type LaunchIntent = Readonly<Record<string, unknown>>;

/**
 * A node's memory of its launch, kept by the caller beside the node: a later attempt, by another process,
 * repeats the very call.
 */
export interface LaunchJournal {
  /** What was saved last; null before the first. */
  readonly last: LaunchIntent | null;
  /** Awaited before the call. */
  save(intent: LaunchIntent): Promise<void>;
}

/** Everything a launch needs. Launching twice with the same uuid launches once. */
export interface NodeLaunch extends ProviderLayer {
  readonly uuid: string;
  /** `peachy-waxworks-runtime-1` */
  readonly name: string;
  /** From 1 up within the layer: nodes are spread over zones by it. */
  readonly num: number;
  /** Complete cloud-config, as text that begins with `#cloud-config`; holds the host key, hence secret. */
  readonly userData: Secret;
  /** Addresses that other nodes of this instance have already; a provider of existing hosts picks another. */
  readonly taken: readonly string[];
  readonly journal: LaunchJournal;
}

export interface LaunchedNode {
  /** The cloud's own id of the machine. */
  readonly cloudId: string;
  /** Address that the controller reaches by SSH. */
  readonly address: string;
  /** Address that the formation's other nodes reach. */
  readonly privateAddress: string;
  /**
   * Of a host that existed already: its own host key, confirmed by the operator, in place of the one in
   * `userData`.
   */
  readonly hostPublicKey?: string;
}

/** A machine that the cloud knows, found by tag; the way to find orphans. */
export interface CloudNode {
  readonly cloudId: string;
  readonly uuid: string;
  readonly formation: string;
  readonly name: string;
  readonly state: 'running' | 'pending' | 'stopped';
  /** The public one, where it has one; it may be another after a stop and a start. */
  readonly address: string | null;
  /** Address that the formation's other nodes reach. */
  readonly privateAddress: string | null;
}

/** What a cloud has for a layer or a node beside its machines, found by tag. */
export interface CloudThing {
  readonly kind: 'security group' | 'fixed address' | 'volume';
  readonly cloudId: string;
  readonly formation: string;
  readonly formationId: string;
  readonly layer: string;
  /** Of the node that it is for; null for what a layer's nodes share. */
  readonly uuid: string | null;
  readonly name: string;
  readonly address: string | null;
}

/** Of clouds where layers and nodes have more than machines: the way to what lost its layer or node. */
export interface ProviderThings {
  /** All that this instance tagged, what is in use too. */
  list(signal: AbortSignal): Promise<CloudThing[]>;
  /** Success when it is gone already. @throws what the cloud says, while something holds it */
  remove(thing: CloudThing, signal: AbortSignal): Promise<void>;
}

export interface TerminateRequest {
  readonly uuid: string;
  readonly cloudId: string | null;
  readonly name: string;
  /** What the launch wrote down last: a machine whose id never arrived is found by it. */
  readonly intent?: LaunchIntent | null;
}

/** What credentials turned out to be. */
export interface CredentialCheck {
  /** One line for people: account and region. */
  readonly summary: string;
  /** To be kept with the credentials: they are refused later when they have come to mean another account. */
  readonly pins?: Readonly<Record<string, string>>;
}

/** One thing that a launch will need. */
export interface PreflightCheck {
  /** `ec2:RunInstances`, `image` */
  readonly what: string;
  readonly ok: boolean;
  /** What was found, or what is wrong and what to do. */
  readonly detail: string;
}

/** A port of a layer's nodes that others than the formation reach. */
export interface PortOpening {
  readonly port: number;
  /** Addresses and CIDRs. */
  readonly from: readonly string[];
}

/** All that is to be open at a layer's nodes beside what `createLayer` has opened. */
export interface LayerOpenings {
  readonly openings: readonly PortOpening[];
  /** Private addresses of the nodes. */
  readonly nodes: readonly string[];
}

/**
 * The contract of a provider: a connector to one cloud API with one set of credentials. Providers return
 * values; the caller saves. They never converge: `launchNode` ends when the cloud says running.
 */
export interface Provider {
  readonly type: string;
  /** Where its machines live and are found (a region); empty where there is one place only. */
  readonly region: string;
  /** Annotated YAML example of a flavor's params: help text and docs at once. */
  readonly paramsExample: string;
  /** True when it acts with rights of the controller's own: it launches for platform admins alone. */
  readonly needsAdmin: boolean;
  /**
   * True when root on one of its machines is root on the controller's host: it launches for platform admins
   * and for those whom one allows by name.
   */
  readonly givesHost: boolean;
  /**
   * True when a node's user data, its first host key within, can be read on the node for as long as that
   * lives.
   */
  readonly keepsUserData: boolean;
  /**
   * True when `controllerAddresses` never knows any: its machines reach the controller as the settings say. Absent:
   * false.
   */
  readonly isElsewhere?: boolean;
  /** What to look at when a machine of its does not answer. @param node as the caller knows it */
  silenceHint?(node: { readonly name: string; readonly cloudId: string | null }): string;
  /**
   * How many more machines there can be, of those that exist; absent: a cloud makes them. @param taken as in
   * `NodeLaunch`
   */
  countFree?(params: Readonly<Record<string, unknown>>, taken: readonly string[]): number;
  /** Absent: there is nothing beside the machines that could be left behind. */
  readonly things?: ProviderThings;
  /** The params with defaults filled in. @throws UserError naming the field, the value and what to do. */
  parseParams(params: unknown): Record<string, unknown>;
  /** Proves that the credentials work. @throws UserError */
  checkCredentials(signal: AbortSignal): Promise<CredentialCheck>;
  /** Tries what a launch with these (parsed) params would need, without making anything. */
  preflight(params: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<PreflightCheck[]>;
  /** Makes what the layer's nodes share (security groups, a network). Safe to repeat. */
  createLayer(layer: ProviderLayer, signal: AbortSignal): Promise<void>;
  /**
   * Removes what `createLayer` made. Safe to repeat; success when nothing is there. @param maxHoldMs how long
   * to wait for a cloud that has not let go yet; default: as long as that may take. @throws StillHeld then
   */
  destroyLayer(layer: ProviderLayer, signal: AbortSignal, maxHoldMs?: number): Promise<void>;
  /**
   * Lets others in at ports of the layer's nodes; what an earlier call opened, and this one does not name, is closed.
   * Safe to repeat. Absent: nothing of the provider's stands before its machines.
   */
  openPorts?(layer: ProviderLayer, wanted: LayerOpenings, signal: AbortSignal): Promise<void>;
  /**
   * Idempotent on `uuid`. `onCloudId` is awaited the moment the cloud has given its id, before anything else.
   */
  launchNode(
    launch: NodeLaunch,
    onCloudId: (cloudId: string) => Promise<void>,
    signal: AbortSignal,
  ): Promise<LaunchedNode>;
  /**
   * Success when the machine is gone or never was: looked for by the node's uuid and by its own id, and looked for
   * again afterwards. @throws Conflict when it is another instance's and runs on: see machine-owner.ts
   */
  terminateNode(node: TerminateRequest, signal: AbortSignal): Promise<void>;
  /** All machines that this instance tagged, for one formation or all. */
  listNodes(formation: string | null, signal: AbortSignal): Promise<CloudNode[]>;
  /** Addresses under which a formation's nodes reach the controller; empty when unknown. */
  controllerAddresses(signal: AbortSignal, formation: string): Promise<string[]>;
}
