import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { execa } from 'execa';
import { aheadNote } from '../../../server/slug/runtime-name.js';
import { projectRoot } from '../source/source-imports.js';

/**
 * What a controller fetched and packed of Node.js, laid out as in its data directory: the next one need not
 * do the same again.
 */
const kept = join(projectRoot, 'node_modules', '.cache', 'deis-test-runtimes');

/** Gives a new data directory what an earlier controller left, if one has. */
export async function lendRuntimes(dataDir: string): Promise<void> {
  if (existsSync(join(dataDir, 'cache')) || !existsSync(kept)) return;
  const copy = (how: string): Promise<unknown> =>
    execa('cp', [how, join(kept, 'cache'), join(kept, 'slugs'), dataDir]);
  // Nothing of it is ever written in place, so links will do where both are on one disk. Some may be restored.
  await copy('-aln').catch(() => copy('-an'));
}

/**
 * Keeps what a controller has prepared, if it got that far and nobody has before. Its npm cache is not kept.
 */
export async function keepRuntimes(dataDir: string): Promise<void> {
  const runtimes = join('cache', 'runtimes');
  const note = join(dataDir, runtimes, aheadNote);
  if (existsSync(kept) || !existsSync(note)) return;
  const { path } = JSON.parse(await readFile(note, 'utf8')) as { path: string };
  // With a store in S3 it lies there.
  if (!existsSync(join(dataDir, 'slugs', path))) return;
  const names = (await readdir(join(dataDir, runtimes))).filter(
    (name) => name !== 'npm' && !name.startsWith('.'),
  );
  await mkdir(dirname(kept), { recursive: true });
  const work = await mkdtemp(`${kept}-`);
  for (const each of [...names.map((name) => join(runtimes, name)), join('slugs', path)]) {
    await mkdir(dirname(join(work, each)), { recursive: true, mode: 0o700 });
    await execa('cp', ['-a', join(dataDir, each), join(work, dirname(each), basename(each))]);
  }
  // Another lane may have been faster.
  await rename(work, kept).catch(() => rm(work, { recursive: true, force: true }));
}
