import type { RemoteFailure } from '../../cookbooks/errors.js';
import type { Databag } from '../../cookbooks/databag.js';
import type { RecipeNode } from '../../cookbooks/recipe.js';
import type { Connection, SshTarget } from '../../provisioner/ssh/transport.js';

/** One node to be converged. */
export interface ConvergeTarget {
  readonly node: RecipeNode;
  readonly level: number;
  readonly runList: readonly string[];
  readonly ssh: SshTarget;
}

/** What became of one resource. */
export interface ResourceReport {
  readonly resource: string;
  readonly result: string;
  readonly error?: string | undefined;
}

/** What became of one node. */
export interface NodeReport {
  readonly node: string;
  readonly outcome: 'ok' | 'failed' | 'refused' | 'unreachable';
  readonly changed: number;
  readonly failed: number;
  readonly resources: readonly ResourceReport[];
  readonly error?: string | undefined;
  readonly failure?: RemoteFailure | undefined;
  readonly ms: number;
}

export interface ConvergeOptions {
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
}

/** What the domain asks of the provisioner's fleet: connections to nodes for the life of one operation. */
export interface Fleet {
  /** Converges all in parallel, finishes all, and never throws for a node's failure. */
  converge(targets: readonly ConvergeTarget[], databag: Databag, options: ConvergeOptions): Promise<NodeReport[]>;
  /** By node name: null when it answers over SSH, else why not. */
  probe(targets: readonly ConvergeTarget[], options: ConvergeOptions): Promise<ReadonlyMap<string, RemoteFailure | null>>;
  connection(target: ConvergeTarget, options: ConvergeOptions): Promise<Connection>;
  close(): Promise<void>;
}
