import { UserError } from '../../base/errors.js';
import { followPath, type PathEnd } from './follow-path.js';
import { findPointers, lfsPointer } from './find-pointers.js';
import type { GitRepository } from '../git/repository/git-repository.js';
import { inspectedFiles, recognised, type AppSource } from './plan/app-source.js';

type Root = Awaited<ReturnType<GitRepository['rootEntries']>>;

const maxBytes = 1024 ** 2;
/** Files that are looked at by name alone. What they lead to may be made by the build, if it can be made. */
const namedFiles = [
  'index.html',
  'index.php',
  'composer.json',
  'composer.lock',
  'pom.xml',
  'mvnw',
  'server.js',
  'package-lock.json',
  'npm-shrinkwrap.json',
  'requirements.txt',
  'Pipfile.lock',
  'poetry.lock',
  'uv.lock',
  'pyproject.toml',
  'Gemfile.lock',
  '.slugignore',
];
/** Names at the root of which folders are looked into, and files found there that are told. */
const maxFolders = 50;
const maxBelow = 3;

/** What is wrong with a file that is none, or leads to none. */
const refusals: Readonly<Record<Exclude<PathEnd['kind'], 'file'>, string>> = {
  folder: 'is a folder, or a link to one: expected a file',
  submodule: 'is a submodule, or a link to one: expected a file',
  outside: 'is a link that leads out of the repository: link to a file of the same commit',
  circle: 'is a link that leads in a circle',
  nowhere: 'is a link to something that is not in this commit',
};

/**
 * What detection needs to know of a pushed commit, without unpacking it. Links are followed within the commit.
 * @throws UserError for a file that is no file, leads to none, or is too large
 */
export async function readAppSource(repository: GitRepository, commit: string): Promise<AppSource> {
  const root = await repository.rootEntries(commit);
  const names = new Set(root.keys());
  const present = <T>(all: readonly T[], name: (each: T) => string): T[] =>
    all.filter((each) => names.has(name(each)));
  const texts = present(Object.entries(inspectedFiles), ([, file]) => file).map(
    async ([field, file]) => [field, await readText(repository, commit, file, root)] as const,
  );
  const checks = present(namedFiles, (file) => file).map(async (file) => {
    const { kind } = await followPath(repository, commit, file, root);
    if (kind === 'outside' || kind === 'circle') throw refusal(file, refusals[kind]);
  });
  const compile = names.has('bin') ? followPath(repository, commit, 'bin/compile', root) : undefined;
  const [found, compileEnd] = await Promise.all([Promise.all(texts), compile, Promise.all(checks)]);
  const isKnown = recognised.some((file) => names.has(file));
  const below = isKnown ? {} : { below: await appsBelow(repository, commit, names) };
  return {
    names,
    ...below,
    ...Object.fromEntries(found),
    ...(compileEnd?.kind === 'file' ? { compilesItself: true } : {}),
    ...(await pointersOf(repository, commit, root)),
  };
}

/** Only of a commit that says that it has some: the others are not walked through. */
async function pointersOf(
  repository: GitRepository,
  commit: string,
  root: Root,
): Promise<Pick<AppSource, 'submodules' | 'lfsFiles'>> {
  const end = root.has('.gitattributes')
    ? await followPath(repository, commit, '.gitattributes', root)
    : undefined;
  const isReadable = end?.kind === 'file' && end.bytes <= maxBytes;
  const usesLfs = isReadable && (await repository.fileText(end.id)).includes('filter=lfs');
  return usesLfs || root.has('.gitmodules') ? findPointers(repository, commit, usesLfs) : {};
}

/** Of a commit that has no app at its root: what would be one in a folder there. */
async function appsBelow(
  repository: GitRepository,
  commit: string,
  names: ReadonlySet<string>,
): Promise<string[]> {
  const folders = [...names].filter((name) => !name.startsWith('.')).slice(0, maxFolders);
  const wanted = folders.flatMap((folder) => recognised.map((file) => `${folder}/${file}`));
  return (await repository.present(commit, wanted)).slice(0, maxBelow);
}

/**
 * A text of a commit, which a link may lead to. @throws UserError for a file that is no file, leads to none, or is
 * too large
 */
export async function readText(
  repository: GitRepository,
  commit: string,
  file: string,
  root?: Root,
): Promise<string> {
  const entry = await followPath(repository, commit, file, root);
  if (entry.kind !== 'file') throw refusal(file, refusals[entry.kind]);
  if (entry.bytes > maxBytes) throw refusal(file, 'is larger than 1 MiB');
  const text = await repository.fileText(entry.id);
  if (text.startsWith(lfsPointer))
    throw refusal(file, 'is kept in Git LFS, which is not fetched here: take it out (git lfs untrack)');
  return text;
}

function refusal(file: string, what: string): UserError {
  return new UserError(`${file} ${what}`, { field: file });
}
