import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

/** One file as it is sent. */
export interface DashboardFile {
  readonly type: string;
  readonly body: Buffer;
  readonly gzipped: Buffer;
  readonly etag: string;
  /** Its name has a hash of what is in it: it never changes. */
  readonly isImmutable: boolean;
}

/** By the path of its URL. */
export type DashboardFiles = ReadonlyMap<string, DashboardFile>;

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};
/** Of a build: `npm run build` makes about five. */
const maxFiles = 200;

/** The folder that `npm run build` puts the dashboard into, from the compiled code or from source; undefined before. */
export function builtDashboard(): string | undefined {
  return ['../../dashboard/', '../../dist/dashboard/']
    .map((name) => fileURLToPath(new URL(name, import.meta.url)))
    .find((folder) => existsSync(join(folder, 'index.html')));
}

/**
 * A built dashboard, whole and in memory: what is asked for is looked up there, and never a path of the disk. @throws
 * Error for a file of a type that it has no use for
 */
export async function readDashboard(folder: string): Promise<DashboardFiles> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((each) => each.isFile()).map((each) => join(each.parentPath, each.name));
  if (paths.length > maxFiles) throw new Error(`${folder} holds more than ${maxFiles} files`);
  const files = await Promise.all(
    paths.map(async (path) => {
      const name = relative(folder, path).split(sep).join('/');
      return [
        name === 'index.html' ? '/' : `/${name}`,
        await readOne(path, name.startsWith('assets/')),
      ] as const;
    }),
  );
  return new Map(files);
}

async function readOne(path: string, isImmutable: boolean): Promise<DashboardFile> {
  const type = types[extname(path)];
  if (type === undefined) throw new Error(`${path} is of no type that the dashboard uses`);
  const body = await readFile(path);
  return {
    type,
    body,
    gzipped: await promisify(gzip)(body, { level: 9 }),
    etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"`,
    isImmutable,
  };
}
