import type { Secret } from '../../../base/secret.js';
import type { CommonProperties } from '../common.js';

/**
 * A Docker image that is there, recognised by its id; `name` is what it is called (`deis/stack:bookworm`).
 */
export interface DockerImageResource extends CommonProperties {
  readonly kind: 'docker_image';
  /** `sha256:<hex>`, Docker's image id: the digest of the image's configuration. */
  readonly id: string;
  /** Of a tarball for `docker load`, gzip or not. Without it and `pull` an image that is missing is a failure. */
  readonly url?: Secret;
  /**
   * Where a registry has it, `HOST:PORT/NAME:TAG`, instead of `url`: layers that are there already are not
   * sent again. The engine trusts what is in `/etc/docker/certs.d/HOST:PORT`.
   */
  readonly pull?: string;
  /** The registry's bearer token; good for this one pull. Absent: the registry asks for none. */
  readonly token?: Secret;
  /** Instead of a token a login of the registry, `USERNAME:PASSWORD`. */
  readonly login?: Secret;
}
