import type { Secret } from '../../../base/secret.js';
import type { CommonProperties } from '../common.js';

/** A regular file; `name` is its path. Replaced by rename, so that no reader sees half of it. */
export interface FileResource extends CommonProperties {
  readonly kind: 'file';
  /**
   * `create_if_missing`: one that is there is left as it is, whatever it holds. `delete`: there is no such
   * file.
   * @default create
   */
  readonly action?: 'create' | 'create_if_missing' | 'delete';
  /**
   * Exact bytes as UTF-8, no NUL. A Secret makes the file sensitive.
   * @default no content
   */
  readonly content?: string | Secret;
  /**
   * Octal.
   * @default 0644
   */
  readonly mode?: string;
  /**
   * Name of the user that it belongs to.
   * @default root
   */
  readonly owner?: string;
  /**
   * Name of the group that it belongs to.
   * @default root
   */
  readonly group?: string;
  /**
   * Argument vector that must exit 0 before the file is put in place; `{path}` stands for the candidate's
   * path.
   */
  readonly verify?: readonly string[];
}
