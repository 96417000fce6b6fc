import type Docker from 'dockerode';
import pLimit, { type LimitFunction } from 'p-limit';
import { Conflict, RemoteFailure, UserError } from '../../../base/errors.js';
import { nodeImageName } from '../../images/node-image.js';
import { defaultSuite } from '../../images/suite.js';
import type {
  CloudNode,
  CredentialCheck,
  LaunchedNode,
  LayerOpenings,
  NodeLaunch,
  PreflightCheck,
  Provider,
  ProviderLayer,
  TerminateRequest,
} from '../../provider.js';
import { checkEngine } from './check-engine.js';
import {
  findNodeContainers,
  nodeContainers,
  removeContainer,
  startContainer,
  toCloudNode,
} from './container-life.js';
import { dockerStatus, labels } from './docker-labels.js';
import { dockerParamsExample, parseDockerParams, type DockerParams } from './docker-params.js';
import { hostNameServers } from './network/name-servers.js';
import { NodeAddresses } from './network/node-addresses.js';
import { containerName, nodeContainer } from './node-container.js';
import { readCgroupVersion, type CgroupVersion } from './node-host-config.js';
import { findFormationNetwork, formationNetwork } from './network/formation-network.js';
import { removeNetwork, type NodeNetwork } from './network/node-network.js';
import { applyOpenings, removeOpenings } from './network/port-openings.js';
import { seedArchive } from './seed-archive.js';

const maxAddresses = 20;
const missingImage = (image: string): string =>
  `there is no image ${image} on this host: \`deis-controller build-images\` (as root) or npm run ` +
  'quickstart builds it';

export interface DockerProviderOptions {
  /** Instance id of the controller, the label of all that it makes. */
  readonly instance: string;
  readonly docker: Docker;
  /** Image of nodes whose flavor names none; without it that of the default suite. */
  readonly image?: string;
}

/**
 * VM-like nodes on this host's Docker engine: systemd, sshd, cloud-init and Docker inside, a network with fixed
 * addresses for each formation.
 */
export class DockerProvider implements Provider {
  readonly type = 'docker';
  readonly region = '';
  readonly paramsExample = dockerParamsExample;
  readonly needsAdmin = false;
  /** systemd and a Docker engine inside need capabilities that open the host: see node-host-config.ts. */
  readonly givesHost = true;
  /** On the node root alone can read it. */
  readonly keepsUserData = false;
  readonly #docker: Docker;
  readonly #instance: string;
  readonly #image: string;
  readonly #addresses: NodeAddresses;
  /** Networks and addresses are given out one at a time. */
  readonly #oneAtATime: LimitFunction = pLimit(1);
  /** Asked once: `docker info` is slow. */
  #cgroup: CgroupVersion | undefined;

  constructor({ docker, instance, image = nodeImageName(defaultSuite) }: DockerProviderOptions) {
    this.#docker = docker;
    this.#instance = instance;
    this.#image = image;
    this.#addresses = new NodeAddresses(docker, instance);
  }

  parseParams(params: unknown): Record<string, unknown> {
    return parseDockerParams(params);
  }

