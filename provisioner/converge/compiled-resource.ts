import type { ResourceKind, ResourceOf } from '../../cookbooks/resource.js';
import type { Notification } from '../../cookbooks/resources/common.js';
import type { FactName } from './facts.js';

/** One resource as sh. Statements may be several lines; they run as the body of a function. */
export interface CompiledResource {
  /** Exits 0 when the node is as wanted; changes nothing. */
  readonly test: string;
  /** Prints what a repair changes, for people; never a secret. */
  readonly diff?: string;
  /** Makes it so; runs under `set -e` in a shell of its own, its output is shown when it fails. */
  readonly repair: string;
  /** The repair only waits, and changes nothing. */
  readonly waits?: boolean;
  /** Repairs of resources in a row that name the same lane run side by side. */
  readonly lane?: string;
  /** What is looked at, so that it can be gathered once for all resources. */
  readonly facts?: Partial<Record<FactName, readonly string[]>>;
  /** sh functions that the statements use; defined before them. */
  readonly functions?: Readonly<Record<string, string>>;
}

export type Action = Notification['action'];

/** How one kind of resource becomes sh. `n` is unique in the program and may be part of function names. */
export interface ResourceCompiler<K extends ResourceKind> {
  compile(resource: ResourceOf<K>, n: number): CompiledResource;
  /** Statement for a notified action. */
  act?(resource: ResourceOf<K>, action: Action, n: number): string | undefined;
  /** File below `resources/` with the functions that it uses; absent: none. */
  readonly library?: string;
}
