import type { Secret } from '../../../base/secret.js';
import type { CommonProperties } from '../common.js';

/**
 * A job of the cron daemon, as a file of its own in /etc/cron.d; `name` is the file's. The package `cron`
 * must be there.
 */
export interface CronResource extends CommonProperties {
  readonly kind: 'cron';
  /**
   * `delete`: there is no such job.
   * @default create
   */
  readonly action?: 'create' | 'delete';
  /** One line for `sh`. A `%` is a `%` here: cron's own meaning of it is escaped. */
  readonly command: string;
  /** In the place of the five fields. */
  readonly time?: 'reboot' | 'hourly' | 'daily' | 'weekly' | 'monthly' | 'yearly';
  /**
   * As in crontab(5), like the next four: a number, a list, a range or a step.
   * @default *
   */
  readonly minute?: string;
  /**
   * 0 to 23.
   * @default *
   */
  readonly hour?: string;
  /**
   * Of the month.
   * @default *
   */
  readonly day?: string;
  /**
   * 1 to 12, or jan to dec.
   * @default *
   */
  readonly month?: string;
  /**
   * 0 to 7, or mon to sun.
   * @default *
   */
  readonly weekday?: string;
  /**
   * Whom it runs as.
   * @default root
   */
  readonly user?: string;
  /**
   * Variables of the job, MAILTO and PATH among them. A Secret makes the file 0600 and the resource
   * sensitive.
   */
  readonly environment?: Readonly<Record<string, Secret | string>>;
}
