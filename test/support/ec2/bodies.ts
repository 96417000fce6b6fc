import type Docker from 'dockerode';
import { gunzipSync } from 'node:zlib';
import { Secret } from '../../../base/secret.js';
import { DockerProvider } from '../../../provisioner/providers/docker/docker-provider.js';
import { ensureNetwork } from '../../../provisioner/providers/docker/network/node-network.js';

/** A machine behind an instance. */
export interface Body {
  readonly address: string;
  end(): Promise<void>;
}

export interface BodyRequest {
  readonly id: string;
  /** As it came: base64, perhaps compressed. */
  readonly userData: string;
}

export type BodyMaker = (request: BodyRequest) => Promise<Body>;

/**
 * Bodies are VM-like nodes that run the instance's user-data with real cloud-init. @returns the maker, and
 * the host's address on their network
 */
export async function dockerBodies(
  docker: Docker,
  instance: string,
): Promise<{ readonly make: BodyMaker; readonly gateway: string }> {
  const provider = new DockerProvider({ instance, docker });
  const { signal } = new AbortController();
  const { gateway } = await ensureNetwork(docker, { instance, formation: 'ec2' }, signal);
  const make: BodyMaker = async ({ id, userData }) => {
    const bytes = Buffer.from(userData, 'base64');
    const text = (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString();
    const launch = {
      formation: 'ec2',
      formationId: '1',
      layer: 'ec2',
      kind: 'custom' as const,
      params: {},
      uuid: id,
      name: id,
      num: 1,
      userData: new Secret(text),
      taken: [],
      journal: { last: null, save: async () => undefined },
    };
    const { address, cloudId } = await provider.launchNode(launch, async () => undefined, signal);
    return { address, end: () => provider.terminateNode({ uuid: id, cloudId, name: id }) };
  };
  return { make, gateway };
}
