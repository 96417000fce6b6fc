import type { HealthSettings, Limits } from '../../cookbooks/databag.js';
import { aliased, toJson, toRow, type Columns } from './columns.js';
import type { Database } from './database.js';
import { readPage, type Page, type PageRequest } from './page.js';

export type ReleaseState = 'pending' | 'live' | 'failed' | 'superseded';

/** Build + config + limits + health checks. None of them ever changes; the state is recorded beside them. */
export interface ReleaseRecord {
  readonly id: number;
  readonly formationId: number;
  readonly version: number;
  readonly buildId: string | null;
  readonly configId: number;
  /** Process type -> what each of its containers may use. */
  readonly limits: Readonly<Record<string, Limits>>;
  /** Process type -> how its new containers show that they are well. */
  readonly health: Readonly<Record<string, HealthSettings>>;
  /** Whether its containers may write below /app. */
  readonly writable: boolean;
  readonly summary: string;
  readonly state: ReleaseState;
  /** Why it failed, or what superseded it. */
  readonly reason: string | null;
  readonly createdBy: number | null;
  readonly createdAt: Date;
  readonly liveAt: Date | null;
}

export type NewRelease = Pick<
  ReleaseRecord,
  'formationId' | 'buildId' | 'configId' | 'summary' | 'createdBy'
> &
  Partial<Pick<ReleaseRecord, 'limits' | 'health'>>;

const columns: Columns<ReleaseRecord> = {
  id: 'id',
  formationId: 'formation_id',
  version: 'version',
  buildId: 'build_id',
  configId: 'config_id',
  limits: 'limits',
  health: 'health',
  writable: 'writable',
  summary: 'summary',
  state: 'state',
  reason: 'reason',
  createdBy: 'created_by',
  createdAt: 'created_at',
  liveAt: 'live_at',
};

export class ReleaseStore {
  constructor(private readonly database: Database) {}

  /** Pending, under the next version of the formation, whose row this locks until the transaction ends. */
  async insert(release: NewRelease): Promise<ReleaseRecord> {
    await this.database('formations').where({ id: release.formationId }).forUpdate().first('id');
    const newest = await this.newest(release.formationId);
    const rows = await this.#table()
      .insert({ ...toRow(columns, release), version: (newest?.version ?? 0) + 1 })
      .returning(aliased(columns));
    return rows[0] as ReleaseRecord;
  }

  async byId(id: number): Promise<ReleaseRecord | undefined> {
    return this.#table().where({ id }).first<ReleaseRecord | undefined>(aliased(columns));
  }

  async byIds(ids: readonly number[]): Promise<ReleaseRecord[]> {
    return this.#table().whereIn('id', ids).orderBy('version').select<ReleaseRecord[]>(aliased(columns));
  }

  async byVersion(formationId: number, version: number): Promise<ReleaseRecord | undefined> {
    return this.#table()
      .where({ formation_id: formationId, version })
      .first<ReleaseRecord | undefined>(aliased(columns));
  }

  /** Newest first. */
  async ofFormation(formationId: number): Promise<ReleaseRecord[]> {
    return this.#table()
      .where({ formation_id: formationId })
      .orderBy('version', 'desc')
      .select<ReleaseRecord[]>(aliased(columns));
  }

  /** Newest first. */
  async pageOfFormation(formationId: number, request: PageRequest): Promise<Page<ReleaseRecord>> {
    const order = { keys: [{ column: 'version', type: 'bigint' as const }], descending: true };
    return readPage(
      this.database,
      { rows: this.#table().where({ formation_id: formationId }), columns: aliased(columns), order },
      request,
    );
  }

  async newest(formationId: number): Promise<ReleaseRecord | undefined> {
    return this.#table()
      .where({ formation_id: formationId })
      .orderBy('version', 'desc')
      .first<ReleaseRecord | undefined>(aliased(columns));
  }

  async newestPending(formationId: number): Promise<ReleaseRecord | undefined> {
    return this.#table()
      .where({ formation_id: formationId, state: 'pending' })
      .orderBy('version', 'desc')
      .first<ReleaseRecord | undefined>(aliased(columns));
  }

  /** Sets state and reason; becoming live also sets `liveAt`, once. */
  async setState(id: number, state: ReleaseState, reason: string | null = null): Promise<void> {
    const liveAt = state === 'live' ? { live_at: this.database.raw('coalesce(live_at, now())') } : {};
    await this.#table()
      .where({ id })
      .update({ state, reason, ...liveAt });
  }

  /** Replaces what failed containers of it have left behind. */
  async setEvidence(id: number, evidence: readonly Readonly<Record<string, unknown>>[]): Promise<void> {
    await this.#table()
      .where({ id })
      .update({ evidence: toJson(evidence) });
  }

  /** Apart from the release's record: it may be large. */
  async evidenceOf(id: number): Promise<Readonly<Record<string, unknown>>[]> {
    const row = await this.#table()
      .where({ id })
      .first<{ evidence: Record<string, unknown>[] } | undefined>('evidence');
    return row?.evidence ?? [];
  }

  /**
   * Forgets evidence from before that moment, save of releases whose builds are kept. Resolves to the number
   * of releases.
   */
  async removeEvidenceBefore(moment: Date): Promise<number> {
    const kept = this.database('builds').select('id').whereNull('collected_at');
    return this.#table()
      .whereRaw("evidence <> '[]' and (evidence -> 0 ->> 'at')::timestamptz < ?", [moment])
      .whereNotIn('build_id', kept)
      .update({ evidence: '[]' });
  }

  #table() {
    return this.database('releases');
  }
}
