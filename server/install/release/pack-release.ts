import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { packageRoot, packageVersion } from '../../version.js';
import { assembleRelease } from './assemble-release.js';
import { npmPack } from './npm.js';

/** What is sent to hosts of one kind of processor. */
export interface Bundle {
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
}

/** This program, as it is installed on hosts. */
export interface Release {
  /** Its version, and what tells its content: `0.1.0-4f9c2a7be01d-node-22.12.0`. */
  readonly name: string;
  /** With its packages and Node.js in one tarball: a host needs no registry. @param arch as `uname -m` says */
  bundle(arch: string): Promise<Bundle>;
}

export interface PackOptions {
  /** Version of the Node.js that it runs on. */
  readonly node: string;
  readonly progress: (line: string) => void;
  readonly signal: AbortSignal;
  /** Default: below the cache of the user's home. */
  readonly cache?: string;
}

/** Files of releases that stay in the cache. */
export const maxKept = 4;

/** Packs this program: of a clone it is built first, where sources are newer. @throws UserError when npm cannot */
export async function packRelease(options: PackOptions): Promise<Release> {
  const { node, signal, cache = defaultCache() } = options;
  const root = packageRoot();
  const isClone = existsSync(join(root, 'bin', 'build.mjs'));
  await mkdir(cache, { recursive: true, mode: 0o700 });
  const work = await mkdtemp(join(cache, '.pack-'));
  try {
    const packed = await npmPack(isClone ? [] : ['--ignore-scripts'], work, { cwd: root, signal });
    const { sha256 } = await describe(packed);
    const name = `${packageVersion()}-${sha256.slice(0, 12)}-node-${node}`;
    const tarball = join(cache, `${name}.package.tgz`);
    await rename(packed, tarball);
    const lock = join(root, 'package-lock.json');
    const source = { tarball, ...(isClone && existsSync(lock) ? { lock } : {}) };
    const made = new Map<string, Promise<Bundle>>();
    // Hosts ask for it side by side.
    const bundle = (arch: string): Promise<Bundle> => {
      const known = made.get(arch) ?? bundleOf(name, arch, cache, source, options);
      made.set(arch, known);
      return known;
    };
    return { name, bundle };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

interface Source {
  readonly tarball: string;
  /** The versions of its packages that were tested; absent where they are not known. */
  readonly lock?: string;
}

async function bundleOf(
  name: string,
  arch: string,
  cache: string,
  source: Source,
  { node, progress, signal }: PackOptions,
): Promise<Bundle> {
  const path = join(cache, `${name}-${arch}.tgz`);
  if (!existsSync(path)) {
    progress(`assembling release ${name} for ${arch}`);
    const made = await assembleRelease({ ...source, node, arch, into: cache, signal });
    await rename(made, path);
    await pruneBundles(cache);
  }
  return describe(path);
}

/** Removes all but the newest, those of packages alone among them. */
export async function pruneBundles(cache: string): Promise<void> {
  const names = (await readdir(cache)).filter((name) => name.endsWith('.tgz'));
  const aged = await Promise.all(
    names.map(async (name) => ({ name, at: (await stat(join(cache, name))).mtimeMs })),
  );
  const old = aged.sort((one, other) => other.at - one.at).slice(maxKept);
  await Promise.all(old.map(({ name }) => rm(join(cache, name), { force: true })));
}

async function describe(path: string): Promise<Bundle> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return { path, size: (await stat(path)).size, sha256: hash.digest('hex') };
}

function defaultCache(): string {
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'deis-controller', 'releases');
}
