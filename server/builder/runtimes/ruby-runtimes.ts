import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SavedSlug, SlugFiles } from '../../slug/slug-files.js';
import { unpackPackages, type PackageSources } from '../toolchains/debian-packages.js';
import { DebianTrees } from '../toolchains/debian-trees.js';
import { packTree } from './pack-tree.js';
import { relocateRuby, rubyMount } from './relocate-ruby.js';
import { requireRuby, rubyLine } from './ruby-version.js';
import type { Runtime, RuntimeSource } from './runtime.js';

export interface RubyRuntimesOptions {
  readonly folder: string;
  /** Where nodes download it from, beside the slugs. */
  readonly slugs: SlugFiles;
  /** The suite of the stack image: it runs there. */
  readonly suite: string;
  readonly packages: () => Promise<PackageSources>;
  readonly now: () => Date;
}

/** Written last. */
const versionFile = 'version';

/**
 * Ruby of Debian's own packages, of the suite that builds and containers run on, with its headers: gems are
 * compiled against them. Moved to where containers have it.
 */
export class RubyRuntimes implements RuntimeSource {
  readonly #trees: DebianTrees;

  constructor(private readonly options: RubyRuntimesOptions) {
    const { folder, now } = options;
    this.#trees = new DebianTrees({ folder, prefix: 'ruby-', witness: versionFile, now });
  }

  async ensure(range: string, onFetch: (what: string) => void = () => undefined): Promise<Runtime> {
    const { suite, slugs } = this.options;
    const line = rubyLine(suite);
    const kind = `ruby-${line}-${suite}-${process.arch}-`;
    const make = (work: string): Promise<string> => this.#make(work, line);
    const kept = await this.#trees.ensure({ title: `Ruby ${line}`, kind, make }, onFetch);
    const version = await readFile(join(kept, versionFile), 'utf8');
    requireRuby(range, version, suite);
    const tree = join(kept, 'tree');
    const slug = (await savedSlug(kept, slugs)) ?? (await this.#pack(kept, version));
    return { name: 'ruby', version, mount: rubyMount, title: `Ruby ${version}`, folder: tree, slug };
  }

  async #make(work: string, line: string): Promise<string> {
    const wanted = [`ruby${line}`, `libruby${line}`, `ruby${line}-dev`, 'libyaml-0-2'];
    const usr = join(await unpackPackages(work, wanted, await this.options.packages()), 'usr');
    const version = await relocateRuby(usr, line);
    const kept = join(work, 'kept');
    await mkdir(kept);
    await rename(usr, join(kept, 'tree'));
    await writeFile(join(kept, versionFile), version);
    return kept;
  }

  async #pack(kept: string, version: string): Promise<SavedSlug> {
    const { slugs, suite } = this.options;
    const name = `ruby-${version}-${suite}-${process.arch}`.replaceAll('.', '-');
    const slug = await packTree(slugs, join(kept, 'tree'), name);
    await writeFile(noteOf(kept), JSON.stringify(slug));
    return slug;
  }
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
