import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import tarStream from 'tar-stream';
import type { Buildpack } from './plan-build.js';

const buildpacks = fileURLToPath(new URL('buildpacks/', import.meta.url));

/**
 * Hands `use` a tar archive of a build container's `/build`: the pushed tree as `source.tar` and the scripts
 * of the buildpack. The pushed tree passes through a file in `workFolder`, because a tar header needs its
 * size.
 */
export async function withBuildInput<T>(
  source: Readable,
  buildpack: Buildpack,
  workFolder: string,
  name: string,
  use: (archive: Readable) => Promise<T>,
): Promise<T> {
  const file = join(workFolder, `${name}.tar`);
  await mkdir(workFolder, { recursive: true, mode: 0o700 });
  try {
    await pipeline(source, createWriteStream(file, { mode: 0o600 }));
    const pack = tarStream.pack();
    const written = writeEntries(pack, buildpack, file);
    written.catch((error: Error) => pack.destroy(error));
    const [result] = await Promise.all([use(pack as unknown as Readable), written]);
    return result;
  } finally {
    await rm(file, { force: true });
  }
}

async function writeEntries(pack: tarStream.Pack, buildpack: Buildpack, sourceFile: string): Promise<void> {
  pack.entry({ name: 'build', type: 'directory', mode: 0o755 });
  for (const script of [
    'run.sh',
    'lib.sh',
    ...(await readdir(join(buildpacks, buildpack))).map((name) => join(buildpack, name)),
  ]) {
    pack.entry({ name: join('build', script), mode: 0o644 }, await readFile(join(buildpacks, script)));
  }
  const { size } = await stat(sourceFile);
  await pipeline(createReadStream(sourceFile), pack.entry({ name: 'build/source.tar', mode: 0o644, size }));
  pack.finalize();
}
