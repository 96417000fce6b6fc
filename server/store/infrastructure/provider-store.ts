import { Secret } from '../../../base/secret.js';
import { boxRow } from '../sealing/box-rows.js';
import { aliased, toRow, type Columns } from '../columns.js';
import type { Database } from '../database.js';
import { byName, readPage, type Page, type PageRequest } from '../page.js';
import type { SecretBox } from '../sealing/secret-box.js';
import { conflictWhenTaken, conflictWhenUsed } from '../violations.js';

/** A provider without its credentials, which come out through `creds` alone. */
export interface ProviderRecord {
  readonly id: number;
  readonly ownerId: number;
  readonly name: string;
  readonly type: string;
  readonly createdAt: Date;
  /** When its credentials were last replaced. */
  readonly updatedAt: Date;
}

export type ProviderCreds = Readonly<Record<string, unknown>>;

export interface NewProvider extends Pick<ProviderRecord, 'ownerId' | 'name' | 'type'> {
  readonly creds: ProviderCreds;
}

const columns: Columns<ProviderRecord> = {
  id: 'id',
  ownerId: 'owner_id',
  name: 'name',
  type: 'type',
  createdAt: 'created_at',
  updatedAt: 'updated_at',
};
const credsPlace = 'providers.creds_encrypted';

export class ProviderStore {
  constructor(
    private readonly database: Database,
    private readonly box: SecretBox,
  ) {}

  /** @throws Conflict when the owner has a provider of this name. */
  async insert({ creds, ...provider }: NewProvider): Promise<ProviderRecord> {
    const row = { ...toRow(columns, provider), creds_encrypted: this.#seal(creds, provider) };
    const rows = await conflictWhenTaken(
      this.#table().insert(row).returning(aliased(columns)),
      `you have a provider named ${provider.name} already`,
    );
    return rows[0] as ProviderRecord;
  }

  async byId(id: number): Promise<ProviderRecord | undefined> {
    return this.#table().where({ id }).first<ProviderRecord | undefined>(aliased(columns));
  }

  async byName(ownerId: number, name: string): Promise<ProviderRecord | undefined> {
    return this.#table()
      .where({ owner_id: ownerId, name })
      .first<ProviderRecord | undefined>(aliased(columns));
  }

  async byIds(ids: readonly number[]): Promise<ProviderRecord[]> {
    return this.#table().whereIn('id', ids).select<ProviderRecord[]>(aliased(columns));
  }

  /** By name. */
  async pageOfOwner(ownerId: number, request: PageRequest): Promise<Page<ProviderRecord>> {
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

  /** The decrypted credentials, a JSON object as text. */
  async creds(id: number): Promise<Secret> {
    const row = await this.#table()
      .where({ id })
      .first<(ProviderRecord & { readonly sealed: Buffer }) | undefined>([
        ...aliased(columns),
        'creds_encrypted as sealed',
      ]);
    if (row === undefined) return new Secret('{}');
    return this.box.open(row.sealed, credsPlace, boxRow(row.ownerId, row.name));
  }

  /** Reads under the row's lock, held until the transaction ends. */
  async lock(id: number): Promise<ProviderRecord | undefined> {
    return this.#table().where({ id }).forUpdate().first<ProviderRecord | undefined>(aliased(columns));
  }

  /** Resolves to the changed row; undefined when it is gone. */
  async setCreds(id: number, creds: ProviderCreds): Promise<ProviderRecord | undefined> {
    const provider = await this.byId(id);
    if (provider === undefined) return undefined;
    // now() is when the transaction began, which may be before another's change.
    const updated_at = this.database.raw('clock_timestamp()');
    const change = { creds_encrypted: this.#seal(creds, provider), updated_at };
    const rows = await this.#table().where({ id }).update(change).returning(aliased(columns));
    return rows[0] as ProviderRecord | undefined;
  }

  /** @throws Conflict while a flavor uses it. */
  async delete(id: number): Promise<void> {
    await conflictWhenUsed(
      this.#table().where({ id }).delete(),
      'the provider is used by a flavor: delete the flavor first',
    );
  }

  #seal(creds: ProviderCreds, { ownerId, name }: Pick<ProviderRecord, 'ownerId' | 'name'>): Buffer {
    return this.box.seal(new Secret(JSON.stringify(creds)), credsPlace, boxRow(ownerId, name));
  }

  #table() {
    return this.database('providers');
  }
}
