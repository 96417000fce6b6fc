import pLimit from 'p-limit';
import { UserError } from '../../../base/errors.js';
import { isOfKind } from '../../../cookbooks/layer-kind.js';
import type {
  CloudNode,
  CredentialCheck,
  LaunchedNode,
  LayerOpenings,
  NodeLaunch,
  PreflightCheck,
  Provider,
  ProviderLayer,
  ProviderThings,
  TerminateRequest,
} from '../../provider.js';
import { TokenBucket, type BucketOptions } from '../../token-bucket.js';
import { clocksOfAws, openEc2Api, type Ec2Api, type Ec2Clocks } from './account/ec2-api.js';
import { describeAccount } from './account/ec2-account.js';
import { inAwsWords } from './account/ec2-errors.js';
import { removeGroup } from './network/ec2-groups.js';
import { describeImage, resolveImage, type ResolvedImage } from './launch/ec2-image.js';
import { resolveNetwork, type NodeVpc } from './network/ec2-network.js';
import { ec2ParamsExample, parseEc2Params } from './ec2-params.js';
import { asCheck, dryRuns } from './ec2-preflight.js';
import { ensureElasticAddress, releaseAddresses } from './network/elastic-addresses.js';
import { EndingNodes } from './launch/ending-nodes.js';
import { addressOf } from './launch/machine-address.js';
import { listThings, removeThing } from './ec2-things.js';
import { InstanceView, isEnded, toCloudNode } from './launch/instance-view.js';
import { launchInstance } from './launch/launch-instance.js';
import { openPorts } from './network/open-ports.js';
import { PreparedLayers, type LayerContext } from './network/prepared-layers.js';
import { terminateInstances } from './launch/terminate-instances.js';

export interface Ec2ProviderOptions extends LayerContext {
  readonly region: string;
  readonly clocks?: Partial<Ec2Clocks>;
  /**
   * How often RunInstances may be called. Default: AWS refills 2 per second into a bucket of 5 (EC2 API
   * throttling), and 2 at once.
   */
  readonly runRate?: BucketOptions;
}

