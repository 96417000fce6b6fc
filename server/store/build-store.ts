import { aliased, toRow, type Columns } from './columns.js';
import type { Database } from './database.js';
import { readPage, type Page, type PageRequest } from './page.js';

/** A language runtime as the slug server has it. */
export interface BuildRuntime {
  /** Below the slug server's root: `<sha256>/<name>.tgz`. */
  readonly path: string;
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
}

/** The result of one push; never changed. */
export interface BuildRecord {
  /** uuid */
  readonly id: string;
  readonly formationId: number;
  readonly createdBy: number | null;
  readonly gitCommit: string;
  /** Below the slug server's root: `<sha256>/<formation>.tgz`. */
  readonly slugPath: string;
  readonly slugSha256: string;
  /** Bytes. */
  readonly slugSize: number;
  /** Process type -> command. */
  readonly procfile: Readonly<Record<string, string>>;
  /** `deis/stack:bookworm@sha256:<image id>` */
  readonly image: string;
  readonly buildpack: string;
  /** What its containers get at /app/.deis/node; null: nothing. */
  readonly runtime: BuildRuntime | null;
  readonly createdAt: Date;
  /** Since when no release that can be gone back to needs it: its slug goes, or has gone. */
  readonly collectedAt: Date | null;
}

export type NewBuild = Omit<BuildRecord, 'createdAt' | 'collectedAt'>;

const columns: Columns<BuildRecord> = {
  id: 'id',
  formationId: 'formation_id',
  createdBy: 'created_by',
  gitCommit: 'git_commit',
  slugPath: 'slug_path',
  slugSha256: 'slug_sha256',
  slugSize: 'slug_size',
  procfile: 'procfile',
  image: 'image',
  buildpack: 'buildpack',
  runtime: 'runtime',
  createdAt: 'created_at',
  collectedAt: 'collected_at',
};

export class BuildStore {
  constructor(private readonly database: Database) {}

  /** Idempotent on the id: a push that is carried on after a takeover records its build once. */
  async insert(build: NewBuild): Promise<BuildRecord> {
    await this.#table().insert(toRow(columns, build)).onConflict('id').ignore();
    return this.#table().where({ id: build.id }).first<BuildRecord>(aliased(columns));
  }

  async byId(id: string): Promise<BuildRecord | undefined> {
    return this.#table().where({ id }).first<BuildRecord | undefined>(aliased(columns));
  }

  async byIds(ids: readonly string[]): Promise<BuildRecord[]> {
    return this.#table().whereIn('id', ids).select<BuildRecord[]>(aliased(columns));
  }

  /** Newest first. */
  async ofFormation(formationId: number): Promise<BuildRecord[]> {
    return this.#table()
      .where({ formation_id: formationId })
      .orderBy([
        { column: 'created_at', order: 'desc' },
        { column: 'id', order: 'desc' },
      ])
      .select<BuildRecord[]>(aliased(columns));
  }

  /** As `ofFormation`. */
  async pageOfFormation(formationId: number, request: PageRequest): Promise<Page<BuildRecord>> {
    const order = {
      keys: [
        { column: 'created_at', type: 'timestamptz' as const },
        { column: 'id', type: 'uuid' as const },
      ],
      descending: true,
    };
    return readPage(
      this.database,
      { rows: this.#table().where({ formation_id: formationId }), columns: aliased(columns), order },
      request,
    );
  }

  async markCollected(ids: readonly string[]): Promise<void> {
    await this.#table()
      .whereIn('id', ids)
      .whereNull('collected_at')
      .update({ collected_at: this.database.fn.now() });
  }

  /** Paths below the slug server's root that kept builds need. */
  async keptPaths(): Promise<Set<string>> {
    const kept = await this.#table()
      .whereNull('collected_at')
      .select<Pick<BuildRecord, 'slugPath' | 'runtime'>[]>({ slugPath: 'slug_path', runtime: 'runtime' });
    return new Set(
      kept.flatMap(({ slugPath, runtime }) => (runtime === null ? [slugPath] : [slugPath, runtime.path])),
    );
  }

  #table() {
    return this.database('builds');
  }
}
