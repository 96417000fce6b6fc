import type { Instance } from '@aws-sdk/client-ec2';
import pLimit from 'p-limit';
import { RemoteFailure, UserError } from '../../../cookbooks/errors.js';
import type {
  CloudNode,
  CredentialCheck,
  LaunchedNode,
  NodeLaunch,
  PreflightCheck,
  Provider,
  ProviderLayer,
  ProviderThings,
  TerminateRequest,
} from '../../provider.js';
import { TokenBucket, type BucketOptions } from '../../token-bucket.js';
import { openEc2Api, type Ec2Api } from './ec2-api.js';
import { checkAccount, describeAccount } from './ec2-account.js';
import type { Ec2Account } from './ec2-credentials.js';
import { ec2Failure } from './ec2-errors.js';
import { ensureGroup, removeGroup } from './ec2-groups.js';
import { resolveImage, type ResolvedImage } from './ec2-image.js';
import { resolveNetwork, type NodeVpc } from './ec2-network.js';
import { ec2ParamsExample, parseEc2Params, type Architecture, type Ec2Params } from './ec2-params.js';
import { asCheck, dryRuns } from './ec2-preflight.js';
import { ensureElasticAddress, releaseElasticAddresses } from './elastic-addresses.js';
import { tagKeys, tagOf } from './ec2-tags.js';
import { listThings, removeThing } from './ec2-things.js';
import { InstanceView, isEnded } from './instance-view.js';
import { launchInstance } from './launch-instance.js';
import { sshSources, type OwnAddresses } from './ssh-sources.js';
import { terminateInstances } from './terminate-instances.js';

/** Milliseconds; the defaults are AWS's habits, tests are faster. */
export interface Ec2Clocks {
  readonly requestMs: number;
  readonly pollMs: number;
  readonly runningMs: number;
  readonly answerMs: number;
  readonly settleMs: number;
  readonly releaseMs: number;
}

const clocksOfAws: Ec2Clocks = {
  requestMs: 30_000,
  pollMs: 2_000,
  runningMs: 300_000,
  answerMs: 180_000,
  settleMs: 30_000,
  releaseMs: 300_000,
};

export interface Ec2ProviderOptions {
  /** Instance id of the controller, the tag of all that it makes. */
  readonly instance: string;
  readonly account: Ec2Account;
  readonly region: string;
  /** Of the controller, hence of its stack image and slugs. */
  readonly architecture: Architecture;
  /** The setting DEIS_SSH_FROM. */
  readonly sshFrom: readonly string[];
  readonly own: OwnAddresses;
  readonly clocks?: Partial<Ec2Clocks>;
  /**
   * How often RunInstances may be called. Default: AWS refills 2 per second into a bucket of 5 (EC2 API
   * throttling), and 2 at once.
   */
  readonly runRate?: BucketOptions;
}

/** What all launches of one layer share. */
interface PreparedLayer {
  readonly params: Ec2Params;
  readonly image: ResolvedImage;
  readonly network: NodeVpc;
  readonly groupId: string;
}

/** Amazon EC2 through the AWS SDK, in one region: one security group per layer, one instance per node. */
export class Ec2Provider implements Provider {
  readonly type = 'ec2';
  readonly paramsExample = ec2ParamsExample;
  readonly keepsUserData = true;
  readonly things: ProviderThings = {
    list: async (signal) =>
      this.#isUnused ? [] : listThings(await this.#api(), this.#options.instance, signal),
    remove: async (thing, signal) => {
      const api = await this.#api();
      await this.#oneAtATime(() => removeThing(api, this.#options.instance, thing, this.#clocks, signal));
    },
  };
  readonly #options: Ec2ProviderOptions;
  readonly #clocks: Ec2Clocks;
  readonly #view: InstanceView;
  readonly #bucket: TokenBucket;
  /** Groups of one formation speak of each other: one at a time. */
  readonly #oneAtATime = pLimit(1);
  readonly #layers = new Map<string, Promise<PreparedLayer>>();
  #opened: Promise<Ec2Api> | undefined;

