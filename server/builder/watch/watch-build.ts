import type Docker from 'dockerode';
import { UserError } from '../../../base/errors.js';
import { unlessAborted } from '../../../base/unless-aborted.js';
import { ValueMask } from '../../../base/value-mask.js';
import { LimitGuard } from '../../git/limit-guard.js';
import type { BuildCaches } from '../containers/build-caches.js';
import type { BuildContainers } from '../containers/build-container.js';
import { followOutput } from '../containers/build-output.js';
import type { DiskWatermark } from '../containers/disk-watermark.js';
import { OutputTail } from '../containers/output-tail.js';
import { BuildFailure } from '../failure/build-failure.js';
import { BuildEnd, judgeBuild, overDisk, readStep } from './judge-build.js';

/** What builds are kept within. */
export interface BuildBounds {
  readonly containers: BuildContainers;
  readonly caches: BuildCaches;
  readonly disk: DiskWatermark;
  readonly buildSeconds: number;
  readonly now: () => Date;
}

/** A build that has been started. */
export interface RunningBuild {
  readonly container: Docker.Container;
  readonly formation: string;
  /** What the container says when its result is there and nothing more can fail. */
  readonly readyLine: string;
}

/** What a build under way says, to whom, and what is hidden of it. */
export interface Told {
  readonly say: (line: string) => void;
  /** Complete once the container is known. */
  mask: ValueMask;
  readonly tail: OutputTail;
}

/**
 * Does the work of a build, of which nothing is hidden yet when it begins. @throws BuildFailure, with step and last
 * lines, where the work throws a UserError; the signal's reason when aborted; what else the work throws
 */
export async function tellingFailures<T>(
  { containers }: Pick<BuildBounds, 'containers'>,
  { operationId }: { readonly operationId: string },
  say: (line: string) => void,
  signal: AbortSignal,
  work: (told: Told) => Promise<T>,
): Promise<T> {
  const told: Told = { say, mask: new ValueMask([]), tail: new OutputTail() };
  try {
    return await work(told);
  } catch (error) {
    if (signal.aborted || !(error instanceof UserError)) throw error;
    throw await failureOf(error, { containers, operationId }, told, signal);
  }
}

/**
 * Shows the output of a build to its end and judges how it ended. Aborted, it leaves the container as it is.
 * @throws UserError when the build fails, runs out of time, memory or disk; the signal's reason when aborted
 */
export async function watchBuild(
  bounds: BuildBounds,
  { container, formation, readyLine: last }: RunningBuild,
  { say, mask, tail }: Told,
  signal: AbortSignal,
): Promise<void> {
  const { containers, buildSeconds, now, disk } = bounds;
  const { State } = await container.inspect();
  const guard = new LimitGuard([() => disk.refusal(), () => overDisk(bounds, container, formation)], {
    time: {
      leftMs: buildSeconds * 1000 - (now().getTime() - Date.parse(State.StartedAt)),
      late: `the build was not done within ${buildSeconds} s (DEIS_BUILD_SECONDS)`,
    },
  });
  try {
    const either = AbortSignal.any([signal, guard.signal]);
    const isReady = await followOutput(containers.docker, container, say, either, { last, mask, tail });
    either.throwIfAborted();
    if (isReady) return;
  } finally {
    guard.release();
  }
  await unlessAborted(signal, judgeBuild(container, containers.limits.memory));
}

/** What is kept of a build that failed; of a long output the end is said, because it was passed over. */
async function failureOf(
  error: UserError,
  { containers, operationId }: { readonly containers: BuildContainers; readonly operationId: string },
  { say, mask, tail }: Told,
  signal: AbortSignal,
): Promise<BuildFailure> {
  const step = await readStep(containers, operationId, signal);
  const exitCode = error instanceof BuildEnd ? error.exitCode : null;
  const at =
    exitCode === null || step === undefined
      ? error.message
      : `the build failed: ${step} failed (exit code ${exitCode})`;
  const failure = new BuildFailure(at, { step, exitCode, lines: tail.lines(mask) }, error);
  if (tail.isCut)
    for (const line of ['-----> The last lines of the build', ...failure.details.lines]) say(line);
  return failure;
}
