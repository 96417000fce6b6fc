import { aliased, toJson, toRow, type Columns } from '../../columns.js';
import type { Database } from '../../database.js';

/** What a command of a release did that runs once. */
export interface ReleasePhaseRecord {
  readonly releaseId: number;
  /** The one-off command that it is; null once its node is gone. */
  readonly runId: string | null;
  /** From when on its container is there; it is not made a second time. */
  readonly begunAt: Date | null;
  readonly endedAt: Date | null;
  /** Null while it runs, and when nobody saw it end by itself. */
  readonly exitCode: number | null;
}

/** How one has ended. */
export interface ReleasePhaseEnd {
  readonly at: Date;
  readonly exitCode: number | null;
  /** The last ones of its output. */
  readonly lines: readonly string[];
}

const columns: Columns<ReleasePhaseRecord> = {
  releaseId: 'release_id',
  runId: 'run_id',
  begunAt: 'begun_at',
  endedAt: 'ended_at',
  exitCode: 'exit_code',
};

/** At most one for each release: of release phases, or of what runs after an app's first deploy. */
export class ReleasePhaseStore {
  constructor(
    private readonly database: Database,
    private readonly table: 'release_phases' | 'postdeploys',
  ) {}

  async insert(phase: Pick<ReleasePhaseRecord, 'releaseId' | 'runId'>): Promise<ReleasePhaseRecord> {
    const rows = await this.#table().insert(toRow(columns, phase)).returning(aliased(columns));
    return rows[0] as ReleasePhaseRecord;
  }

  async byRelease(releaseId: number): Promise<ReleasePhaseRecord | undefined> {
    return this.#table()
      .where({ release_id: releaseId })
      .first<ReleasePhaseRecord | undefined>(aliased(columns));
  }

  /** Its container is there. */
  async setBegun(releaseId: number, at: Date): Promise<void> {
    await this.#table().where({ release_id: releaseId, begun_at: null }).update({ begun_at: at });
  }

  /** Once: a later end changes nothing. */
  async end(releaseId: number, { at, exitCode, lines }: ReleasePhaseEnd): Promise<void> {
    await this.#table()
      .where({ release_id: releaseId, ended_at: null })
      .update({ ended_at: at, exit_code: exitCode, lines: toJson(lines) });
  }

  /** Apart from the record: they may be many. */
  async linesOf(releaseId: number): Promise<readonly string[]> {
    const row = await this.#table()
      .where({ release_id: releaseId })
      .first<{ lines: string[] } | undefined>('lines');
    return row?.lines ?? [];
  }

  /**
   * Forgets the output of those that ended before that moment, save of releases whose builds are kept.
   * Resolves to their number.
   */
  async removeLinesBefore(moment: Date): Promise<number> {
    const kept = this.database('releases')
      .join('builds', 'builds.id', 'releases.build_id')
      .whereNull('builds.collected_at')
      .select('releases.id');
    return this.#table()
      .where('ended_at', '<', moment)
      .whereRaw("lines <> '[]'")
      .whereNotIn('release_id', kept)
      .update({ lines: '[]' });
  }

  #table() {
    return this.database(this.table);
  }
}
