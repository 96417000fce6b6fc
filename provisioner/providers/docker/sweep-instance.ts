import type Docker from 'dockerode';
import { waitUntil } from '../../../base/wait-until.js';
import { removeBuildFirewall } from '../../build-firewall.js';
import { dockerStatus, labels, withLabels } from './docker-labels.js';
import { removeAllOpenings } from './network/port-openings.js';

/**
 * Removes every container (with its anonymous volumes), network and volume that carries this instance's
 * label, with its rules of iptables, and nothing else.
 * @returns a line for people on each thing removed
 */
export async function sweepInstance(instance: string, engine: Docker): Promise<string[]> {
  const filters = withLabels({ [labels.instance]: instance });
  const lines: string[] = [];
  const containers = await engine.listContainers({ all: true, filters });
  await Promise.all(containers.map((container) => removeContainer(engine, container.Id)));
  lines.push(
    ...containers.map(
      (container) => `removed container ${container.Names[0]?.replace(/^\//, '') ?? container.Id}`,
    ),
  );
  for (const network of await engine.listNetworks({ filters })) {
    await unlessGone(() => engine.getNetwork(network.Id).remove());
    if (network.Labels?.[labels.kind] === 'build') await removeBuildFirewall(instance);
    lines.push(`removed network ${network.Name}`);
  }
  await removeAllOpenings(instance);
  const { Volumes: volumes } = await engine.listVolumes({ filters });
  for (const volume of volumes ?? []) {
    await unlessGone(() => engine.getVolume(volume.Name).remove());
    lines.push(`removed volume ${volume.Name}`);
  }
  return lines;
}

/** Somebody else, a stopping controller say, may be removing it already: then it is enough that it goes. */
async function removeContainer(engine: Docker, id: string): Promise<void> {
  const attempt = async (): Promise<true | undefined> => {
    try {
      await unlessGone(() => engine.getContainer(id).remove({ force: true, v: true }));
      return true;
    } catch (error) {
      if (dockerStatus(error) === 409) return undefined;
      throw error;
    }
  };
  await waitUntil(attempt, { deadlineMs: 30_000, intervalMs: 200, what: `container ${id} to be removed` });
}

async function unlessGone(remove: () => Promise<unknown>): Promise<void> {
  try {
    await remove();
  } catch (error) {
    if (dockerStatus(error) !== 404) throw error;
  }
}
