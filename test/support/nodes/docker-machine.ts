import type Docker from 'dockerode';
import { ensureEngine } from '../../../provisioner/images/host/ensure-engine.js';
import type { BuiltImage } from '../../../provisioner/images/built-image.js';
import { ensureImager, ensureImages, type Images } from '../../../provisioner/images/ensure-images.js';
import { imageChoice, type Suite } from '../../../provisioner/images/suite.js';
import { labels, withLabels } from '../../../provisioner/providers/docker/docker-labels.js';
import { sweepInstance } from '../../../provisioner/providers/docker/sweep-instance.js';

export interface Machine extends Images {
  readonly docker: Docker;
}

const prepared = new Map<Suite, Promise<Machine>>();

/**
 * Engine and images of a suite, made where they are missing (that takes a minute and root); once per test run.
 */
export function prepareMachine(suite: Suite = imageChoice().suite): Promise<Machine> {
  const known = prepared.get(suite) ?? prepare(suite);
  prepared.set(suite, known);
  return known;
}

/** The imager of a suite, made where it is missing; beside `prepareMachine` for the few tests that need it. */
export function prepareImager(suite: Suite = imageChoice().suite): Promise<BuiltImage> {
  return ensureImager({ onProgress: (line) => console.log(`      ${line}`) }, { ...imageChoice(), suite });
}

async function prepare(suite: Suite): Promise<Machine> {
  const onProgress = (line: string): void => console.log(`      ${line}`);
  const docker = await ensureEngine({ onProgress });
  return { docker, ...(await ensureImages({ onProgress }, { ...imageChoice(), suite })) };
}

/** Removes all that carries the instance's label on Docker, and nothing else. */
export async function sweep(instance: string): Promise<void> {
  await sweepInstance(instance, (await prepareMachine()).docker);
}

/** Names of the instance's containers, running or not, of one kind (`node`, `build`, `run`) or of all. */
export async function containersOfInstance(instance: string, kind?: string): Promise<string[]> {
  const { docker } = await prepareMachine();
  const filters = withLabels({
    [labels.instance]: instance,
    ...(kind === undefined ? {} : { [labels.kind]: kind }),
  });
  const containers = await docker.listContainers({ all: true, filters });
  return containers.map((container) => (container.Names[0] ?? container.Id).replace(/^\//, '')).sort();
}
