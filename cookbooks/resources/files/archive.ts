import type { Secret } from '../../../base/secret.js';
import type { CommonProperties } from '../common.js';

/** Who owns what no user of a node owns: no system gives out this id by itself. Stack images run apps as it. */
export const unprivilegedUid = 32_767;

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
   * @default 32767
   */
  readonly uid?: number;
  /**
   * Instead of `uid`: the id of a stack image that is on the node. Its processes own the content: its label
   * `deis.app-uid` names their uid; without the label it is 1000.
   */
  readonly userOf?: string;
  /** The same by name; the user must exist. */
  readonly owner?: string;
  /**
   * Leading parts of the tarball's paths that are left out.
   * @default 0
   */
  readonly strip?: number;
}
