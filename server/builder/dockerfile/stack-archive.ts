import { createWriteStream } from 'node:fs';
import { access, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type Docker from 'dockerode';

const suffix = '.stack.tar';
/** Half a gigabyte, on a disk that others use too. */
const deadlineMs = 600_000;

/** The stack image as a file, for builds that begin with it: they have no engine to ask. */
export class StackArchive {
  #underWay: Promise<string> | undefined;

  constructor(
    private readonly docker: Docker,
    private readonly folder: string,
  ) {}

  /**
   * Path of the `docker save` archive of an image, made when it is first asked for; those of others go, and a
   * build that still has one keeps it.
   */
  async pathOf(image: { readonly id: string; readonly name: string }): Promise<string> {
    const path = join(this.folder, `${image.id.replace('sha256:', '')}${suffix}`);
    const isThere = await access(path).then(
      () => true,
      () => false,
    );
    if (isThere) return path;
    this.#underWay ??= this.#make(image.name, path).finally(() => (this.#underWay = undefined));
    return this.#underWay;
  }

  async #make(name: string, path: string): Promise<string> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    for (const other of (await readdir(this.folder)).filter((file) => file.includes(suffix)))
      await rm(join(this.folder, other), { force: true });
    const archive = (await this.docker.getImage(name).get()) as Readable;
    await pipeline(archive, createWriteStream(`${path}.new`, { mode: 0o644 }), {
      signal: AbortSignal.timeout(deadlineMs),
    });
    await rename(`${path}.new`, path);
    return path;
  }
}