  constructor(options: Ec2ProviderOptions) {
    this.#options = options;
    this.#clocks = { ...clocksOfAws, ...options.clocks };
    this.#view = new InstanceView(options.instance, this.#clocks.pollMs);
    this.#bucket = new TokenBucket(options.runRate ?? { size: 5, perSecond: 2, atOnce: 2 });
  }

  get place(): string {
    return this.#options.region;
  }

  get needsAdmin(): boolean {
    return this.#options.account.source === 'controller';
  }

  parseParams(params: unknown): Record<string, unknown> {
    const parsed = parseEc2Params(params);
    const only = this.#options.account.region;
    if (only !== undefined && parsed.region !== only)
      throw new UserError(
        `params.region is ${JSON.stringify(parsed.region)}, but the provider's region is ${only}: use ` +
          'a provider of that region',
        { field: 'params.region' },
      );
    return parsed;
  }

  async checkCredentials(signal: AbortSignal): Promise<CredentialCheck> {
    return describeAccount(await this.#api(), this.#options.account, signal);
  }

  async preflight(given: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<PreflightCheck[]> {
    const params = parseEc2Params(given);
    const api = await this.#api();
    const found: { image?: string; network?: NodeVpc } = {};
    const checks = [
      await asCheck(
        'credentials',
        async () => (await describeAccount(api, this.#options.account, signal)).summary,
      ),
      await asCheck('image', async () => (found.image = (await this.#image(api, params, signal)).imageId)),
      await asCheck('subnets', async () =>
        (found.network = await resolveNetwork(api, params, signal)).subnets
          .map((subnet) => `${subnet.id} (${subnet.zone})`)
          .join(', '),
      ),
      await asCheck('ssh', async () => `open to ${(await this.#sshFrom(params, signal)).join(', ')}`),
    ];
    const { image, network } = found;
    return image === undefined || network === undefined
      ? checks
      : [
          ...checks,
          ...(await dryRuns(
            api,
            params,
            { image, subnet: network.subnets[0]!.id, vpc: network.vpc },
            signal,
          )),
        ];
  }

  async createLayer(layer: ProviderLayer, signal: AbortSignal): Promise<void> {
    this.#layers.delete(layerKey(layer));
    await this.#prepared(layer, signal);
  }

  async destroyLayer(layer: ProviderLayer, signal: AbortSignal): Promise<void> {
    this.#layers.delete(layerKey(layer));
    if (this.#isUnused) return;
    const api = await this.#api();
    await this.#oneAtATime(() =>
      this.#asked(layer.layer, 'DeleteSecurityGroup', signal, () =>
        removeGroup(api, { instance: this.#options.instance, layer, clocks: this.#clocks }, signal),
      ),
    );
  }

  async launchNode(
    launch: NodeLaunch,
    onCloudId: (cloudId: string) => Promise<void>,
    signal: AbortSignal,
  ): Promise<LaunchedNode> {
    signal.throwIfAborted();
    const api = await this.#api();
    const { params, image, network, groupId } = await this.#prepared(launch, signal);
    const { instance } = this.#options;
    const choices = {
      num: launch.num,
      types: [params.instance_type, ...params.fallback_types],
      subnets: network.subnets,
      image,
    };
    const placement = { instance, groupIds: [groupId, ...params.security_groups], params };
    return this.#asked(launch.name, 'RunInstances', signal, async () => {
      const machine = await launchInstance(launch, {
        api,
        view: this.#view,
        bucket: this.#bucket,
        clocks: this.#clocks,
        placement,
        choices,
        onCloudId,
        signal,
      });
      const fixed =
        params.elastic_ip && launch.kind === 'proxy'
          ? await ensureElasticAddress(api, instance, launch, machine.InstanceId!, signal)
          : undefined;
      return {
        cloudId: machine.InstanceId!,
        privateAddress: machine.PrivateIpAddress!,
        address: addressOf(machine, params, fixed, launch.name),
      };
    });
  }

  async terminateNode(node: TerminateRequest, signal: AbortSignal): Promise<void> {
    if (this.#isUnused) return;
    const api = await this.#api();
    await this.#asked(node.name, 'TerminateInstances', signal, async () => {
      await terminateInstances(api, this.#view, node, this.#clocks, signal);
      await releaseElasticAddresses(api, this.#options.instance, node.uuid, signal);
    });
  }

  async listNodes(formation: string | null, signal: AbortSignal): Promise<CloudNode[]> {
    if (this.#isUnused) return [];
    return (await this.#view.list(await this.#api(), formation, signal))
      .filter((instance) => !isEnded(instance))
      .map(toCloudNode);
  }

  /** Unknown from here: DEIS_NODE_URL names the address under which instances reach the controller. */
  async controllerAddresses(): Promise<string[]> {
    return [];
  }

  /** Credentials are never taken away again: where there are none, nothing was ever made. */
  get #isUnused(): boolean {
    return this.#options.account.source === 'none';
  }

  #api(): Promise<Ec2Api> {
    const { account, region } = this.#options;
    if (this.#isUnused)
      throw new UserError(
        'the provider has no AWS credentials: deis providers:discover, or deis providers:update',
        { field: 'creds' },
      );
    return (this.#opened ??= openEc2Api(region, account.keys, this.#clocks.requestMs));
  }

  #prepared(layer: ProviderLayer, signal: AbortSignal): Promise<PreparedLayer> {
    const key = layerKey(layer);
    const known =
      this.#layers.get(key) ??
      this.#oneAtATime(() =>
        this.#asked(layer.layer, 'CreateSecurityGroup', signal, () => this.#prepare(layer, signal)),
      );
    this.#layers.set(key, known);
    known.catch(() => this.#layers.delete(key));
    return known;
  }

  async #prepare(layer: ProviderLayer, signal: AbortSignal): Promise<PreparedLayer> {
    const { instance, account } = this.#options;
    const params = parseEc2Params(layer.params);
    const api = await this.#api();
    await checkAccount(api, account, signal);
    const image = await this.#image(api, params, signal);
    const network = await resolveNetwork(api, params, signal);
    const groupId = await ensureGroup(
      api,
      {
        instance,
        layer,
        vpc: network.vpc,
        sshFrom: await this.#sshFrom(params, signal),
        clocks: this.#clocks,
      },
      signal,
    );
    return { params, image, network, groupId };
  }

  async #image(api: Ec2Api, params: Ec2Params, signal: AbortSignal): Promise<ResolvedImage> {
    const { architecture } = this.#options;
    if (params.architecture !== architecture)
      throw new UserError(
        `params.instance_type is "${params.instance_type}" (${params.architecture}), but this ` +
          `controller builds slugs and a stack image for ${architecture}: nodes must have the same`,
        { field: 'params.architecture' },
      );
    return resolveImage(api, params, signal);
  }

  #sshFrom(params: Ec2Params, signal: AbortSignal): Promise<string[]> {
    return sshSources(params, this.#options.sshFrom, this.#options.own, signal);
  }

  /** What AWS refuses is told in its own words; what we or the operator did stays what it is. */
  async #asked<T>(node: string, call: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      throw error instanceof Error && '$metadata' in error ? ec2Failure(error, node, call) : error;
    }
  }
}

const layerKey = (layer: ProviderLayer): string => `${layer.formationId}/${layer.layer}`;

function addressOf(machine: Instance, params: Ec2Params, fixed: string | undefined, name: string): string {
  const address =
    fixed ?? (params.address === 'private' ? machine.PrivateIpAddress : machine.PublicIpAddress);
  if (address !== undefined) return address;
  throw new RemoteFailure(
    `${name} (${machine.InstanceId}) runs without a public address: its subnet gives none; set ` +
      `address: private in the flavor's params when the controller reaches private ones`,
    { node: name, command: 'RunInstances', phase: 'exit' },
  );
}

function toCloudNode(instance: Instance): CloudNode {
  const state = instance.State?.Name;
  return {
    cloudId: instance.InstanceId!,
    uuid: tagOf(instance, tagKeys.node),
    formation: tagOf(instance, tagKeys.formation),
    name: tagOf(instance, 'Name'),
    state: state === 'running' || state === 'pending' ? state : 'stopped',
    address: instance.PublicIpAddress ?? instance.PrivateIpAddress ?? null,
    privateAddress: instance.PrivateIpAddress ?? null,
  };
}
