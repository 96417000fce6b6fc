import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SavedSlug, SlugFiles } from '../../slug/slug-files.js';
import type { PackageSources } from '../toolchains/debian-packages.js';
import { DebianTrees } from '../toolchains/debian-trees.js';
import { packTree } from './pack-tree.js';
import type { Runtime } from './runtime.js';

export interface DebianRuntimesOptions {
  readonly folder: string;
  /** Where nodes download it from, beside the slugs. */
  readonly slugs: SlugFiles;
  /** The suite of the stack image: it runs there. */
  readonly suite: string;
  readonly packages: () => Promise<PackageSources>;
  readonly now: () => Date;
}

/** A language of Debian's packages. */
export interface DebianLanguage {
  /** `ruby` */
  readonly name: string;
  /** `Ruby` */
  readonly title: string;
  /** `3.1` */
  readonly line: string;
  /** Below /app. */
  readonly mount: string;
  /** Gets an empty folder; resolves to the finished tree's place below it. */
  readonly make: (work: string, packages: PackageSources) => Promise<MadeTree>;
}

export interface MadeTree {
  readonly tree: string;
  readonly version: string;
}

/** Written last. */
const versionFile = 'version';

/**
 * The runtime of a language from Debian's own packages, of the suite that builds and containers run on, moved to
 * where containers have it.
 */
export class DebianRuntimes {
  readonly #trees: DebianTrees;

  /** @param name of the language, which the names of its trees begin with */
  constructor(
    private readonly options: DebianRuntimesOptions,
    name: string,
  ) {
    const { folder, now } = options;
    this.#trees = new DebianTrees({ folder, prefix: `${name}-`, witness: versionFile, now });
  }

  /** @param check throws where the version will not do. @throws UserError when it cannot be had */
  async ensure(
    language: DebianLanguage,
    onFetch: (what: string) => void,
    check: (version: string) => void = () => undefined,
  ): Promise<Runtime> {
    const { suite, slugs, packages } = this.options;
    const { name, title, line, mount } = language;
    const make = async (work: string): Promise<string> =>
      keep(work, await language.make(work, await packages()));
    const tree = { title: `${title} ${line}`, kind: `${name}-${line}-${suite}-${process.arch}-`, make };
    const kept = await this.#trees.ensure(tree, onFetch);
    const version = await readFile(join(kept, versionFile), 'utf8');
    check(version);
    const slug = (await savedSlug(kept, slugs)) ?? (await this.#pack(kept, `${name}-${version}`));
    return { name, version, mount, title: `${title} ${version}`, folder: join(kept, 'tree'), slug };
  }

  async #pack(kept: string, nameAndVersion: string): Promise<SavedSlug> {
    const { slugs, suite } = this.options;
    const name = `${nameAndVersion}-${suite}-${process.arch}`.replaceAll('.', '-');
    const slug = await packTree(slugs, join(kept, 'tree'), name);
    await writeFile(noteOf(kept), JSON.stringify(slug));
    return slug;
  }
}

async function keep(work: string, { tree, version }: MadeTree): Promise<string> {
  const kept = join(work, 'kept');
  await mkdir(kept);
  await rename(tree, join(kept, 'tree'));
  await writeFile(join(kept, versionFile), version);
  return kept;
}

const noteOf = (kept: string): string => join(kept, 'slug.json');

/** Undefined once the collector has taken it. */
async function savedSlug(kept: string, slugs: SlugFiles): Promise<SavedSlug | undefined> {
  try {
    const slug = JSON.parse(await readFile(noteOf(kept), 'utf8')) as SavedSlug;
    // A sign of use: the collector leaves alone what is young.
    await slugs.touch(slug.path);
    return slug;
  } catch {
    return undefined;
  }
}
