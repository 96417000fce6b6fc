import { basename, dirname } from 'node:path';
import type Docker from 'dockerode';

/**
 * Removes a folder of the host with a container of `image`, as root: what a build's user has shut to a
 * controller that is not. `labels` tell whose container it is. @throws when the folder could not be removed.
 */
export async function removeAsRoot(
  docker: Docker,
  image: string,
  labels: Readonly<Record<string, string>>,
  path: string,
): Promise<void> {
  const container = await docker.createContainer({
    Image: image,
    Cmd: ['/bin/rm', '-rf', '--', `/folder/${basename(path)}`],
    User: '0:0',
    NetworkDisabled: true,
    Labels: { ...labels },
    HostConfig: {
      Binds: [`${dirname(path)}:/folder`],
      CapDrop: ['ALL'],
      CapAdd: ['DAC_OVERRIDE', 'FOWNER'],
      SecurityOpt: ['no-new-privileges'],
    },
  });
  try {
    await container.start();
    const { StatusCode: exitCode } = (await container.wait()) as { StatusCode: number };
    if (exitCode !== 0) throw new Error(`${path} could not be removed (exit code ${exitCode})`);
  } finally {
    await container.remove({ force: true });
  }
}
