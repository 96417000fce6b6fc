import { statfs } from 'node:fs/promises';
import type Docker from 'dockerode';
import { megabytes } from '../../../base/byte-size.js';

/** Keeps a little of the disk free: a controller with a full disk loses more than a build. */
export class DiskWatermark {
  /** @param paths places that builds write to; those that cannot be asked count as free. */
  constructor(
    private readonly paths: readonly string[] | (() => Promise<readonly string[]>),
    private readonly minFreeBytes: number,
    /** Files may be many and empty. */
    private readonly minFreeFiles = 20_000,
  ) {}

  /** Why nothing should be built now, in a sentence; undefined when there is room. */
  async refusal(): Promise<string | undefined> {
    for (const path of typeof this.paths === 'function' ? await this.paths() : this.paths) {
      const disk = await statfs(path).catch(() => undefined);
      if (disk === undefined) continue;
      // Some file systems have no such number.
      if (disk.files > 0 && disk.ffree < this.minFreeFiles)
        return (
          `the controller's disk is nearly full: it has room for ${disk.ffree} more files at ${path}, builds ` +
          `need ${this.minFreeFiles}. Ask its operator to make room`
        );
      const free = disk.bavail * disk.bsize;
      if (free < this.minFreeBytes)
        return (
          `the controller's disk is nearly full: ${megabytes(free)} free at ${path}, builds need ` +
          `${megabytes(this.minFreeBytes)}. Ask its operator to make room`
        );
    }
    return undefined;
  }
}

/**
 * Where builds write to: the data directory, and the engine's own place, where the layers of their containers
 * lie. The engine is asked until it answers.
 */
export function buildDirs(dataDir: string, docker: Pick<Docker, 'info'>): () => Promise<readonly string[]> {
  let engine: string | undefined;
  return async () => {
    engine ??= await docker.info().then(
      ({ DockerRootDir: root }: { DockerRootDir?: string }) => root,
      () => undefined,
    );
    return engine === undefined ? [dataDir] : [dataDir, engine];
  };
}
