import type { Instance } from '@aws-sdk/client-ec2';
import { RemoteFailure, UserError } from '../../../cookbooks/errors.js';
import type { CloudNode, CredentialCheck, PreflightCheck, LaunchedNode, NodeLaunch, Provider, ProviderLayer, TerminateRequest } from '../../provider.js';
import { waitUntil } from '../../wait-until.js';
import { isAwsError, openEc2Api, type Ec2Api, type Ec2Credentials } from './ec2-api.js';
import { ensureGroup, findGroup, removeGroup } from './ec2-groups.js';
import { ec2ParamsExample, parseEc2Params } from './ec2-params.js';
import { runInstancesInput } from './run-instances-input.js';

/** Debian's AWS account, owner of its official images (wiki.debian.org/Cloud/AmazonEC2Image). */
const debianOwner = '136693071363';
const runningDeadlineMs = 300_000;
const alive = ['pending', 'running', 'stopping', 'stopped'];

export interface Ec2ProviderOptions {
  /** Instance id of the controller, the tag of all that it makes. */
  readonly instance: string;
  readonly credentials: Ec2Credentials | null;
  /** Region for calls that know no flavor (listing, checking credentials). */
  readonly region: string;
  /** Milliseconds between two looks at a launching instance. Default 2000. */
  readonly pollMs?: number;
}

/** Amazon EC2 through the AWS SDK: one security group per layer, one instance per node. */
export class Ec2Provider implements Provider {
  readonly type = 'ec2';
  readonly paramsExample = ec2ParamsExample;
  readonly needsAdmin = false;
  readonly keepsUserData = true;
  readonly #options: Ec2ProviderOptions;

  constructor(options: Ec2ProviderOptions) {
    this.#options = options;
  }

