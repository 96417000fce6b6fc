import { aliased, toRow, type Columns } from './columns.js';
import type { Database } from './database.js';
import { readPage, type Page, type PageRequest } from './page.js';

/** A language runtime as containers get it. */
export interface BuildRuntime {
  /** `node` */
  readonly name: string;
  readonly version: string;
  /** Below /app, e.g. `.deis/node`: an empty folder of the slug. */
  readonly mount: string;
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
  /** What its containers get beside the slug. */
  readonly runtimes: readonly BuildRuntime[];
  readonly createdAt: Date;
  /** Since when no release that can be gone back to needs it: its slug goes, or has gone. */
  readonly collectedAt: Date | null;
}

export type NewBuild = Omit<BuildRecord, 'createdAt' | 'collectedAt'>;

/** What the version before knows of runtimes: the one that it mounts at /app/.deis/node. */
type OldRuntime = Pick<BuildRuntime, 'path' | 'sha256' | 'size'>;

type Row = Omit<BuildRecord, 'runtimes'> & {
  readonly runtimes: readonly BuildRuntime[] | null;
  readonly runtime: OldRuntime | null;
};

const oldMount = '.deis/node';

const columns: Columns<Row> = {
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
  runtimes: 'runtimes',
  runtime: 'runtime',
  createdAt: 'created_at',
  collectedAt: 'collected_at',
};

export class BuildStore {
  constructor(private readonly database: Database) {}

  /** Idempotent on the id: a push that is carried on after a takeover records its build once. */
  async insert(build: NewBuild): Promise<BuildRecord> {
    const old = build.runtimes.find(({ mount }) => mount === oldMount);
    const runtime = old && { path: old.path, sha256: old.sha256, size: old.size };
    const row = toRow<Omit<Row, 'createdAt' | 'collectedAt'>>(columns, {
      ...build,
      runtime: runtime ?? null,
    });
    await this.#table().insert(row).onConflict('id').ignore();
    return toRecord(await this.#table().where({ id: build.id }).first<Row>(aliased(columns)));
  }

  async byId(id: string): Promise<BuildRecord | undefined> {
    const row = await this.#table().where({ id }).first<Row | undefined>(aliased(columns));
    return row && toRecord(row);
  }

  async byIds(ids: readonly string[]): Promise<BuildRecord[]> {
    return (await this.#table().whereIn('id', ids).select<Row[]>(aliased(columns))).map(toRecord);
  }

  /** Newest first. */
  async ofFormation(formationId: number): Promise<BuildRecord[]> {
    const rows = await this.#table()
      .where({ formation_id: formationId })
      .orderBy([
        { column: 'created_at', order: 'desc' },
        { column: 'id', order: 'desc' },
      ])
      .select<Row[]>(aliased(columns));
    return rows.map(toRecord);
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
    const page = await readPage<Row>(
      this.database,
      { rows: this.#table().where({ formation_id: formationId }), columns: aliased(columns), order },
      request,
    );
    return { ...page, items: page.items.map(toRecord) };
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
      .select<Pick<Row, 'slugPath' | 'runtimes' | 'runtime'>[]>({
        slugPath: 'slug_path',
        runtimes: 'runtimes',
        runtime: 'runtime',
      });
    return new Set(kept.flatMap((row) => [row.slugPath, ...runtimesOf(row).map(({ path }) => path)]));
  }

  #table() {
    return this.database('builds');
  }
}

function toRecord({ runtime, runtimes, ...rest }: Row): BuildRecord {
  return { ...rest, runtimes: runtimesOf({ runtime, runtimes }) };
}

function runtimesOf({ runtimes, runtime }: Pick<Row, 'runtimes' | 'runtime'>): readonly BuildRuntime[] {
  if (runtimes !== null) return runtimes;
  if (runtime === null) return [];
  const version = /\/node-(\d+-\d+-\d+)-/.exec(runtime.path)?.[1]?.replaceAll('-', '.') ?? '';
  return [{ name: 'node', version, mount: oldMount, ...runtime }];
}
