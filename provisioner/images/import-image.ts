import type Docker from 'dockerode';

interface ProgressEvent {
  readonly status?: string;
  readonly error?: string;
}

/**
 * Imports a root file system as an image of one layer, nameless as yet. `changes`: settings in Dockerfile
 * words. @returns its id.
 */
export async function importImage(
  docker: Docker,
  tar: NodeJS.ReadableStream,
  changes: readonly string[],
): Promise<string> {
  const answer = await docker.importImage(tar, { changes: [...changes] });
  const events = await new Promise<ProgressEvent[]>((resolve, reject) => {
    docker.modem.followProgress(answer, (error: Error | null, output: ProgressEvent[]) =>
      error === null ? resolve(output) : reject(error),
    );
  });
  const error = events.find((event) => event.error !== undefined)?.error;
  const id = events.at(-1)?.status;
  if (error !== undefined || id === undefined || !id.startsWith('sha256:'))
    throw new Error(`the Docker engine did not import the image: ${error ?? id ?? 'it said nothing'}`);
  return id;
}
