import { Conflict } from '../../cookbooks/errors.js';

const lowest = 5000;
const highest = 9999;

/** Gives out ports of nodes, lowest first, each once; never one that a row still holds, whatever its state. */
export class FreePorts {
  readonly #taken = new Map<string, Set<number>>();

  constructor(held: readonly { readonly nodeId: string; readonly port: number }[]) {
    for (const { nodeId, port } of held) this.#of(nodeId).add(port);
  }

  /** @throws Conflict when the node has none left. */
  take(nodeId: string): number {
    const taken = this.#of(nodeId);
    let port = lowest;
    while (taken.has(port)) port += 1;
    if (port > highest) throw new Conflict(`all ports from ${lowest} to ${highest} of a node are taken: scale the layer up first`);
    taken.add(port);
    return port;
  }

  #of(nodeId: string): Set<number> {
    const ports = this.#taken.get(nodeId) ?? new Set();
    this.#taken.set(nodeId, ports);
    return ports;
  }
}
