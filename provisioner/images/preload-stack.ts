import { readFile } from 'node:fs/promises';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type Docker from 'dockerode';
import { nodeHostConfig } from '../providers/docker/node-host-config.js';
import { kindLabel } from './built-image.js';
import { recipeScript } from './image-recipe.js';

/** Label value of the throw-away container. */
export const preloadKind = 'preload';
const engineFolder = '/engine';
/** Tenths of a second that the engine inside may take to answer. */
const answerTries = 300;
/** Of the whole load: the engine's start, the image's copy and the commit of its layers. */
const loadDeadlineMs = 300_000;

/**
 * A new image: the node image with the stack image already in its engine, under the same id. It is loaded by
 * the node's own engine in a throw-away container. @returns the new image's id.
 */
export async function preloadStack(
  docker: Docker,
  nodeId: string,
  stackName: string,
  stackId: string,
  changes: readonly string[],
): Promise<string> {
  const container = await createLoader(docker, nodeId);
  try {
    const loadedId = await loadInside(docker, container, stackName);
    if (loadedId !== stackId)
      throw new Error(`the stack image is ${stackId} here and ${loadedId} in the node image`);
    const { Id } = (await container.commit({ changes: changes.join('\n'), pause: false })) as { Id: string };
    return Id;
  } finally {
    await container.remove({ force: true, v: true });
  }
}

async function createLoader(docker: Docker, nodeId: string): Promise<Docker.Container> {
  const script = await readFile(recipeScript('preload-stack.sh'), 'utf8');
  return docker.createContainer({
    Image: nodeId,
    Cmd: ['sh', '-c', script, 'preload-stack', engineFolder, String(answerTries)],
    Labels: { [kindLabel]: preloadKind },
    AttachStdin: true,
    OpenStdin: true,
    StdinOnce: true,
    Volumes: { [engineFolder]: {} },
    HostConfig: {
      ...nodeHostConfig(),
      NetworkMode: 'none',
      RestartPolicy: { Name: 'no' },
    },
  });
}

/** @returns the id under which the container's engine knows the stack image. */
async function loadInside(docker: Docker, container: Docker.Container, stackName: string): Promise<string> {
  const stream = await container.attach({
    stream: true,
    stdin: true,
    stdout: true,
    stderr: true,
    hijack: true,
  });
  const output = { stdout: '', stderr: '' };
  docker.modem.demuxStream(stream, collect(output, 'stdout'), collect(output, 'stderr'));
  await container.start();
  const sent = pipeline(await docker.getImage(stackName).get(), stream, { end: true }).catch(
    (error: unknown) => error,
  );
  const { StatusCode } = await ended(container);
  await sent;
  if (StatusCode !== 0)
    throw new Error(`loading the stack image into the node image failed:\n${output.stderr.slice(-2000)}`);
  return output.stdout.trim();
}

async function ended(container: Docker.Container): Promise<{ StatusCode: number }> {
  const signal = AbortSignal.timeout(loadDeadlineMs);
  try {
    return (await container.wait({ abortSignal: signal })) as { StatusCode: number };
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new Error(
      `loading the stack image into the node image took longer than ${loadDeadlineMs / 1000} s`,
    );
  }
}

function collect(output: Record<'stdout' | 'stderr', string>, name: 'stdout' | 'stderr'): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      output[name] += chunk.toString();
      done();
    },
  });
}
