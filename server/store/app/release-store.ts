import { noSettings, type TypeSettings } from '../../../cookbooks/databag.js';
import type { Knex } from 'knex';
import { aliased, toJson, toRow, type Columns } from '../columns.js';
import type { Database } from '../database.js';
import { readPage, type Page, type PageRequest } from '../page.js';
import type { Scale } from './formation-store.js';

export type ReleaseState = 'pending' | 'live' | 'failed' | 'superseded';

/** What a release consists of. None of it ever changes; the state is recorded beside it. */
export interface ReleaseContent extends TypeSettings {
  readonly buildId: string | null;
  readonly configId: number;
}

export interface ReleaseRecord extends ReleaseContent {
  readonly id: number;
  readonly formationId: number;
  readonly version: number;
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
  Partial<TypeSettings>;

/** A release by which the process types of a formation ask something of their nodes. */
export interface TaggedRelease {
  /** Its name. */
  readonly formation: string;
  readonly scale: Scale;
  /** Of its build. */
  readonly procfile: Readonly<Record<string, string>>;
  readonly tags: TypeSettings['tags'];
}

/** Settings of process types that have a column of their own; later ones share one. */
type WithColumn = 'limits' | 'health';
type Later = Omit<TypeSettings, WithColumn>;
type ReleaseRow = Omit<ReleaseRecord, keyof Later> & { readonly settings: Partial<Later> };

const columns: Columns<ReleaseRow> = {
  id: 'id',
  formationId: 'formation_id',
  version: 'version',
  buildId: 'build_id',
  configId: 'config_id',
  limits: 'limits',
  health: 'health',
  settings: 'settings',
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
      .insert({ ...toRow(columns, rowOf(release)), version: (newest?.version ?? 0) + 1 })
      .returning(aliased(columns));
    return releaseOf(rows[0] as ReleaseRow);
  }

  async byId(id: number): Promise<ReleaseRecord | undefined> {
    return firstOf(this.#table().where({ id }));
  }

  async byIds(ids: readonly number[]): Promise<ReleaseRecord[]> {
    return allOf(this.#table().whereIn('id', ids).orderBy('version'));
  }

  async byVersion(formationId: number, version: number): Promise<ReleaseRecord | undefined> {
    return firstOf(this.#table().where({ formation_id: formationId, version }));
  }

  /** Newest first. */
  async ofFormation(formationId: number): Promise<ReleaseRecord[]> {
    return allOf(this.#table().where({ formation_id: formationId }).orderBy('version', 'desc'));
  }

  /** Newest first. */
  async pageOfFormation(formationId: number, request: PageRequest): Promise<Page<ReleaseRecord>> {
    const order = { keys: [{ column: 'version', type: 'bigint' as const }], descending: true };
    const page = await readPage<ReleaseRow>(
      this.database,
      { rows: this.#table().where({ formation_id: formationId }), columns: aliased(columns), order },
      request,
    );
    return { ...page, items: page.items.map(releaseOf) };
  }

  async newest(formationId: number): Promise<ReleaseRecord | undefined> {
    return firstOf(this.#table().where({ formation_id: formationId }).orderBy('version', 'desc'));
  }

  async newestPending(formationId: number): Promise<ReleaseRecord | undefined> {
    return firstOf(
      this.#table().where({ formation_id: formationId, state: 'pending' }).orderBy('version', 'desc'),
    );
  }

  /** Whether a release of the formation has been live, this one apart. */
  async hasOtherBeenLive({ id, formationId }: Pick<ReleaseRecord, 'id' | 'formationId'>): Promise<boolean> {
    const other = await this.#table()
      .where({ formation_id: formationId })
      .whereNot({ id })
      .whereNotNull('live_at')
      .first('id');
    return other !== undefined;
  }

  /** Those that are live, or still to be, of a formation that has nodes, and of its guests. */
  async taggedOn(formationId: number): Promise<TaggedRelease[]> {
    return this.#table()
      .join('formations', 'formations.id', 'releases.formation_id')
      .join('builds', 'builds.id', 'releases.build_id')
      .where((either) => {
        void either.where('formations.id', formationId).orWhere('formations.host_id', formationId);
      })
      .where((either) => {
        void either.where('releases.state', 'pending').orWhereRaw('releases.id = formations.live_release_id');
      })
      .whereRaw("releases.settings -> 'tags' is not null")
      .orderBy(['formations.name', 'releases.version'])
      .select<TaggedRelease[]>({
        formation: 'formations.name',
        scale: 'formations.scale',
        procfile: 'builds.procfile',
      })
      .select(this.database.raw("releases.settings -> 'tags' as tags"));
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

async function firstOf(rows: Knex.QueryBuilder): Promise<ReleaseRecord | undefined> {
  const row = await rows.first<ReleaseRow | undefined>(aliased(columns));
  return row && releaseOf(row);
}

async function allOf(rows: Knex.QueryBuilder): Promise<ReleaseRecord[]> {
  return (await rows.select<ReleaseRow[]>(aliased(columns))).map(releaseOf);
}

function releaseOf({ settings, ...row }: ReleaseRow): ReleaseRecord {
  return { ...noSettings, ...settings, ...row };
}

function rowOf(release: NewRelease): Partial<ReleaseRow> {
  const { formationId, buildId, configId, summary, createdBy, limits = {}, health = {}, ...later } = release;
  return { formationId, buildId, configId, summary, createdBy, limits, health, settings: later };
}
