import type { Secret } from '../../../base/secret.js';
import type { CommonProperties } from '../common.js';

export interface OverlayMount {
  /** Path in the container. */
  readonly target: string;
  /** Directory of the node. */
  readonly lower: string;
}

/**
 * A container of a formation that runs; `name` is its name. One with the same name and another specification
 * is replaced, a stopped one started.
 */
export interface DockerContainerResource extends CommonProperties {
  readonly kind: 'docker_container';
  /** Formation that it belongs to (label `deis.formation`). */
  readonly formation: string;
  /** `sha256:<hex>` */
  readonly image: string;
  /** Argument vector, in place of the image's entrypoint and command. Absent: what the image says. */
  readonly command?: readonly string[];
  /** Any value but NUL: newlines, quotes, `=`, UTF-8, empty. */
  readonly environment: Readonly<Record<string, Secret>>;
  /** Path in the container -> directory of the node, mounted read-only. */
  readonly mounts: Readonly<Record<string, string>>;
  /**
   * A directory that the container may change: it begins as one of the node's, which stays as it is; what is
   * written is the container's own and goes with it.
   */
  readonly overlay?: OverlayMount;
  /** Published on the node; listened on under the same number, unless `innerPort` is another. */
  readonly port?: number;
  /** Listened on inside. Default: `port`. */
  readonly innerPort?: number;
  /** Docker's network that it is in; its formation's name stands beside its lines then. Default: Docker's bridge. */
  readonly network?: string;
  /** Name or number of the user inside. Default: the image's. */
  readonly user?: string;
  /** Path inside. Default: the image's. */
  readonly workingDirectory?: string;
  /** Bytes. */
  readonly memory?: number;
  /** Shares of one core. */
  readonly cpus?: number;
  /** Most processes and threads at once. Default: 4096. */
  readonly pids?: number;
  /** Between SIGTERM and SIGKILL when it is stopped. Default: 10. */
  readonly stopSeconds?: number;
  /** Beside those of the platform. */
  readonly labels?: Readonly<Record<string, string>>;
  /**
   * `unless-stopped`: Docker restarts it with its own back-off, after a reboot too. `no`: an exit is final,
   * as while a container is on trial; a `container_health` then makes it `unless-stopped`. No part of the
   * specification.
   */
  readonly restart: 'no' | 'unless-stopped';
}
