import type Docker from 'dockerode';
import { UserError } from '../../../base/errors.js';
import type { GitRepository } from '../../git/repository/git-repository.js';
import { checkSourceSize } from '../../git/repository/source-size.js';
import type { BuildContainerSpec } from '../containers/build-container.js';
import { withBuildInput, type BuildInput } from '../containers/build-input.js';
import type { BuildBounds } from './watch-build.js';

/** A pushed commit that is to be built, by an operation. */
export interface BuildOrder {
  readonly operationId: string;
  readonly formation: string;
  readonly repository: GitRepository;
  readonly commit: string;
}

/** What a build begins within. */
export interface BuildStart extends BuildBounds {
  /** Of the files of a push, as a tar archive. */
  readonly maxSourceBytes: number;
  /** Where pushed trees lie on their way into a build. */
  readonly workFolder: string;
}

type Say = (line: string) => void;

/** @throws UserError when the disk is nearly full, or the commit is larger than it may be */
export async function checkRoom(
  { disk, maxSourceBytes }: Pick<BuildStart, 'disk' | 'maxSourceBytes'>,
  { repository, commit }: Pick<BuildOrder, 'repository' | 'commit'>,
  signal: AbortSignal,
): Promise<void> {
  const full = await disk.refusal();
  if (full !== undefined) throw new UserError(full);
  await checkSourceSize(repository.entries(commit, signal), maxSourceBytes);
}

/**
 * Makes the container of a build, brings the pushed tree and what is the kind's `own` into it, and starts it, once its
 * `fence` stands. Where that fails none is left: whoever carries on makes another.
 */
export async function startBuild(
  { containers, disk, maxSourceBytes, workFolder }: BuildStart,
  { operationId, repository, commit }: BuildOrder,
  spec: BuildContainerSpec,
  own: Pick<BuildInput, 'script' | 'buildpacks' | 'kept' | 'config'> & { readonly fence?: Promise<unknown> },
  signal: AbortSignal,
): Promise<Docker.Container> {
  signal.throwIfAborted();
  // The engine makes it while git writes the tree down.
  const making = containers.create(spec);
  making.catch(() => undefined);
  try {
    const input = {
      ...own,
      source: repository.archive(commit, signal),
      workFolder,
      name: operationId,
      maxBytes: maxSourceBytes,
      refusal: () => disk.refusal(),
    };
    await withBuildInput(input, signal, async (archive, abortSignal) => {
      const container = await making;
      // A request of dockerode that begins aborted fails where nobody hears it.
      abortSignal.throwIfAborted();
      return container.putArchive(archive, { path: '/', abortSignal });
    });
    const container = await making;
    await own.fence;
    signal.throwIfAborted();
    await container.start();
    return container;
  } catch (error) {
    await making.catch(() => undefined);
    await containers.remove(operationId).catch(() => undefined);
    throw error;
  }
}

/** Removes what a build left on the engine, and too large a cache, which it says. Safe to repeat. */
export async function discardBuild(
  { containers, caches }: Pick<BuildStart, 'containers' | 'caches'>,
  { operationId, formation }: Pick<BuildOrder, 'operationId' | 'formation'>,
  say: Say,
): Promise<void> {
  await containers.remove(operationId);
  // One that cannot be emptied now is not used: the next build tries again.
  const emptied = await caches.trim(formation).catch(() => undefined);
  if (emptied !== undefined) say(`       ${emptied}`);
}
