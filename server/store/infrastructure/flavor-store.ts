import { aliased, toRow, type Columns } from '../columns.js';
import type { Database } from '../database.js';
import { byName, readPage, type Page, type PageRequest } from '../page.js';
import { conflictWhenTaken, conflictWhenUsed } from '../violations.js';

export interface FlavorRecord {
  readonly id: number;
  readonly ownerId: number;
  readonly providerId: number;
  readonly name: string;
  /** Checked by the provider's `parseParams`. */
  readonly params: Readonly<Record<string, unknown>>;
  /** cloud-config of the operator, YAML text; empty for none. */
  readonly init: string;
  readonly createdAt: Date;
}

/** How a flavor is called: names are unique among those of one owner. */
export interface FlavorName {
  readonly name: string;
  /** Username. */
  readonly owner: string;
}

export type NewFlavor = Omit<FlavorRecord, 'id' | 'createdAt'>;

export const flavorColumns: Columns<FlavorRecord> = {
  id: 'id',
  ownerId: 'owner_id',
  providerId: 'provider_id',
  name: 'name',
  params: 'params',
  init: 'init',
  createdAt: 'created_at',
};

const columns = flavorColumns;

export class FlavorStore {
  constructor(private readonly database: Database) {}

  /** @throws Conflict when the owner has a flavor of this name. */
  async insert(flavor: NewFlavor): Promise<FlavorRecord> {
    const rows = await conflictWhenTaken(
      this.#table().insert(toRow(columns, flavor)).returning(aliased(columns)),
      `you have a flavor named ${flavor.name} already`,
    );
    return rows[0] as FlavorRecord;
  }

  async byId(id: number): Promise<FlavorRecord | undefined> {
    return this.#table().where({ id }).first<FlavorRecord | undefined>(aliased(columns));
  }

  /** Reads under the row's lock, held until the transaction ends. */
  async lock(id: number): Promise<FlavorRecord | undefined> {
    return this.#table().where({ id }).forUpdate().first<FlavorRecord | undefined>(aliased(columns));
  }

  async byName(ownerId: number, name: string): Promise<FlavorRecord | undefined> {
    return this.#table().where({ owner_id: ownerId, name }).first<FlavorRecord | undefined>(aliased(columns));
  }

  /** What flavors are called, by id. */
  async names(ids: readonly number[]): Promise<Map<number, FlavorName>> {
    const rows = await this.#table()
      .join('users', 'users.id', 'flavors.owner_id')
      .whereIn('flavors.id', ids)
      .select<(FlavorName & { id: number })[]>(
        'flavors.id as id',
        'flavors.name as name',
        'users.username as owner',
      );
    return new Map(rows.map(({ id, name, owner }) => [id, { name, owner }]));
  }

  /** By name. */
  async ofProvider(providerId: number): Promise<FlavorRecord[]> {
    return this.#table()
      .where({ provider_id: providerId })
      .orderBy('name')
      .select<FlavorRecord[]>(aliased(columns));
  }

  /** By name. */
  async pageOfOwner(ownerId: number, request: PageRequest): Promise<Page<FlavorRecord>> {
    return readPage(
      this.database,
      {
        rows: this.#table().where({ owner_id: ownerId }),
        columns: aliased(columns),
        order: byName,
      },
      request,
    );
  }

  /** No change at all is fine: the name set to itself keeps the statement whole. */
  async update(
    id: number,
    changes: Partial<Pick<FlavorRecord, 'providerId' | 'params' | 'init'>>,
  ): Promise<FlavorRecord> {
    const rows = await this.#table()
      .where({ id })
      .update({ name: this.database.ref('name'), ...toRow(columns, changes) })
      .returning(aliased(columns));
    return rows[0] as FlavorRecord;
  }

  /** @throws Conflict while a layer uses it. */
  async delete(id: number): Promise<void> {
    await conflictWhenUsed(
      this.#table().where({ id }).delete(),
      'the flavor is used by a layer: destroy the layer first',
    );
  }

  #table() {
    return this.database('flavors');
  }
}
