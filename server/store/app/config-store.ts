import { Secret } from '../../../base/secret.js';
import { boxRow } from '../sealing/box-rows.js';
import { aliased, toRow, type Columns } from '../columns.js';
import type { Database } from '../database.js';
import type { SecretBox } from '../sealing/secret-box.js';

/** Environment variables in clear: never log them. */
export type ConfigValues = Readonly<Record<string, string>>;

interface ConfigColumns {
  readonly id: number;
  readonly formationId: number;
  readonly version: number;
  readonly createdBy: number | null;
  readonly createdAt: Date;
}

/** A numbered set of environment variables; never changed. */
export interface ConfigRecord extends ConfigColumns {
  readonly values: ConfigValues;
}

const columns: Columns<ConfigColumns> = {
  id: 'id',
  formationId: 'formation_id',
  version: 'version',
  createdBy: 'created_by',
  createdAt: 'created_at',
};
const valuesPlace = 'configs.values_encrypted';
const selected = [...aliased(columns), 'values_encrypted as boxedValues'];

type ConfigRow = ConfigColumns & { readonly boxedValues: Buffer };

export class ConfigStore {
  constructor(
    private readonly database: Database,
    private readonly box: SecretBox,
  ) {}

  /**
   * The present one of the formation, whose row the caller has locked; an empty one where nobody has set any.
   */
  async presentOrEmpty(formationId: number, createdBy: number | null): Promise<ConfigRecord> {
    return (await this.present(formationId)) ?? this.insert({ formationId, createdBy, values: {} });
  }

  /** Takes the next version of the formation, whose row the caller has locked. */
  async insert(config: Pick<ConfigRecord, 'formationId' | 'createdBy' | 'values'>): Promise<ConfigRecord> {
    const { values, ...fields } = config;
    const newest = await this.newest(config.formationId);
    const version = (newest?.version ?? 0) + 1;
    const sealedFor = boxRow(config.formationId, version);
    const row = {
      ...toRow<ConfigColumns>(columns, fields),
      version,
      values_encrypted: this.box.seal(new Secret(JSON.stringify(values)), valuesPlace, sealedFor),
    };
    const rows = await this.#table().insert(row).returning(selected);
    return this.#record(rows[0] as ConfigRow);
  }

  async byId(id: number): Promise<ConfigRecord | undefined> {
    const row = await this.#table().where({ id }).first<ConfigRow | undefined>(selected);
    return row && this.#record(row);
  }

  async byVersion(formationId: number, version: number): Promise<ConfigRecord | undefined> {
    const row = await this.#table()
      .where({ formation_id: formationId, version })
      .first<ConfigRow | undefined>(selected);
    return row && this.#record(row);
  }

  async byIds(ids: readonly number[]): Promise<ConfigRecord[]> {
    const rows = await this.#table().whereIn('id', ids).select<ConfigRow[]>(selected);
    return rows.map((row) => this.#record(row));
  }

  /** Version of each config by id, without opening any. */
  async versions(ids: readonly number[]): Promise<Map<number, number>> {
    const rows = await this.#table()
      .whereIn('id', ids)
      .select<Pick<ConfigColumns, 'id' | 'version'>[]>('id', 'version');
    return new Map(rows.map((row) => [row.id, row.version]));
  }

  async newest(formationId: number): Promise<ConfigRecord | undefined> {
    const row = await this.#table()
      .where({ formation_id: formationId })
      .orderBy('version', 'desc')
      .first<ConfigRow | undefined>(selected);
    return row && this.#record(row);
  }

  /**
   * The config that the next change builds on: that of the newest release that is live or still to be, so
   * that what a failed or cancelled change brought goes with it. Before there is such a release, the newest
   * of all.
   */
  async present(formationId: number): Promise<ConfigRecord | undefined> {
    const release = await this.database('releases')
      .where({ formation_id: formationId })
      .whereIn('state', ['live', 'pending'])
      .orderBy('version', 'desc')
      .first<{ config_id: number } | undefined>('config_id');
    return release === undefined ? this.newest(formationId) : this.byId(release.config_id);
  }

  #record({ boxedValues, ...config }: ConfigRow): ConfigRecord {
    const values = this.box.open(boxedValues, valuesPlace, boxRow(config.formationId, config.version));
    return { ...config, values: JSON.parse(values.reveal()) as ConfigValues };
  }

  #table() {
    return this.database('configs');
  }
}
