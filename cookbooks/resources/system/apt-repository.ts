import type { CommonProperties } from '../common.js';

/**
 * A repository of Debian packages, as /etc/apt/sources.list.d/NAME.sources. Its lists are fetched when it
 * changes, and only then; a repository that apt cannot read or verify does not stay.
 */
export interface AptRepositoryResource extends CommonProperties {
  readonly kind: 'apt_repository';
  /**
   * `delete`: there is no such repository.
   * @default create
   */
  readonly action?: 'create' | 'delete';
  /** Base URL, of the kinds that apt knows. */
  readonly uri: string;
  /** Like `bookworm`; one that ends in `/` is a folder without components. */
  readonly suites: readonly string[];
  /**
   * Parts of its suites.
   * @default main
   */
  readonly components?: readonly string[];
  /**
   * Like `amd64`.
   * @default those of the node
   */
  readonly architectures?: readonly string[];
  /**
   * Who must have signed it: the path of a keyring on the node, or the key itself (`-----BEGIN PGP PUBLIC KEY
   * BLOCK-----`).
   */
  readonly signedBy: string;
}
