import type { Secret } from '../../../base/secret.js';
import type { CommonProperties } from '../common.js';

/**
 * A command. It has no test of its own: without `creates`, a guard or `onlyWhenNotified` it runs in every
 * converge. Takes the notification `run`.
 */
export interface ExecuteResource extends CommonProperties {
  readonly kind: 'execute';
  /** Argument vector; shows in `ps`, so never a secret. */
  readonly command: readonly string[];
  /** Path; there is nothing to do when it exists. */
  readonly creates?: string;
  /**
   * It runs when another resource notifies it, and at no other time.
   * @default false
   */
  readonly onlyWhenNotified?: boolean;
  /**
   * Variables of the command's environment. A Secret makes the resource sensitive: what a failing command
   * printed is not shown then.
   */
  readonly environment?: Readonly<Record<string, Secret | string>>;
  /**
   * Directory that it runs in.
   * @default /
   */
  readonly cwd?: string;
  /**
   * Whom it runs as.
   * @default root
   */
  readonly user?: string;
  /**
   * Seconds until it is ended.
   * @default 600
   */
  readonly timeoutSeconds?: number;
}