  checkCredentials(): Promise<CredentialCheck> {
    return checkEngine(this.#docker);
  }

  async preflight(params: Readonly<Record<string, unknown>>): Promise<PreflightCheck[]> {
    const image = this.#imageOf(parseDockerParams(params));
    const ok = await this.#docker
      .getImage(image)
      .inspect()
      .then(
        () => true,
        () => false,
      );
    return [{ what: 'image', ok, detail: ok ? image : missingImage(image) }];
  }

  async createLayer({ formation }: ProviderLayer, signal: AbortSignal): Promise<void> {
    await this.#oneAtATime(() =>
      formationNetwork(this.#docker, { instance: this.#instance, formation }, signal),
    );
  }

  /** All layers of a formation share the network: it goes with the last node. */
  async destroyLayer({ formation, formationId, layer }: ProviderLayer): Promise<void> {
    const instance = this.#instance;
    await removeOpenings({ instance, formationId, layer });
    await this.#oneAtATime(async () => {
      if ((await this.#containers({ [labels.formation]: formation })).length > 0) return;
      await removeNetwork(this.#docker, { instance, formation });
      if ((await this.#containers({})).length === 0) await removeNetwork(this.#docker, { instance });
    });
  }

  openPorts({ formationId, layer }: ProviderLayer, wanted: LayerOpenings): Promise<void> {
    return this.#oneAtATime(() => applyOpenings({ instance: this.#instance, formationId, layer }, wanted));
  }

  async launchNode(
    launch: NodeLaunch,
    onCloudId: (cloudId: string) => Promise<void>,
    signal: AbortSignal,
  ): Promise<LaunchedNode> {
    for (let attempt = 1; ; attempt += 1) {
      const container = await this.#oneAtATime(() => this.#findOrCreate(launch, signal));
      await onCloudId(container.id);
      signal.throwIfAborted();
      const address = await this.#start(container, launch);
      if (address !== undefined) return { cloudId: container.id, address, privateAddress: address };
      if (attempt === maxAddresses)
        throw new RemoteFailure(
          `${launch.name}: Docker refused ${maxAddresses} addresses in a row as taken`,
          { node: launch.name, command: 'docker start', phase: 'exit' },
        );
    }
  }

  async terminateNode(node: TerminateRequest): Promise<void> {
    const find = (): Promise<Docker.ContainerInfo[]> =>
      findNodeContainers(this.#docker, node, this.#instance);
    for (const { Id } of await find()) await removeContainer(this.#docker, Id);
    const [left] = await find();
    if (left !== undefined)
      throw new RemoteFailure(`${node.name}: Docker still has its container ${left.Id}`, {
        node: node.name,
        command: 'docker rm',
        phase: 'exit',
      });
  }

  async listNodes(formation: string | null): Promise<CloudNode[]> {
    const containers = await this.#containers(formation === null ? {} : { [labels.formation]: formation });
    return containers.map(toCloudNode);
  }

  /** The host's address on the formation's network; none before the first layer. */
  async controllerAddresses(_signal: AbortSignal, formation: string): Promise<string[]> {
    const network = await findFormationNetwork(this.#docker, { instance: this.#instance, formation });
    return network === undefined ? [] : [network.gateway];
  }

  #imageOf(params: DockerParams): string {
    return params.image ?? this.#image;
  }

  #containers(values: Readonly<Record<string, string>>): Promise<Docker.ContainerInfo[]> {
    return nodeContainers(this.#docker, this.#instance, values);
  }

  async #findOrCreate(launch: NodeLaunch, signal: AbortSignal): Promise<Docker.Container> {
    const [known] = await this.#containers({ [labels.node]: launch.uuid });
    if (known !== undefined) return this.#docker.getContainer(known.Id);
    const place = { instance: this.#instance, formation: launch.formation };
    const network = await formationNetwork(this.#docker, place, signal);
    for (let attempt = 1; ; attempt += 1) {
      signal.throwIfAborted();
      const address = await this.#addresses.pick(network, launch.taken);
      const container = await this.#create(launch, network, address);
      if (await this.#addresses.isFirst(container.id, address)) return container;
      await removeContainer(this.#docker, container.id);
      if (attempt === maxAddresses)
        throw new Conflict(`${launch.name}: other controllers take every address of ${network.subnet}`);
    }
  }

  async #create(launch: NodeLaunch, network: NodeNetwork, address: string): Promise<Docker.Container> {
    const params = parseDockerParams(launch.params);
    const image = this.#imageOf(params);
    const spec = nodeContainer(launch, params, {
      instance: this.#instance,
      image,
      network: network.id,
      address,
      cgroup: (this.#cgroup ??= await readCgroupVersion(this.#docker)),
    });
    try {
      return await this.#docker.createContainer(spec);
    } catch (error) {
      if (dockerStatus(error) === 404)
        throw new UserError(missingImage(image), { field: 'params.image', cause: error });
      if (dockerStatus(error) === 409)
        throw new Conflict(
          `${containerName(this.#instance, launch.name)} exists already as another node's machine: ` +
            'terminate that one first',
        );
      throw new RemoteFailure(`${launch.name}: Docker did not create it: ${(error as Error).message}`, {
        node: launch.name,
        command: 'docker create',
        phase: 'exit',
        cause: error,
      });
    }
  }

  /**
   * Undefined when the address was taken meanwhile: the container is gone then, and the next one gets
   * another.
   */
  async #start(container: Docker.Container, launch: NodeLaunch): Promise<string | undefined> {
    const { State, Config } = await container.inspect();
    const address = Config.Labels[labels.address]!;
    if (State.Running) return address;
    try {
      // A container that never ran may lack its seed, when the launch before this one was cut off.
      if (State.StartedAt.startsWith('0001-'))
        await container.putArchive(seedArchive({ ...launch, nameServers: await hostNameServers() }), {
          path: '/',
        });
      await startContainer(container);
      return address;
    } catch (error) {
      if (!/address already in use/i.test((error as Error).message))
        throw new RemoteFailure(`${launch.name}: Docker did not start it: ${(error as Error).message}`, {
          node: launch.name,
          command: 'docker start',
          phase: 'exit',
          cause: error,
        });
      await removeContainer(this.#docker, container.id);
      return undefined;
    }
  }
}