/** Amazon EC2 through the AWS SDK, in one region: one security group per layer, one instance per node. */
export class Ec2Provider implements Provider {
  readonly type = 'ec2';
  readonly paramsExample = ec2ParamsExample;
  readonly givesHost = false;
  readonly keepsUserData = true;
  readonly isElsewhere = true;
  readonly things: ProviderThings = {
    list: async (signal) => {
      if (this.#isUnused) return [];
      const api = await this.#api();
      return inAwsWords(this.region, signal, () => listThings(api, this.#options.instance, signal));
    },
    remove: async (thing, signal) => {
      const api = await this.#api();
      await this.#oneAtATime(() =>
        inAwsWords(thing.cloudId, signal, () =>
          removeThing(api, this.#options.instance, thing, this.#clocks, signal),
        ),
      );
    },
  };
  readonly #options: Ec2ProviderOptions;
  readonly #clocks: Ec2Clocks;
  readonly #view: InstanceView;
  readonly #bucket: TokenBucket;
  /** Groups of one formation speak of each other: one at a time. */
  readonly #oneAtATime = pLimit(1);
  readonly #layers: PreparedLayers;
  #opened: Promise<Ec2Api> | undefined;
  #ending: EndingNodes | undefined;

  constructor(options: Ec2ProviderOptions) {
    this.#options = options;
    this.#clocks = { ...clocksOfAws, ...options.clocks };
    this.#view = new InstanceView(options.instance, this.#clocks.pollMs);
    this.#bucket = new TokenBucket(options.runRate ?? { size: 5, perSecond: 2, atOnce: 2 });
    this.#layers = new PreparedLayers(options, this.#clocks, () => this.#api(), this.#oneAtATime);
  }

  get region(): string {
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

  async openPorts(layer: ProviderLayer, wanted: LayerOpenings, signal: AbortSignal): Promise<void> {
    const [api, { instance }] = [await this.#api(), this.#options];
    const open = (): Promise<void> => openPorts(api, { instance, layer }, wanted, signal);
    await this.#oneAtATime(() => inAwsWords(layer.layer, signal, open));
  }

  async preflight(given: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<PreflightCheck[]> {
    const params = parseEc2Params(given);
    const found: { image?: ResolvedImage; network?: NodeVpc } = {};
    const credentials = await asCheck(
      'credentials',
      signal,
      async () => (await describeAccount(await this.#api(), this.#options.account, signal)).summary,
    );
    // Nothing else can be known without them.
    if (!credentials.ok) return [credentials];
    const api = await this.#api();
    const checks = [
      credentials,
      await asCheck('processors', signal, async () => this.#layers.processors(params)),
      await asCheck('image', signal, async () =>
        describeImage((found.image = await resolveImage(api, params, signal))),
      ),
      await asCheck('subnets', signal, async () =>
        (found.network = await resolveNetwork(api, params, signal)).subnets
          .map((subnet) => `${subnet.id} (${subnet.zone})`)
          .join(', '),
      ),
      await asCheck(
        'ssh',
        signal,
        async () => `open to ${(await this.#layers.sshFrom(params, signal)).join(', ')}`,
      ),
    ];
    const { image, network } = found;
    const { instance } = this.#options;
    const request = { instance, params, image, network, bucket: this.#bucket };
    return [...checks, ...(await dryRuns(api, request, signal))];
  }

  async createLayer(layer: ProviderLayer, signal: AbortSignal): Promise<void> {
    this.#layers.forget(layer);
    await this.#layers.prepared(layer, signal);
  }

  async destroyLayer(layer: ProviderLayer, signal: AbortSignal, maxHoldMs?: number): Promise<void> {
    this.#layers.forget(layer);
    if (this.#isUnused) return;
    const api = await this.#api();
    const { releaseMs } = this.#clocks;
    const clocks = { ...this.#clocks, releaseMs: Math.min(releaseMs, maxHoldMs ?? releaseMs) };
    await this.#oneAtATime(() =>
      inAwsWords(layer.layer, signal, () =>
        removeGroup(api, { instance: this.#options.instance, layer, clocks }, signal),
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
    const { params, image, network, groupId } = await this.#layers.prepared(launch, signal);
    const { instance } = this.#options;
    const choices = {
      num: launch.num,
      types: [params.instance_type, ...params.fallback_types],
      subnets: network.subnets,
      image,
    };
    const placement = { instance, groupIds: [groupId, ...params.security_groups], params };
    return inAwsWords(launch.name, signal, async () => {
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
        params.elastic_ip && isOfKind(launch.kind, 'proxy')
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
    const ending = (this.#ending ??= new EndingNodes(api, this.#options.instance));
    await inAwsWords(node.name, signal, async () => {
      await terminateInstances(ending, node, this.#clocks, signal);
      await releaseAddresses(api, await ending.addressesOf(node.uuid, signal), signal);
    });
  }

  async listNodes(formation: string | null, signal: AbortSignal): Promise<CloudNode[]> {
    if (this.#isUnused) return [];
    const api = await this.#api();
    const found = await inAwsWords(this.region, signal, () => this.#view.list(api, formation, signal));
    return found.filter((instance) => !isEnded(instance)).map(toCloudNode);
  }

  /** Unknown from here: DEIS_NODE_URL names the address under which instances reach the controller. */
  async controllerAddresses(): Promise<string[]> {
    return [];
  }

  silenceHint({ name, cloudId }: { readonly name: string; readonly cloudId: string | null }): string {
    return (
      `Look at the routes of its subnet, at ssh_from of the flavor, and at the system log of ${cloudId ?? name} ` +
      `in the EC2 console. It runs, and costs, until \`deis nodes:destroy ${name}\``
    );
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
}
