import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { UserError } from '../../../base/errors.js';
import { writeDurably } from '../../blobs/durable-file.js';

/** Bytes of a tarball: those of Heroku have some kilobytes to a few megabytes. */
export const maxBuildpackBytes = 64 * 1024 ** 2;

/** The tarballs of buildpacks that the operator keeps, by their hashes. */
export class KeptBuildpacks {
  constructor(private readonly folder: string) {}

  /** Keeps a tarball, on disk when this resolves; its sha256. @throws UserError when it is too large */
  async add(tarball: Buffer): Promise<string> {
    if (tarball.length > maxBuildpackBytes) throw tooLarge();
    const sha256 = hashOf(tarball);
    await writeDurably(Readable.from([tarball]), this.folder, () => this.#path(sha256));
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
