import { randomBytes, randomUUID } from 'node:crypto';
import type Docker from 'dockerode';
import { cloudConfig } from '../../../provisioner/cloud-config.js';
import type { Suite } from '../../../provisioner/images/suite.js';
import type { Provider, ProviderLayer } from '../../../provisioner/provider.js';
import { DockerProvider } from '../../../provisioner/providers/docker/docker-provider.js';
import { generateSshKeyPair } from '../../../provisioner/ssh/host-key.js';
import { NodeSshTransport } from '../../../provisioner/ssh/node-ssh-transport.js';
import type { SshTarget } from '../../../provisioner/ssh/transport.js';
import { waitForSsh } from '../../../provisioner/ssh/wait-for-ssh.js';
import { prepareMachine, sweep } from './docker-machine.js';

export interface StartNodeOptions {
  readonly kind?: ProviderLayer['kind'];
  readonly formation?: string;
  readonly num?: number;
  /** Nodes of one formation of an instance share a network; without it the node gets an instance of its own. */
  readonly instance?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  /** Of its image; that of the images that tests use by default. */
  readonly suite?: Suite;
  /** The flavor's cloud-config. */
  readonly init?: string;
}

export interface StartedNode {
  readonly name: string;
  readonly uuid: string;
  readonly address: string;
  readonly instance: string;
  /** For the transport: the pinned host key, user deis, its private key. */
  readonly ssh: SshTarget;
  readonly provider: Provider;
  readonly docker: Docker;
  /** The node's container on this machine's engine. */
  readonly container: Docker.Container;
  /** `sh -c SCRIPT` as root inside, past SSH; stdout and stderr. @throws Error on another exit code than 0 */
  sh(script: string): Promise<string>;
  /** Removes all of the instance. */
  dispose(): Promise<void>;
}

const bootDeadlineMs = 60_000;

/** An instance id that no controller has. */
export const newInstance = (): string => randomBytes(4).toString('hex');

/** A real VM-like node, booted, cloud-init done, reachable by SSH. Two seconds when the images are there. */
export async function startNode(options: StartNodeOptions = {}): Promise<StartedNode> {
  const { docker, node: image } = await prepareMachine(options.suite);
  const {
    kind = 'runtime',
    formation = 'peachy-waxworks',
    num = 1,
    instance = newInstance(),
    params = {},
    init = '',
  } = options;
  const provider = new DockerProvider({ instance, docker, image: image.name });
  const name = `${formation}-${kind}-${num}`;
  const uuid = randomUUID();
  const [host, user] = [generateSshKeyPair(), generateSshKeyPair()];
  const userData = cloudConfig({
    hostname: name,
    username: 'deis',
    authorizedKey: user.publicKey,
    hostPublicKey: host.publicKey,
    hostPrivateKey: host.privateKey,
    init,
  });
  const { signal } = new AbortController();
  const launched = await provider.launchNode(
    {
      formation,
      formationId: '1',
      layer: kind,
      kind,
      params,
      uuid,
      name,
      num,
      userData,
      taken: [],
      journal: { last: null, save: async () => undefined },
    },
    async () => undefined,
    signal,
  );
  const ssh: SshTarget = {
    name,
    address: launched.address,
    port: 22,
    username: 'deis',
    privateKey: user.privateKey,
    hostKeys: [host.publicKey],
  };
  await waitForSsh(new NodeSshTransport(), ssh, { deadlineMs: bootDeadlineMs });
  const container = docker.getContainer(launched.cloudId);
  return {
    name,
    uuid,
    address: launched.address,
    instance,
    ssh,
    provider,
    docker,
    container,
    sh: (script) => runInside(container, script),
    dispose: () => sweep(instance),
  };
}

async function runInside(container: Docker.Container, script: string): Promise<string> {
  const exec = await container.exec({
    Cmd: ['sh', '-c', script],
    AttachStdout: true,
    AttachStderr: true,
    Tty: true,
  });
  const stream = await exec.start({ Tty: true });
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  const output = Buffer.concat(chunks).toString().replaceAll('\r\n', '\n');
  const { ExitCode } = await exec.inspect();
  if (ExitCode !== 0) throw new Error(`exit ${ExitCode} of: ${script}\n${output}`);
  return output;
}
