import type Docker from 'dockerode';
import { Conflict } from '../../../../base/errors.js';
import { nodeContainers } from '../container-life.js';
import { dockerStatus, labels } from '../docker-labels.js';
import { freeAddress, parseNetwork } from './free-address.js';
import type { NodeNetwork } from './node-network.js';

/** The fixed addresses of an instance's nodes on their networks. */
export class NodeAddresses {
  /** @param instance of the controller */
  constructor(
    private readonly docker: Docker,
    private readonly instance: string,
  ) {}

  /** One that no container and no other node has. @throws Conflict when the network is full */
  async pick(network: NodeNetwork, taken: readonly string[]): Promise<string> {
    const inUse = (await nodeContainers(this.docker, this.instance)).map(
      (container) => container.Labels[labels.address] ?? '',
    );
    const { Containers: attached = {} } = (await this.docker.getNetwork(network.id).inspect()) as {
      Containers?: Record<string, { IPv4Address: string }>;
    };
    const used = new Set([
      network.gateway,
      ...taken,
      ...inUse,
      ...Object.values(attached).map((each) => each.IPv4Address.split('/')[0]!),
    ]);
    const address = freeAddress(parseNetwork(network.subnet), used);
    if (address === undefined)
      throw new Conflict(
        `the network ${network.name} (${network.subnet}) is full: no address is left for another node`,
      );
    return address;
  }

  /**
   * Of several containers with one address, made by controllers that share the instance, the oldest keeps it.
   */
  async isFirst(id: string, address: string): Promise<boolean> {
    const rivals = await nodeContainers(this.docker, this.instance, { [labels.address]: address });
    if (rivals.length < 2) return true;
    const created = (await Promise.all(rivals.map(({ Id }) => this.#createdAt(Id)))).flat();
    return created.sort((a, b) => a.at.localeCompare(b.at) || a.id.localeCompare(b.id))[0]?.id === id;
  }

  /** Nothing when it has given way meanwhile. */
  async #createdAt(id: string): Promise<{ id: string; at: string }[]> {
    try {
      return [{ id, at: (await this.docker.getContainer(id).inspect()).Created }];
    } catch (error) {
      if (dockerStatus(error) === 404) return [];
      throw error;
    }
  }
}
