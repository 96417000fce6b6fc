import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../../base/errors.js';

/** Bytes of a tarball: those of Heroku have some kilobytes to a few megabytes. */
export const maxBuildpackBytes = 64 * 1024 ** 2;

/** The tarballs of buildpacks that the operator keeps, by their hashes. */
export class KeptBuildpacks {
  constructor(private readonly folder: string) {}

  /** Keeps a tarball, on disk when this resolves; its sha256. @throws UserError when it is too large */
  async add(tarball: Buffer): Promise<string> {
    if (tarball.length > maxBuildpackBytes) throw tooLarge();
    const sha256 = hashOf(tarball);
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const temporary = join(this.folder, `.new-${randomUUID()}`);
    try {
      const file = await open(temporary, 'wx', 0o600);
      try {
        await file.writeFile(tarball);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, this.#path(sha256));
    } finally {
      await rm(temporary, { force: true });
    }
    return sha256;
  }

  /** The tarball with that hash. @throws UserError when it is not there or is another one by now */
  async read({ name, sha256 }: { readonly name: string; readonly sha256: string }): Promise<Buffer> {
    const again = `its operator adds it again with \`deis-controller buildpacks add ${name}\``;
    const tarball = await readFile(this.#path(sha256)).catch((cause: unknown) => {
      throw new UserError(`this controller has lost its copy of the buildpack ${name}: ${again}`, { cause });
    });
    if (hashOf(tarball) === sha256) return tarball;
    throw new UserError(`the copy of the buildpack ${name} is not the one whose sha256 is kept: ${again}`);
  }

  async remove(sha256: string): Promise<void> {
    await rm(this.#path(sha256), { force: true });
  }

  #path(sha256: string): string {
    return join(this.folder, `${sha256}.tgz`);
  }
}

/** A tarball of a buildpack that may not be kept. */
export function tooLarge(): UserError {
  return new UserError(
    `the buildpack is larger than ${maxBuildpackBytes / 1024 ** 2} MiB: leave out what it downloads itself`,
    { field: 'source' },
  );
}

function hashOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
