import type Docker from 'dockerode';
import { megabytes } from '../../../base/byte-size.js';
import { UserError } from '../../../base/errors.js';
import { cleanLine } from '../../operation/output/clean-line.js';
import type { BuildCaches } from '../containers/build-caches.js';
import type { BuildContainers } from '../containers/build-container.js';

/** Exit codes of run.sh: its own word for it, and what SIGKILL makes. */
const outOfMemoryCode = 250;
const killedCode = 137;
/** Where run.sh writes what it is at. */
const stepInContainer = '/tmp/deis-step';
const maxStepBytes = 4096;
const maxStep = 200;

/** A build that came to an end of its own, and failed. */
export class BuildEnd extends UserError {
  constructor(
    message: string,
    readonly exitCode: number,
  ) {
    super(message);
  }
}

/** Waits for the end of a build's container. @throws BuildEnd, or UserError when it was killed for its memory */
export async function judgeBuild(container: Docker.Container, memory: number): Promise<void> {
  const { StatusCode: exitCode } = (await container.wait()) as { StatusCode: number };
  if (exitCode === 0) return;
  const { OOMKilled: outOfMemory } = (await container.inspect()).State;
  const limit = megabytes(memory);
  if (outOfMemory || exitCode === outOfMemoryCode)
    throw new UserError(`the build ran out of memory: it may use ${limit} (DEIS_BUILD_MEMORY)`);
  if (exitCode === killedCode)
    throw new UserError(
      'the build was killed, most likely because it ran out of memory: ' +
        `it may use ${limit} (DEIS_BUILD_MEMORY)`,
    );
  throw new BuildEnd(`the build failed (exit code ${exitCode})`, exitCode);
}

/**
 * Which part of a build its container was at, `bin/compile of nodejs`; undefined when it had not begun or
 * cannot be asked.
 */
export async function readStep(
  containers: BuildContainers,
  operationId: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const file = { path: stepInContainer, maxBytes: maxStepBytes };
  try {
    const found = await containers.find(operationId);
    if (found === undefined) return undefined;
    const [text = ''] = await containers.readTexts(found.container, file, signal);
    return cleanLine(text.split('\n')[0]!).slice(0, maxStep) || undefined;
  } catch {
    // It only says more of a failure that is known already.
    return undefined;
  }
}

/** Why a build has written too much to disk; undefined while it has not. */
export async function overDisk(
  { caches, containers }: { readonly caches: BuildCaches; readonly containers: BuildContainers },
  container: Docker.Container,
  formation: string,
): Promise<string | undefined> {
  const most = containers.limits.disk + caches.maxBytes;
  const [own, cache] = await Promise.all([containers.diskUse(container), caches.size(formation)]);
  if (own + cache <= most) return undefined;
  return (
    `the build wrote too much to disk: it may use ${megabytes(containers.limits.disk)} (DEIS_BUILD_DISK) ` +
    `beside its cache of ${megabytes(caches.maxBytes)} (${caches.setting})`
  );
}
