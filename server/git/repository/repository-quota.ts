import { stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { megabytes } from '../../../base/byte-size.js';
import { folderSize } from './folder-size.js';
import type { GitRepository } from './git-repository.js';

export interface RepositoryQuotaOptions {
  /** Of one formation's repository, objects that are just arriving included. */
  readonly maxBytes: number;
  /** What nothing refers to stays for so long: a push that has arrived is about to refer to it. */
  readonly keepSeconds: number;
  /** Room is made so often at most: it takes a while. */
  readonly everyMs: number;
  readonly now: () => Date;
}

/** Made when room was made. */
const markName = 'deis-room-made';
/** Files of pushes that never ended; longer than a push takes to arrive. */
const arrivalSeconds = 3600;
const deadlineMs = 600_000;

/** Keeps the repositories of formations within their bound. */
export class RepositoryQuota {
  constructor(private readonly options: RepositoryQuotaOptions) {}

  /** Why nothing more may come into a repository, in a sentence; undefined while there is room. */
  async refusal(path: string): Promise<string | undefined> {
    const { maxBytes, keepSeconds } = this.options;
    const { bytes } = await folderSize(path);
    if (bytes <= maxBytes) return undefined;
    return (
      `the repository would take ${megabytes(bytes, 'up')}, and may take ${megabytes(maxBytes, 'up')} ` +
      '(DEIS_REPOSITORY). ' +
      `Take large files out of the commits; what failed pushes left is removed after ${keepSeconds / 60} minutes`
    );
  }

  /**
   * Removes what no ref holds. Pushes and fetches may go on meanwhile. Does nothing when that was done a
   * short while ago.
   */
  async makeRoom(repository: GitRepository, signal: AbortSignal): Promise<void> {
    if (!(await this.#isDue(repository.path))) return;
    const { keepSeconds } = this.options;
    const git = (...args: string[]): Promise<string> =>
      repository.git.run(args, { cwd: repository.path, deadlineMs, signal });
    await git('repack', '-q', '-A', '-d', `--unpack-unreachable=${keepSeconds}.seconds.ago`);
    await git('prune', `--expire=${Math.max(keepSeconds, arrivalSeconds)}.seconds.ago`);
  }

  async #isDue(path: string): Promise<boolean> {
    const mark = join(path, markName);
    const now = this.options.now();
    const last = await stat(mark).then(
      ({ mtimeMs }) => mtimeMs,
      () => Number.NEGATIVE_INFINITY,
    );
    if (now.getTime() - last < this.options.everyMs) return false;
    await writeFile(mark, '');
    await utimes(mark, now, now);
    return true;
  }
}
