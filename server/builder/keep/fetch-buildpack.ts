import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { UserError } from '../../../base/errors.js';
import { GitProgram } from '../../git/repository/git-program.js';
import { maxBuildpackBytes, tooLarge } from '../containers/kept-buildpacks.js';
import type { RegistryClient } from '../toolchains/fetch-file.js';

const deadlineMs = 300_000;
/** Names of files in a tarball, as tar prints them. */
const maxListBytes = 8 * 1024 ** 2;
const hash = /^[0-9a-f]{64}$/;
/** The same tree gives the same bytes: gzip writes no name and no time. */
const packer = new GitProgram('git', { 'tar.tar.gz.command': 'gzip -n -9' });

export interface BuildpackToKeep {
  /** URL or path of a repository or of a gzip tarball. */
  readonly source: string;
  /** Commit, tag or branch of a repository. */
  readonly ref?: string | undefined;
  /** That the tarball must have. */
  readonly sha256?: string | undefined;
}

export interface FetchedBuildpack {
  readonly tarball: Buffer;
  /** The commit, of a repository. */
  readonly commit: string | null;
}

/**
 * Fetches a buildpack as a gzip tarball: of a repository the tree of one commit, the same bytes each time.
 * @throws UserError when it cannot be had, is too large, or has no bin/detect and bin/compile
 */
export async function fetchBuildpack(
  wanted: BuildpackToKeep,
  client: Pick<RegistryClient, 'file'>,
  caBundle: string | null,
): Promise<FetchedBuildpack> {
  if (wanted.sha256 !== undefined && !hash.test(wanted.sha256))
    throw new UserError(`"${wanted.sha256}" is not a valid sha256: expected 64 digits of hex`, {
      field: 'sha256',
    });
  const work = await mkdtemp(join(tmpdir(), 'deis-buildpack-'));
  try {
    const isTarball = /\.(tgz|tar\.gz)$/.test(wanted.source.split(/[?#]/)[0]!);
    if (isTarball && wanted.ref !== undefined)
      throw new UserError('--ref is for repositories: a tarball is pinned with --sha256', { field: 'ref' });
    if (!isTarball && wanted.ref === undefined)
      throw new UserError('a repository needs --ref with the commit that is meant', { field: 'ref' });
    return isTarball
      ? { tarball: await tarballOf(wanted, client, work), commit: null }
      : await treeOf(wanted.source, wanted.ref!, caBundle, work);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function tarballOf(
  { source }: BuildpackToKeep,
  client: Pick<RegistryClient, 'file'>,
  work: string,
): Promise<Buffer> {
  const isUrl = /^https?:\/\//.test(source);
  const path = isUrl ? join(work, 'buildpack.tgz') : resolve(source);
  if (isUrl) await client.file(source, path, { deadlineMs, maxBytes: maxBuildpackBytes });
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() !== true) throw new UserError(`there is no file ${source}`, { field: 'source' });
  if (found.size > maxBuildpackBytes) throw tooLarge();
  await requireBuildpack(path);
  return readFile(path);
}

async function treeOf(
  source: string,
  ref: string,
  caBundle: string | null,
  work: string,
): Promise<FetchedBuildpack> {
  if (!/^[\w][\w./-]{0,200}$/.test(ref))
    throw new UserError(`${JSON.stringify(ref)} is not a valid ref: expected a commit`, { field: 'ref' });
  const repository = join(work, 'repository');
  const git = (...args: readonly string[]): Promise<string> => runGit(args, caBundle, work);
  await git('init', '--quiet', repository);
  const url = /^\w+:\/\//.test(source) ? source : resolve(source);
  try {
    // Not every server gives a commit that is not the end of a branch: then all of it.
    await git('-C', repository, 'fetch', '--quiet', '--depth=1', '--', url, `${ref}:refs/kept`).catch(() =>
      git('-C', repository, 'fetch', '--quiet', '--', url, '+refs/*:refs/fetched/*'),
    );
  } catch (cause) {
    throw new UserError(`${source} could not be fetched: ${lastLine(cause)}`, { field: 'source', cause });
  }
  const commit = await firstCommit(git, repository, ref);
  const tar = join(work, 'buildpack.tgz');
  await git('-C', repository, 'archive', '--format=tar.gz', `--output=${tar}`, commit);
  if ((await stat(tar)).size > maxBuildpackBytes) throw tooLarge();
  await requireBuildpack(tar);
  return { tarball: await readFile(tar), commit };
}

async function firstCommit(
  git: (...args: readonly string[]) => Promise<string>,
  repository: string,
  ref: string,
): Promise<string> {
  const fetched = ['heads/', 'tags/'].map((kind) => `refs/fetched/${kind}${ref}`);
  for (const name of ['refs/kept', ref, ...fetched]) {
    const found = await git('-C', repository, 'rev-parse', '--verify', '--quiet', `${name}^{commit}`).catch(
      () => '',
    );
    if (found !== '') return found;
  }
  throw new UserError(`there is no ${ref} in that repository`, { field: 'ref' });
}

/** Proxies and keys of the environment are heeded. */
async function runGit(args: readonly string[], caBundle: string | null, cwd: string): Promise<string> {
  const env = { ...process.env, ...(caBundle === null ? {} : { GIT_SSL_CAINFO: caBundle }) };
  return (await packer.run(args, { cwd, deadlineMs, env })).trim();
}

function lastLine(error: unknown): string {
  const { stderr = '', message } = error as { stderr?: string; message: string };
  return (stderr.trim() || message).split('\n').at(-1)!.slice(0, 300);
}

/** As code hosts pack it, too: one folder that holds all. */
async function requireBuildpack(tar: string): Promise<void> {
  const listed = await execa('tar', ['-tzf', tar], {
    timeout: deadlineMs,
    maxBuffer: maxListBytes,
    stdin: 'ignore',
  }).catch((cause: unknown) => {
    throw new UserError(`that is not a gzip tarball that tar can read: ${lastLine(cause)}`, { cause });
  });
  const names = new Set(listed.stdout.split('\n').map((name) => name.replace(/^\.\//, '')));
  for (const program of ['bin/detect', 'bin/compile']) {
    const isThere = [...names].some(
      (name) =>
        name === program ||
        (/^[^/]+\//.test(name) && name.endsWith(`/${program}`) && name.split('/').length === 3),
    );
    if (!isThere) throw new UserError(`that is not a buildpack: it has no ${program}`, { field: 'source' });
  }
}
