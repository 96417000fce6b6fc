import type Docker from 'dockerode';
import { messageOf } from '../../../base/errors.js';
import {
  applyBuildFirewall,
  buildBridge,
  type BuildReach,
  type HostService,
} from '../../../provisioner/build-firewall.js';

export interface BuildNetworkOptions {
  readonly docker: Docker;
  readonly instance: string;
  /** What builds need of this host. */
  readonly services: () => Promise<readonly HostService[]>;
  /** IPv4 addresses of nodes, whose containers let this host in; builds leave it by its address. */
  readonly nodes: () => Promise<readonly string[]>;
  /** What of the control plane is on other hosts. Absent: nothing. */
  readonly closed?: () => Promise<readonly HostService[]>;
  readonly log: { warn(fields: object, message: string): void };
}

/**
 * The network of an instance's builds. They do not reach each other, and where the controller may set rules
 * of the kernel's firewall neither this host nor link-local addresses nor containers on nodes.
 */
export class BuildNetwork {
  readonly name: string;
  #hasWarned = false;

  constructor(
    private readonly options: BuildNetworkOptions,
    private readonly applyFirewall: typeof applyBuildFirewall = applyBuildFirewall,
  ) {
    this.name = `deis-${options.instance}-build`;
  }

  /**
   * Has network and rules ready, anew each time: rules go when a host starts or its firewall is loaded again.
   * Without rules builds go on, and the log says so once. Resolves to the network's name.
   */
  async ensure(): Promise<string> {
    const { instance, log } = this.options;
    if (!(await this.#exists())) await this.#create();
    await this.#reach()
      .then((reach) => this.applyFirewall(instance, reach))
      .catch((error: unknown) => {
        if (this.#hasWarned) return;
        this.#hasWarned = true;
        log.warn(
          { reason: messageOf(error), bridge: buildBridge(instance) },
          'builds can reach this host, link-local addresses and containers on nodes: the controller may not set ' +
            'rules of iptables. docs/operating.md, "What builds reach", says how to set them',
        );
      });
    return this.name;
  }

  async #reach(): Promise<BuildReach> {
    const { services, nodes, closed } = this.options;
    const found = await Promise.all([services(), nodes(), closed?.() ?? []]);
    return { services: found[0], nodes: found[1], closed: found[2] };
  }

  async #exists(): Promise<boolean> {
    return this.options.docker
      .getNetwork(this.name)
      .inspect()
      .then(
        () => true,
        (error: unknown) => {
          if ((error as { statusCode?: number }).statusCode === 404) return false;
          throw error;
        },
      );
  }

  async #create(): Promise<void> {
    const { docker, instance } = this.options;
    try {
      await docker.createNetwork({
        Name: this.name,
        Driver: 'bridge',
        CheckDuplicate: true,
        EnableIPv6: false,
        Labels: { 'deis.instance': instance, 'deis.kind': 'build' },
        Options: {
          'com.docker.network.bridge.name': buildBridge(instance),
          'com.docker.network.bridge.enable_icc': 'false',
        },
      });
    } catch (error) {
      // Another build may have made it a moment ago.
      if (!(await this.#exists())) throw error;
    }
  }
}
