import type { Database } from '../../database.js';
import { aliased, toJson, toRow, type Columns } from '../../columns.js';

/** A buildpack of which the operator keeps a copy, the same for all formations. */
export interface KeptBuildpackRecord {
  readonly name: string;
  /** Of the tarball, by which the data directory has it. */
  readonly sha256: string;
  /** Bytes of the tarball. */
  readonly size: number;
  /** Where it was taken from, for people. */
  readonly source: string;
  /** The commit that it was, of a repository. */
  readonly ref: string | null;
  readonly createdAt: Date;
}

const columns: Columns<KeptBuildpackRecord> = {
  name: 'name',
  sha256: 'sha256',
  size: 'size',
  source: 'source',
  ref: 'ref',
  createdAt: 'created_at',
};

/** Lists of buildpacks that formations have set, and the buildpacks that the operator keeps. */
export class BuildpackStore {
  constructor(private readonly database: Database) {}

  /** In order, as they were written; empty when none are set. */
  async ofFormation(formationId: number): Promise<readonly string[]> {
    const row = await this.database('formation_buildpacks')
      .where({ formation_id: formationId })
      .first<{ readonly list: readonly string[] } | undefined>('list');
    return row?.list ?? [];
  }

  /** Replaces them; an empty list sets none. */
  async setOfFormation(formationId: number, list: readonly string[]): Promise<void> {
    const rows = this.database('formation_buildpacks');
    if (list.length === 0) await rows.where({ formation_id: formationId }).delete();
    else
      await rows
        .insert({ formation_id: formationId, list: toJson(list), updated_at: this.database.fn.now() })
        .onConflict('formation_id')
        .merge();
  }

  /** By name. */
  async kept(): Promise<KeptBuildpackRecord[]> {
    return this.database('kept_buildpacks').orderBy('name').select<KeptBuildpackRecord[]>(aliased(columns));
  }

  /** One of the same name is replaced. */
  async keep(buildpack: Omit<KeptBuildpackRecord, 'createdAt'>): Promise<void> {
    await this.database('kept_buildpacks')
      .insert({ ...toRow<KeptBuildpackRecord>(columns, buildpack), created_at: this.database.fn.now() })
      .onConflict('name')
      .merge();
  }

  /** False when there was none. */
  async forget(name: string): Promise<boolean> {
    return (await this.database('kept_buildpacks').where({ name }).delete()) > 0;
  }
}
