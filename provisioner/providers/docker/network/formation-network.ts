import type Docker from 'dockerode';
import { nodeContainers } from '../container-life.js';
import { labels } from '../docker-labels.js';
import { ensureNetwork, findNetwork, type NodeNetwork } from './node-network.js';

interface FormationPlace {
  readonly instance: string;
  readonly formation: string;
}

/**
 * The network that a formation's nodes are on: its own, or the one that all formations shared before, where it has
 * nodes there still. Undefined before the first layer.
 */
export async function findFormationNetwork(
  docker: Docker,
  { instance, formation }: FormationPlace,
): Promise<NodeNetwork | undefined> {
  const own = await findNetwork(docker, { instance, formation });
  if (own !== undefined) return own;
  const shared = await findNetwork(docker, { instance });
  if (shared === undefined) return undefined;
  const nodes = await nodeContainers(docker, instance, { [labels.formation]: formation });
  return nodes.some(({ HostConfig }) => HostConfig.NetworkMode === shared.id) ? shared : undefined;
}

/** The same, made where there is none. */
export async function formationNetwork(
  docker: Docker,
  place: FormationPlace,
  signal: AbortSignal,
): Promise<NodeNetwork> {
  return (await findFormationNetwork(docker, place)) ?? ensureNetwork(docker, place, signal);
}
