import { access, mkdir, mkdtemp, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';

export interface KeptTreesOptions {
  readonly folder: string;
  /** What the names of these trees begin with, e.g. `go-`. */
  readonly prefix: string;
  /** A file that each has, e.g. `bin/go`. */
  readonly witness: string;
  readonly now: () => Date;
}

/** Of some 15,000 files. */
const chmodMs = 120_000;
/** Trees that stay, beside those used within the last day. */
const maxKept = 4;
const dayMs = 86_400_000;

/** Unpacked toolchains of one kind: each is fetched once, and goes when it has not been used for long. */
export class KeptTrees {
  readonly #underWay = new Map<string, Promise<void>>();

  constructor(private readonly options: KeptTreesOptions) {}

  /**
   * The folder of a tree. Where it is not there, `make` gets an empty folder to work in and gives the finished
   * tree's place within, which any user may read then; of several at once, one makes it.
   */
  async ensure(name: string, make: (work: string) => Promise<string>): Promise<string> {
    const folder = join(this.options.folder, name);
    if (await this.isPresent(name)) return folder;
    const running =
      this.#underWay.get(name) ?? this.#make(folder, make).finally(() => this.#underWay.delete(name));
    this.#underWay.set(name, running);
    await running;
    return folder;
  }

  /** Using one is what keeps it. */
  async isPresent(name: string): Promise<boolean> {
    const folder = join(this.options.folder, name);
    try {
      await access(join(folder, this.options.witness));
      await utimes(folder, this.options.now(), this.options.now());
      return true;
    } catch {
      return false;
    }
  }

  async names(): Promise<string[]> {
    const names = await readdir(this.options.folder).catch(() => []);
    return names.filter((name) => name.startsWith(this.options.prefix)).sort();
  }

  async #make(folder: string, make: (work: string) => Promise<string>): Promise<void> {
    await mkdir(this.options.folder, { recursive: true });
    const work = await mkdtemp(join(this.options.folder, '.incoming-'));
    try {
      const tree = await make(work);
      // Build containers read it as another user.
      await execa('chmod', ['-R', 'u=rwX,go=rX', tree], { timeout: chmodMs });
      await rename(tree, folder);
      await this.#collect(folder);
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  }

  /** Removes what has not been used for longest. */
  async #collect(newest: string): Promise<void> {
    const trees = await Promise.all(
      (await this.names()).map(async (name) => {
        const path = join(this.options.folder, name);
        return { path, usedAt: (await stat(path)).mtimeMs };
      }),
    );
    const old = trees
      .filter(({ path, usedAt }) => path !== newest && this.options.now().getTime() - usedAt > dayMs)
      .sort((a, b) => b.usedAt - a.usedAt)
      .slice(maxKept);
    for (const { path } of old) await rm(path, { recursive: true, force: true });
  }
}
