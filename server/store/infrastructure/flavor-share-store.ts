import { aliased } from '../columns.js';
import type { Database } from '../database.js';
import { flavorColumns, type FlavorName, type FlavorRecord } from './flavor-store.js';
import { mapPage, readPage, type Page, type PageRequest } from '../page.js';

/** A flavor that its owner has opened to a formation. */
export interface FlavorShareRecord {
  readonly formationId: number;
  /** Name of the formation. */
  readonly formation: string;
  readonly createdAt: Date;
}

/** A flavor that somebody may use in a formation. */
export interface UsableFlavor extends FlavorName {
  readonly id: number;
  /** Of its provider. */
  readonly providerType: string;
  /** Opened to the formation, whoever's it is. */
  readonly shared: boolean;
}

const shareColumns = [
  'flavor_shares.formation_id as formationId',
  'formations.name as formation',
  'flavor_shares.created_at as createdAt',
];
const usableColumns = [
  'flavors.id as id',
  'flavors.name as name',
  'users.username as owner',
  'providers.type as providerType',
];

/** Which flavors may be used in which formations, whoever owns those. */
export class FlavorShareStore {
  constructor(private readonly database: Database) {}

  /** Sharing again changes nothing. */
  async insert(flavorId: number, formationId: number): Promise<void> {
    await this.#table().insert({ flavor_id: flavorId, formation_id: formationId }).onConflict().ignore();
  }

  async delete(flavorId: number, formationId: number): Promise<void> {
    await this.#table().where({ flavor_id: flavorId, formation_id: formationId }).delete();
  }

  async has(flavorId: number, formationId: number): Promise<boolean> {
    return (
      (await this.#table().where({ flavor_id: flavorId, formation_id: formationId }).first('flavor_id')) !==
      undefined
    );
  }

  /** The one with the formation of this name. */
  async withFormation(flavorId: number, formation: string): Promise<FlavorShareRecord | undefined> {
    const rows = this.#ofFlavor(flavorId).where('formations.name', formation);
    return rows.first<FlavorShareRecord | undefined>(shareColumns);
  }

  /** By name of the formation. */
  async pageOfFlavor(flavorId: number, request: PageRequest): Promise<Page<FlavorShareRecord>> {
    const order = { keys: [{ column: 'formations.name', type: 'text' as const }] };
    return readPage(this.database, { rows: this.#ofFlavor(flavorId), columns: shareColumns, order }, request);
  }

  /** Flavors of this name that are open to the formation, by owner; only of that owner where one is given. */
  async named(formationId: number, { name, owner }: Pick<FlavorName, 'name'> & Partial<FlavorName>) {
    const rows = this.database('flavor_shares')
      .join('flavors', 'flavors.id', 'flavor_shares.flavor_id')
      .join('users', 'users.id', 'flavors.owner_id')
      .where({ 'flavor_shares.formation_id': formationId, 'flavors.name': name })
      .orderBy('users.username');
    if (owner !== undefined) void rows.where('users.username', owner);
    return rows.select<(FlavorRecord & Pick<FlavorName, 'owner'>)[]>([
      ...aliased(flavorColumns, 'flavors'),
      'users.username as owner',
    ]);
  }

  /** The user's own flavors and those that are open to the formation, by name, then owner. */
  async pageOfUsable(userId: number, formationId: number, request: PageRequest): Promise<Page<UsableFlavor>> {
    const rows = this.database('flavors')
      .join('users', 'users.id', 'flavors.owner_id')
      .join('providers', 'providers.id', 'flavors.provider_id')
      .leftJoin('flavor_shares', (join) => {
        void join
          .on('flavor_shares.flavor_id', 'flavors.id')
          .andOnVal('flavor_shares.formation_id', formationId);
      })
      .where((either) => {
        void either.where('flavors.owner_id', userId).orWhereNotNull('flavor_shares.flavor_id');
      });
    const columns = [...usableColumns, 'flavor_shares.flavor_id as sharedId'];
    const order = {
      keys: [
        { column: 'flavors.name', type: 'text' as const },
        { column: 'users.username', type: 'text' as const },
      ],
    };
    type Row = Omit<UsableFlavor, 'shared'> & { readonly sharedId: number | null };
    const page = await readPage<Row>(this.database, { rows, columns, order }, request);
    return mapPage(page, ({ sharedId, ...flavor }) => ({ ...flavor, shared: sharedId !== null }));
  }

  #ofFlavor(flavorId: number) {
    return this.#table()
      .join('formations', 'formations.id', 'flavor_shares.formation_id')
      .where('flavor_shares.flavor_id', flavorId);
  }

  #table() {
    return this.database('flavor_shares');
  }
}
