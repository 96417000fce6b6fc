import type { GitRepository } from '../git/git-repository.js';
import { inspectedFiles, type AppSource } from './plan-build.js';

/** What detection needs to know of a pushed commit, without unpacking it. */
export async function readAppSource(repository: GitRepository, commit: string): Promise<AppSource> {
  const names = await repository.rootNames(commit);
  const texts = await Promise.all(
    Object.entries(inspectedFiles)
      .filter(([, file]) => names.has(file))
      .map(async ([field, file]) => [field, await repository.rootText(commit, file)] as const),
  );
  return { names, ...Object.fromEntries(texts) };
}
