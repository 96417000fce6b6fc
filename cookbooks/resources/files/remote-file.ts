import type { Secret } from '../../../base/secret.js';
import type { CommonProperties } from '../common.js';

/**
 * A file fetched over HTTP; `name` is its path. Put in place by rename once its checksum is right; a file
 * that has the checksum is never fetched again.
 */
export interface RemoteFileResource extends CommonProperties {
  readonly kind: 'remote_file';
  /**
   * `create_if_missing`: one that is there is left as it is, whatever it holds. `delete`: there is no such
   * file.
   * @default create
   */
  readonly action?: 'create' | 'create_if_missing' | 'delete';
  /** http or https URL; a Secret when it is signed. Fetched by the node itself. */
  readonly source: string | Secret;
  /** Of the content, 64 hexadecimal digits. Another content is refused, and the old file stays. */
  readonly sha256: string;
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
