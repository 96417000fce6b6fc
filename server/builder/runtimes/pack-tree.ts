import { createGzip } from 'node:zlib';
import { execa } from 'execa';
import type { SavedSlug, SlugFiles } from '../../slug/slug-files.js';

const packMs = 300_000;
const maxBytes = 500 * 1024 ** 2;
const form = ['--format=gnu', '--sort=name', '--mtime=@0', '--owner=1000', '--group=1000', '--numeric-owner'];

/**
 * Packs a runtime for nodes, and saves it under the name beside the slugs. As `pack` of buildpacks/lib.sh does
 * it: the same bytes wherever it is made. Nodes pay no heed to the owner, and everybody reads it.
 */
export async function packTree(slugs: SlugFiles, tree: string, name: string): Promise<SavedSlug> {
  const tar = execa('tar', [...form, '-cf', '-', '-C', tree, '.'], {
    buffer: false,
    stdin: 'ignore',
    timeout: packMs,
  });
  const gzip = createGzip({ level: 4 });
  tar.stdout.on('error', (error) => gzip.destroy(error));
  const [slug] = await Promise.all([slugs.save(tar.stdout.pipe(gzip), name, maxBytes), tar]);
  return slug;
}
