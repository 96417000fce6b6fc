import { chmod, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { megabytes } from '../../../base/byte-size.js';
import { folderSize } from '../../git/repository/folder-size.js';

export interface BuildCachesOptions {
  /** Holds the cache of each formation. */
  readonly folder: string;
  /** Of one formation. */
  readonly maxBytes: number;
  /** The setting that says so. */
  readonly setting: 'DEIS_BUILD_CACHE' | 'DEIS_IMAGE_CACHE';
  /**
   * Removes a folder that this process may not, because a build's user has shut it; rejects when that cannot
   * be had.
   */
  readonly removeAsRoot: (path: string) => Promise<void>;
}

/**
 * The dependency caches of formations, which their builds write to. A build is not trusted with their bound:
 * they are measured and emptied from outside.
 */
export class BuildCaches {
  constructor(private readonly options: BuildCachesOptions) {}

  get maxBytes(): number {
    return this.options.maxBytes;
  }

  get setting(): BuildCachesOptions['setting'] {
    return this.options.setting;
  }

  /**
   * A folder that a build's user may write to, within its bound; without `folder` none can be had, and a
   * build does without. `emptied` says why an older cache has gone. What builds of another user have left
   * goes, for this one could neither use nor remove it. Only while no build writes to it.
   */
  async open(
    formation: string,
    uid: number,
  ): Promise<{ readonly folder?: string; readonly emptied?: string }> {
    try {
      const emptied = await this.trim(formation);
      const folder = await this.#make(formation, `u${uid}`);
      return { folder, ...(emptied === undefined ? {} : { emptied }) };
    } catch {
      return {};
    }
  }

  async #make(formation: string, name: string): Promise<string> {
    const above = this.#path(formation);
    const path = join(above, name);
    const make = async (): Promise<string> => {
      await mkdir(above, { recursive: true, mode: 0o700 });
      await chmod(above, 0o700);
      for (const other of await readdir(above)) if (other !== name) await this.#remove(join(above, other));
      await mkdir(path, { recursive: true, mode: 0o700 });
      // The folders above are ours alone; inside the container only this one is seen.
      await chmod(path, 0o777);
      return path;
    };
    return make().catch(() => this.#remove(above).then(make));
  }

  /** Bytes that it takes now, as far as they can be read. */
  async size(formation: string): Promise<number> {
    return (await folderSize(this.#path(formation))).bytes;
  }

  /**
   * Empties it when it is larger than allowed, or a part of it cannot be looked into, and then resolves to
   * why, in a sentence. Only while no build writes to it. @throws when it cannot be emptied
   */
  async trim(formation: string): Promise<string | undefined> {
    const path = this.#path(formation);
    const { bytes, isWhole } = await folderSize(path);
    if (isWhole && bytes <= this.options.maxBytes) return undefined;
    await this.#remove(path);
    return isWhole
      ? `the build cache was emptied: it had ${megabytes(bytes)} and may have ` +
          `${megabytes(this.options.maxBytes)} (${this.options.setting})`
      : 'the build cache was emptied: it had folders that the controller may not look into';
  }

  /** Removes it, and gives the bytes that it took. Only while no build writes to it. @throws when it stays */
  async clear(formation: string): Promise<number> {
    const bytes = await this.size(formation);
    await this.#remove(this.#path(formation));
    return bytes;
  }

  async #remove(path: string): Promise<void> {
    await rm(path, { recursive: true, force: true }).catch(() => this.options.removeAsRoot(path));
  }

  #path(formation: string): string {
    return join(this.options.folder, formation);
  }
}
