/** Tells another resource of the same node to act when this one changed. */
export interface Notification {
  /** Id of the other resource: `service[docker]`. */
  readonly resource: string;
  readonly action: 'restart' | 'reload' | 'run';
  /** `delayed` (the default): once, at the end, however many notify; `immediate`: at once. */
  readonly timing?: 'delayed' | 'immediate';
}

/** Properties that every resource has. */
export interface CommonProperties {
  /** Identity within its kind; what it means is said by the kind (a path, a package, a unit). */
  readonly name: string;
  readonly notifies?: readonly Notification[];
  /** Argument vector; the resource is skipped unless it exits 0. */
  readonly onlyIf?: readonly string[];
  /** Argument vector; the resource is skipped when it exits 0. */
  readonly notIf?: readonly string[];
  /** No diff and no output of it is shown. */
  readonly sensitive?: boolean;
  /** A failure is reported and the program goes on. */
  readonly ignoreFailure?: boolean;
  /** Repairs to try again after a failed one; default 0. */
  readonly retries?: number;
}
