import { Conflict } from '../../../base/errors.js';
import { containerPorts } from '../../../cookbooks/container-ports.js';

export interface HeldPort {
  readonly nodeId: string;
  readonly port: number;
}

const { first: lowest, last: highest } = containerPorts;
/** Within that range nginx of a proxy listens on these: for load balancers, and for converges. */
const proxyPorts = [9090, 9091] as const;
const size = highest - lowest + 1;
/**
 * Prime to `size`: successive generations begin at different ports, further apart than a node usually has
 * containers.
 */
const stride = 97;

/** What nginx holds on nodes that are proxies, too. */
export function heldByProxies(proxies: readonly { readonly id: string }[]): HeldPort[] {
  return proxies.flatMap(({ id: nodeId }) => proxyPorts.map((port) => ({ nodeId, port })));
}

/**
 * Gives out ports of nodes, each once; never one that a row still holds, whatever its state. Where it begins
 * depends on the formation's generation, which every deploy raises: a port that something else on the node
 * listens on, which no row tells, fails one deploy and not the next.
 */
export class FreePorts {
  /** Of each node; a set for those alone that one is taken of, for there may be thousands of others. */
  readonly #held = new Map<string, number[]>();
  readonly #taken = new Map<string, Set<number>>();
  readonly #first: number;

  constructor(held: readonly (readonly HeldPort[])[], generation: number) {
    for (const some of held) for (const { nodeId, port } of some) this.#hold(nodeId, port);
    this.#first = (generation * stride) % size;
  }

  /** @throws Conflict when the node has none left. */
  take(nodeId: string): number {
    const taken = this.#of(nodeId);
    for (let tried = 0; tried < size; tried += 1) {
      const port = lowest + ((this.#first + tried) % size);
      if (taken.has(port)) continue;
      taken.add(port);
      return port;
    }
    throw new Conflict(
      `all ports from ${lowest} to ${highest} of a node are taken: scale the layer up first`,
    );
  }

  #hold(nodeId: string, port: number): void {
    const ports = this.#held.get(nodeId);
    if (ports === undefined) this.#held.set(nodeId, [port]);
    else ports.push(port);
  }

  #of(nodeId: string): Set<number> {
    let ports = this.#taken.get(nodeId);
    if (ports === undefined) this.#taken.set(nodeId, (ports = new Set(this.#held.get(nodeId))));
    return ports;
  }
}
