import type { Secret } from '../../base/secret.js';
import type { CommonProperties } from './common.js';

/**
 * A Docker image that is there, recognised by its id; `name` is what it is called (`deis/stack:bookworm`).
 */
export interface DockerImageResource extends CommonProperties {
  readonly kind: 'docker_image';
  /** `sha256:<hex>`, Docker's image id: the digest of the image's configuration. */
  readonly id: string;
  /** Of a tarball for `docker load`, gzip or not. Absent: an image that is missing is a failure. */
  readonly url?: Secret;
}
