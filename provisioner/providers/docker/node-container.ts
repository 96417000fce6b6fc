import type Docker from 'dockerode';
import { byteSize } from '../../../base/byte-size.js';
import type { NodeLaunch } from '../../provider.js';
import { labels } from './docker-labels.js';
import type { DockerParams } from './docker-params.js';
import { nodeCommand, nodeHostConfig, type CgroupVersion } from './node-host-config.js';

export interface NodePlace {
  readonly instance: string;
  readonly image: string;
  /** The network's id, for its name may be another's for a moment, and the node's fixed address on it. */
  readonly network: string;
  readonly address: string;
  readonly cgroup: CgroupVersion;
}

/** Name of a node's container. */
export const containerName = (instance: string, nodeName: string): string => `deis-${instance}-${nodeName}`;

/**
 * What Docker is asked for to make a VM-like node. It comes back with the engine, at the same address, unless
 * it was stopped by hand.
 */
export function nodeContainer(
  launch: NodeLaunch,
  params: DockerParams,
  place: NodePlace,
): Docker.ContainerCreateOptions {
  const memory =
    params.memory === undefined
      ? {}
      : { Memory: byteSize(params.memory), MemorySwap: byteSize(params.memory) };
  const cpus = params.cpus === undefined ? {} : { NanoCpus: Math.round(params.cpus * 1e9) };
  return {
    name: containerName(place.instance, launch.name),
    Hostname: launch.name.slice(0, 63),
    Image: place.image,
    Cmd: nodeCommand(place.cgroup),
    StopSignal: 'SIGRTMIN+3',
    Labels: {
      [labels.instance]: place.instance,
      [labels.formation]: launch.formation,
      [labels.node]: launch.uuid,
      [labels.name]: launch.name,
      [labels.address]: place.address,
      [labels.kind]: 'node',
    },
    // An anonymous volume, because a Docker engine cannot keep its layers on the overlay of another.
    Volumes: { '/var/lib/docker': {} },
    HostConfig: { ...nodeHostConfig(), ...memory, ...cpus, NetworkMode: place.network },
    NetworkingConfig: {
      EndpointsConfig: { [place.network]: { IPAMConfig: { IPv4Address: place.address } } },
    },
  };
}
