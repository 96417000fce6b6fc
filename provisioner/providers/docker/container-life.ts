import type Docker from 'dockerode';
import { waitUntil } from '../../../base/wait-until.js';
import { machinesOf } from '../../machine-owner.js';
import type { CloudNode, TerminateRequest } from '../../provider.js';
import { dockerStatus, labels, withLabels } from './docker-labels.js';

const removalDeadlineMs = 60_000;

/** A node's container as the contract of providers shows machines. */
export function toCloudNode(container: Docker.ContainerInfo): CloudNode {
  const address = addressNow(container);
  return {
    cloudId: container.Id,
    uuid: container.Labels[labels.node] ?? '',
    formation: container.Labels[labels.formation] ?? '',
    name: container.Labels[labels.name] ?? '',
    state: toState(container.State),
    address,
    privateAddress: address,
  };
}

/** Containers of an instance's nodes that have these labels too. */
export async function nodeContainers(
  docker: Docker,
  instance: string,
  values: Readonly<Record<string, string>> = {},
): Promise<Docker.ContainerInfo[]> {
  return docker.listContainers({
    all: true,
    filters: withLabels({ [labels.instance]: instance, [labels.kind]: 'node', ...values }),
  });
}

/** A node's containers, by its uuid and by its own id. @throws Conflict for one of another instance */
export async function findNodeContainers(
  docker: Docker,
  node: TerminateRequest,
  instance: string,
): Promise<Docker.ContainerInfo[]> {
  const list = (filters: Record<string, string[]>): Promise<Docker.ContainerInfo[]> =>
    docker.listContainers({ all: true, filters });
  const found = await list(withLabels({ [labels.kind]: 'node', [labels.node]: node.uuid }));
  const { cloudId } = node;
  if (cloudId !== null && !found.some(({ Id }) => Id === cloudId))
    found.push(...(await list({ id: [cloudId] })).filter(({ Id }) => Id === cloudId));
  const tagged = found.map((info) => ({
    info,
    cloudId: info.Id,
    uuid: info.Labels[labels.node] ?? '',
    instance: info.Labels[labels.instance] ?? '',
  }));
  return machinesOf(node, tagged, instance).map(({ info }) => info);
}

/** With its anonymous volumes; waits up to a minute for a removal that is under way already. */
export async function removeContainer(docker: Docker, id: string): Promise<void> {
  const container = docker.getContainer(id);
  try {
    await container.remove({ force: true, v: true });
  } catch (error) {
    if (dockerStatus(error) === 404) return;
    if (dockerStatus(error) !== 409) throw error;
    await waitUntil(() => isGone(container), {
      deadlineMs: removalDeadlineMs,
      intervalMs: 200,
      what: `the removal of container ${id}`,
    });
  }
}

async function isGone(container: Docker.Container): Promise<true | undefined> {
  try {
    await container.inspect();
    return undefined;
  } catch (error) {
    if (dockerStatus(error) === 404) return true;
    throw error;
  }
}

function toState(state: string): CloudNode['state'] {
  if (state === 'running') return 'running';
  return state === 'created' || state === 'restarting' ? 'pending' : 'stopped';
}

/** The fixed one, unless an operator has connected it anew, because another container took that. */
function addressNow({ Labels, State, NetworkSettings }: Docker.ContainerInfo): string | null {
  const [connected] =
    State === 'running'
      ? Object.values(NetworkSettings.Networks).flatMap(({ IPAddress }) =>
          IPAddress === '' ? [] : [IPAddress],
        )
      : [];
  return connected ?? Labels[labels.address] ?? null;
}

/**
 * Starts a container. Docker looks the network up by name: while two of one name are there, made at the same
 * moment, it does not start anything on them, so this waits up to 10 s for one to go.
 */
export async function startContainer(container: Docker.Container): Promise<void> {
  const start = (): Promise<true | undefined> =>
    container.start().then(
      () => true as const,
      (error: Error) => {
        if (/is ambiguous/i.test(error.message)) return undefined;
        throw error;
      },
    );
  await waitUntil(start, {
    deadlineMs: 10_000,
    intervalMs: 100,
    what: 'Docker to know one network of the name',
  });
}
