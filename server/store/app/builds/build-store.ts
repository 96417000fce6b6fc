import { aliased, toRow, type Columns } from '../../columns.js';
import type { Database } from '../../database.js';
import { readPage, type Page, type PageRequest } from '../../page.js';

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
export type BuildRecord = SlugBuild | ImageBuild;

interface AnyBuild {
  /** uuid */
  readonly id: string;
  readonly formationId: number;
  readonly createdBy: number | null;
  readonly gitCommit: string;
  /** Process type -> command; of an image it may be empty: what the image itself says. */
  readonly procfile: Readonly<Record<string, string>>;
  readonly buildpack: string;
  /** Command that runs once, after the first deploy of its app; null where its app.json has none. */
  readonly postdeploy: string | null;
  readonly createdAt: Date;
  /** Since when no release that can be gone back to needs it: its slug goes, or has gone. */
  readonly collectedAt: Date | null;
}

/** The app's files, which run on the stack. */
interface Slug {
  readonly kind: 'slug';
  /** Below the slug server's root: `<sha256>/<formation>.tgz`. */
  readonly slugPath: string;
  readonly slugSha256: string;
  /** Bytes. */
  readonly slugSize: number;
  /** `deis/stack:bookworm@sha256:<image id>` */
  readonly image: string;
  /** What its containers get beside the slug. */
  readonly runtimes: readonly BuildRuntime[];
}

/** What the version before knows of runtimes: the one that it mounts at /app/.deis/node. */
type OldRuntime = Pick<BuildRuntime, 'path' | 'sha256' | 'size'>;

const oldMount = '.deis/node';

/** An image of the app's own. */
interface Image {
  readonly kind: 'image';
  /** What it is called: `peachy-waxworks:c0ffee`. */
  readonly reference: string;
  /** `sha256:<image id>`, as Docker has it. */
  readonly digest: string;
  /** Where it listens (EXPOSE); null: where PORT says. */
  readonly port: number | null;
  /** Bytes of its layers. */
  readonly size: number | null;
}

export interface SlugBuild extends AnyBuild, Slug {}
export interface ImageBuild extends AnyBuild, Image {}

type Added = 'createdAt' | 'collectedAt' | 'postdeploy';
export type NewBuild = (Omit<SlugBuild, Added> | Omit<ImageBuild, Added>) &
  Partial<Pick<AnyBuild, 'postdeploy'>>;

/** What the table holds: the columns of the other kind are null. */
type BuildRow = AnyBuild &
  Nullable<Omit<Slug, 'kind'>> & { readonly runtime: OldRuntime | null } & Nullable<Omit<Image, 'kind'>> & {
    readonly kind: BuildRecord['kind'];
  };
type Nullable<Fields> = { readonly [Field in keyof Fields]: Fields[Field] | null };

const columns: Columns<BuildRow> = {
  kind: 'kind',
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
  postdeploy: 'postdeploy',
  runtimes: 'runtimes',
  runtime: 'runtime',
  reference: 'image_reference',
  digest: 'image_digest',
  port: 'image_port',
  size: 'image_size',
  createdAt: 'created_at',
  collectedAt: 'collected_at',
};

export class BuildStore {
  constructor(private readonly database: Database) {}

  /** Idempotent on the id: a push that is carried on after a takeover records its build once. */
  async insert(build: NewBuild): Promise<BuildRecord> {
    const row = { ...build, runtime: oldRuntimeOf(build) };
    await this.#table().insert(toRow<BuildRow>(columns, row)).onConflict('id').ignore();
    return buildOf(await this.#table().where({ id: build.id }).first<BuildRow>(aliased(columns)));
  }

  async byId(id: string): Promise<BuildRecord | undefined> {
    const row = await this.#table().where({ id }).first<BuildRow | undefined>(aliased(columns));
    return row && buildOf(row);
  }

  async byIds(ids: readonly string[]): Promise<BuildRecord[]> {
    return (await this.#table().whereIn('id', ids).select<BuildRow[]>(aliased(columns))).map(buildOf);
  }

  /** Newest first. */
  async ofFormation(formationId: number): Promise<BuildRecord[]> {
    const rows = await this.#table()
      .where({ formation_id: formationId })
      .orderBy([
        { column: 'created_at', order: 'desc' },
        { column: 'id', order: 'desc' },
      ])
      .select<BuildRow[]>(aliased(columns));
    return rows.map(buildOf);
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
    const page = await readPage<BuildRow>(
      this.database,
      { rows: this.#table().where({ formation_id: formationId }), columns: aliased(columns), order },
      request,
    );
    return { ...page, items: page.items.map(buildOf) };
  }

  async markCollected(ids: readonly string[]): Promise<void> {
    await this.#table()
      .whereIn('id', ids)
      .whereNull('collected_at')
      .update({ collected_at: this.database.fn.now() });
  }

  /** Ids of the images that kept builds need, by the formation's name. */
  async keptImages(): Promise<Map<string, Set<string>>> {
    const kept = await this.#table()
      .join('formations', 'formations.id', 'builds.formation_id')
      .where({ kind: 'image', collected_at: null })
      .select<{ name: string; image_digest: string }[]>('formations.name', 'image_digest');
    const images = new Map<string, Set<string>>();
    for (const { name, image_digest: id } of kept)
      images.set(name, (images.get(name) ?? new Set<string>()).add(id));
    return images;
  }

  /** Paths below the slug server's root that kept builds need; an image needs none. */
  async keptPaths(): Promise<Set<string>> {
    const kept = await this.#table()
      .where({ kind: 'slug', collected_at: null })
      .select<Pick<BuildRow, 'slugPath' | 'runtimes' | 'runtime'>[]>({
        slugPath: 'slug_path',
        runtimes: 'runtimes',
        runtime: 'runtime',
      });
    return new Set(kept.flatMap((row) => [row.slugPath!, ...runtimesOf(row).map(({ path }) => path)]));
  }

  #table() {
    return this.database('builds');
  }
}

function runtimesOf({ runtimes, runtime }: Pick<BuildRow, 'runtimes' | 'runtime'>): readonly BuildRuntime[] {
  if (runtimes !== null) return runtimes;
  if (runtime === null) return [];
  const version = /\/node-(\d+-\d+-\d+)-/.exec(runtime.path)?.[1]?.replaceAll('-', '.') ?? '';
  return [{ name: 'node', version, mount: oldMount, ...runtime }];
}

/** What the version before reads. */
function oldRuntimeOf(build: NewBuild): OldRuntime | null {
  const old = build.kind === 'slug' ? build.runtimes.find(({ mount }) => mount === oldMount) : undefined;
  return old === undefined ? null : { path: old.path, sha256: old.sha256, size: old.size };
}

/** The record of a row, with the fields of its kind alone; a check of the table holds that they are there. */
function buildOf(row: BuildRow): BuildRecord {
  const { slugPath, slugSha256, slugSize, image, runtime, runtimes, ...ofImage } = row;
  const { reference, digest, port, size, kind, ...build } = ofImage;
  return kind === 'image'
    ? { ...build, kind, reference: reference!, digest: digest!, port, size }
    : {
        ...build,
        kind,
        slugPath: slugPath!,
        slugSha256: slugSha256!,
        slugSize: slugSize!,
        image: image!,
        runtimes: runtimesOf({ runtimes, runtime }),
      };
}
