import type { LayerKind } from '../../../cookbooks/recipe.js';
import type { Database } from '../database.js';

/** What nodes of all formations come from: kinds of layers, flavors, providers. */
export class NodeOriginStore {
  constructor(private readonly database: Database) {}

  /** How many nodes the layers of a flavor have. */
  async countOfFlavor(flavorId: number): Promise<number> {
    const rows = await this.#nodes()
      .where({ 'layers.flavor_id': flavorId })
      .count<{ count: string }[]>({ count: '*' });
    return Number(rows[0]?.count ?? 0);
  }

  /** How many nodes there are of somebody's providers of a type, in whosever formations. */
  async countOfProviders(ownerId: number, type: string): Promise<number> {
    const rows = await this.#nodes()
      .join('flavors', 'flavors.id', 'layers.flavor_id')
      .join('providers', 'providers.id', 'flavors.provider_id')
      .where({ 'providers.owner_id': ownerId, 'providers.type': type })
      .count<{ count: string }[]>({ count: '*' });
    return Number(rows[0]?.count ?? 0);
  }

  /** Public and private addresses of nodes in layers of these kinds, sorted. */
  async addressesOfKinds(kinds: readonly LayerKind[]): Promise<string[]> {
    const rows = await this.#nodes()
      .whereIn('layers.kind', kinds)
      .select<{ address: string | null; privateAddress: string | null }[]>({
        address: 'nodes.address',
        privateAddress: 'nodes.private_address',
      });
    const all = rows.flatMap(({ address, privateAddress }) => [address, privateAddress]);
    return [...new Set(all.filter((each) => each !== null))].sort();
  }

  #nodes() {
    return this.database('nodes').join('layers', 'layers.id', 'nodes.layer_id');
  }
}