  parseParams(params: unknown): Record<string, unknown> {
    const parsed = parseEc2Params(params);
    if (parsed.region !== this.#options.region) throw new UserError(`params.region is ${JSON.stringify(parsed.region)}, but the provider's region is ${this.#options.region}: use a provider of that region`, { field: 'params.region' });
    return parsed;
  }

  async checkCredentials(signal: AbortSignal): Promise<CredentialCheck> {
    const { sdk, client } = await this.#api();
    try {
      await client.send(new sdk.DescribeRegionsCommand({ RegionNames: [this.#options.region] }), { abortSignal: signal });
    } catch (error) {
      throw new UserError(`creds: AWS refused them in ${this.#options.region}: ${(error as Error).message}`, { field: 'creds', cause: error });
    }
    return { summary: `EC2 in ${this.#options.region}` };
  }

  async preflight(): Promise<PreflightCheck[]> {
    return [];
  }

  async createLayer(layer: ProviderLayer, signal: AbortSignal): Promise<void> {
    await ensureGroup(await this.#api(), this.#options.instance, layer, parseEc2Params(layer.params), signal);
  }

  async destroyLayer(layer: ProviderLayer, signal: AbortSignal): Promise<void> {
    const api = await this.#api();
    const group = await findGroup(api, this.#options.instance, layer, signal);
    if (group !== undefined) await removeGroup(api, group, signal);
  }

  async launchNode(launch: NodeLaunch, onCloudId: (cloudId: string) => Promise<void>, signal: AbortSignal): Promise<LaunchedNode> {
    const api = await this.#api();
    const params = parseEc2Params(launch.params);
    const groupId = await ensureGroup(api, this.#options.instance, launch, params, signal);
    const imageId = await this.#imageId(api, params.image, signal);
    const answer = await api.client.send(new api.sdk.RunInstancesCommand(runInstancesInput(launch, params, { instance: this.#options.instance, imageId, groupIds: [groupId] })), { abortSignal: signal });
    const cloudId = answer.Instances?.[0]?.InstanceId;
    if (cloudId === undefined) throw new RemoteFailure(`EC2 started no instance for ${launch.name}`, { node: launch.name, command: 'RunInstances', phase: 'exit' });
    await onCloudId(cloudId);
    return this.#waitUntilRunning(api, launch.name, cloudId, signal);
  }

  async terminateNode(node: TerminateRequest, signal: AbortSignal): Promise<void> {
    const api = await this.#api();
    const found = await this.#instances(api, [{ Name: 'tag:deis:node', Values: [node.uuid] }], signal);
    const InstanceIds = [...new Set([...found.map((instance) => instance.InstanceId!), ...(node.cloudId === null ? [] : [node.cloudId])])];
    if (InstanceIds.length === 0) return;
    try {
      await api.client.send(new api.sdk.TerminateInstancesCommand({ InstanceIds }), { abortSignal: signal });
    } catch (error) {
      if (!isAwsError(error, 'InvalidInstanceID.NotFound')) throw error;
    }
  }

  async listNodes(formation: string | null, signal: AbortSignal): Promise<CloudNode[]> {
    const filters = [{ Name: 'tag:deis:created-by', Values: [this.#options.instance] }, ...(formation === null ? [] : [{ Name: 'tag:deis:formation', Values: [formation] }])];
    return (await this.#instances(await this.#api(), filters, signal)).map(toCloudNode);
  }

  /** Unknown from here: DEIS_NODE_URL names the address under which instances reach the controller. */
  async controllerAddresses(): Promise<string[]> {
    return [];
  }

  #api(): Promise<Ec2Api> {
    return openEc2Api(this.#options.region, this.#options.credentials);
  }

  async #instances(api: Ec2Api, filters: { Name: string; Values: string[] }[], signal: AbortSignal): Promise<Instance[]> {
    const Filters = [...filters, { Name: 'instance-state-name', Values: alive }];
    const found: Instance[] = [];
    for await (const page of api.sdk.paginateDescribeInstances({ client: api.client }, { Filters }, { abortSignal: signal })) {
      found.push(...(page.Reservations ?? []).flatMap((reservation) => reservation.Instances ?? []));
    }
    return found;
  }

  async #imageId(api: Ec2Api, image: string, signal: AbortSignal): Promise<string> {
    if (image.startsWith('ami-')) return image;
    const Filters = [{ Name: 'name', Values: ['debian-12-amd64-*'] }, { Name: 'state', Values: ['available'] }];
    const { Images = [] } = await api.client.send(new api.sdk.DescribeImagesCommand({ Owners: [debianOwner], Filters }), { abortSignal: signal });
    const newest = Images.sort((a, b) => (b.CreationDate ?? '').localeCompare(a.CreationDate ?? ''))[0]?.ImageId;
    if (newest === undefined) throw new UserError(`params.image is "${image}": ${this.#options.region} offers no such image; name an AMI id`, { field: 'params.image' });
    return newest;
  }

  async #waitUntilRunning(api: Ec2Api, name: string, cloudId: string, signal: AbortSignal): Promise<LaunchedNode> {
    const look = async (): Promise<LaunchedNode | undefined> => {
      const instance = await this.#describe(api, cloudId, signal);
      refuseEnded(instance, name, cloudId);
      const privateAddress = instance?.PrivateIpAddress;
      if (instance?.State?.Name !== 'running' || privateAddress === undefined) return undefined;
      return { cloudId, privateAddress, address: instance.PublicIpAddress ?? privateAddress };
    };
    return waitUntil(look, { deadlineMs: runningDeadlineMs, intervalMs: this.#options.pollMs ?? 2_000, what: `${name} (${cloudId}) to run`, signal });
  }

  /** Undefined while EC2 does not yet know its own launch. */
  async #describe(api: Ec2Api, cloudId: string, signal: AbortSignal): Promise<Instance | undefined> {
    try {
      const answer = await api.client.send(new api.sdk.DescribeInstancesCommand({ InstanceIds: [cloudId] }), { abortSignal: signal });
      return answer.Reservations?.[0]?.Instances?.[0];
    } catch (error) {
      if (isAwsError(error, 'InvalidInstanceID.NotFound')) return undefined;
      throw error;
    }
  }
}

/** A launch can fail after it was accepted: pending, then terminated with a reason. */
function refuseEnded(instance: Instance | undefined, name: string, cloudId: string): void {
  const state = instance?.State?.Name;
  if (state !== 'terminated' && state !== 'shutting-down') return;
  throw new RemoteFailure(`${name} (${cloudId}) ended while launching: ${instance?.StateReason?.Message ?? 'EC2 gave no reason'}`, { node: name, command: 'RunInstances', phase: 'exit' });
}

function toCloudNode(instance: Instance): CloudNode {
  const tag = (key: string): string => instance.Tags?.find((each) => each.Key === key)?.Value ?? '';
  const state = instance.State?.Name;
  return {
    cloudId: instance.InstanceId!,
    uuid: tag('deis:node'),
    formation: tag('deis:formation'),
    name: tag('Name'),
    state: state === 'running' || state === 'pending' ? state : 'stopped',
    address: instance.PublicIpAddress ?? instance.PrivateIpAddress ?? null,
  };
}
