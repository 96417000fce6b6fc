import type { Secret } from '../../base/secret.js';
import type { CommonProperties } from './common.js';

/**
 * A gzip tarball unpacked into the directory `name`, which appears complete or not at all. The directory's
 * name should tell its content (hold the checksum): an existing one is taken as it is.
 */
export interface ArchiveResource extends CommonProperties {
  readonly kind: 'archive';
  /**
   * Where it is fetched from; may be signed, hence secret. Absent: an archive that is missing is a failure.
   */
  readonly url?: Secret;
  /** Of the tarball, hex. A body with another sum is never unpacked. */
  readonly sha256: string;
  /**
   * Who unpacks and owns the content (it needs no user of that id). Never root.
   * @default 1000
   */
  readonly uid?: number;
  /** The same by name; the user must exist. */
  readonly owner?: string;
  /**
   * Leading parts of the tarball's paths that are left out.
   * @default 0
   */
  readonly strip?: number;
}
