import type { RemoteFailure } from '../base/errors.js';
import type { Databag } from '../cookbooks/databag.js';
import type { RecipeNode } from '../cookbooks/recipe.js';
import type { SshTarget } from './ssh/transport.js';

/** One node to converge. */
export interface ConvergeTarget {
  readonly node: RecipeNode;
  /** Levels converge in ascending order: runtime before proxy. */
  readonly level: number;
  readonly runList: readonly string[];
  readonly ssh: SshTarget;
  /**
   * The formation lives on this node as a guest: what the node keeps of its converges is apart from the host's, its
   * generation too.
   */
  readonly guest?: GuestTarget;
}

export interface GuestTarget {
  readonly name: string;
  /** Its converges and the host's take turns: both write what one program reads. */
  readonly takesTurns: boolean;
}

export interface ConvergeOptions {
  /** Report what would change, change nothing. Default false. */
  readonly whyRun?: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds for each node, waiting for its lock included. */
  readonly deadlineMs: number;
  /** Told which resource a node is at, `package[docker.io]`, and undefined when that has ended. */
  readonly onResource?: (node: string, resource: string | undefined) => void;
}

/** What a container that failed has left behind. */
export interface FailedContainer {
  /** Of the Docker container. */
  readonly name: string;
  /** `exited with status 7` */
  readonly reason: string;
  /** Null while it still runs. */
  readonly exitCode: number | null;
  /** The kernel ended one of its processes for its memory. */
  readonly outOfMemory: boolean;
  readonly restarts: number;
  /** The last ones of its output, 200 at most. */
  readonly lines: readonly string[];
  /** Of docker's inspect JSON what holds no values of variables; null where the engine gave none. */
  readonly inspect: Readonly<Record<string, unknown>> | null;
}

export interface ResourceReport {
  readonly n: number;
  /** `file[/etc/x]` */
  readonly resource: string;
  /** `unfinished`: it had begun when the engine ended. */
  readonly result: 'up-to-date' | 'changed' | 'failed' | 'skipped' | 'would-change' | 'unfinished';
  readonly ms: number;
  readonly diff?: string;
  /** For people; what programs go by stands in fields. */
  readonly error?: string;
  /** Of one that failed: what its last command exited with. */
  readonly exitCode?: number;
  /** Of a container that failed. */
  readonly container?: FailedContainer;
}

/** What a converge did to one node. */
export interface NodeReport {
  readonly node: string;
  /**
   * `refused`: the node has a newer generation; `unreachable`: never got in, or lost and not reached again.
   */
  readonly outcome: 'ok' | 'failed' | 'refused' | 'unreachable';
  /** Resources that changed, or would change in a why-run. */
  readonly changed: number;
  /** Resources that failed, those included whose failure is ignored. */
  readonly failed: number;
  readonly resources: readonly ResourceReport[];
  /** In one or a few lines what went wrong, for people; absent when ok. */
  readonly error?: string;
  readonly failure?: RemoteFailure;
  /** Of a node that refused: the generation that it has. */
  readonly generation?: number;
  readonly ms: number;
}

/** Makes nodes what their recipes say. One for each operation, closed at its end. */
export interface Engine {
  /**
   * Tries the recipes of all targets and touches no node. Resolves to a report for each target for which they
   * make no sense, in the targets' order; an empty list is good.
   */
  check(targets: readonly ConvergeTarget[], databag: Databag): Promise<NodeReport[]>;
  /**
   * Converges all targets side by side and resolves when every one has ended, to a report for each, in their
   * order. A node's failure stands in its report.
   */
  converge(
    targets: readonly ConvergeTarget[],
    databag: Databag,
    options: ConvergeOptions,
  ): Promise<NodeReport[]>;
  /**
   * Tries to reach every target: name -> null, or why not. Suspects, who were silent just now, have less time.
   */
  probe(
    targets: readonly { readonly ssh: SshTarget }[],
    signal?: AbortSignal,
    suspects?: ReadonlySet<string>,
  ): Promise<Map<string, RemoteFailure | null>>;
  /** Lets go of all nodes. */
  close(): Promise<void>;
}
