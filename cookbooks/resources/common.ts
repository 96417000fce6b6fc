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
  /**
   * Resources that act when this one changed: `{ resource: 'service[nginx]', action: 'reload', timing:
   * 'delayed' }`; `delayed` (the default) means once, at the end, `immediate` at once.
   */
  readonly notifies?: readonly Notification[];
  /**
   * The same from the other side: this resource acts, by `action`, when the one named by `resource` changed.
   */
  readonly subscribes?: readonly Notification[];
  /** Argument vector; the resource is skipped unless it exits 0. */
  readonly onlyIf?: readonly string[];
  /** Argument vector; the resource is skipped when it exits 0. */
  readonly notIf?: readonly string[];
  /**
   * No diff and no output of it is shown. A Secret in a file's content, a template's variables or an
   * environment does the same.
   * @default false
   */
  readonly sensitive?: boolean;
  /**
   * A failure is reported and the program goes on.
   * @default false
   */
  readonly ignoreFailure?: boolean;
  /**
   * Repairs to try again after a failed one, a second apart.
   * @default 0
   */
  readonly retries?: number;
}
