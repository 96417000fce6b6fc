import type { LimitFunction } from 'p-limit';
import { UserError } from '../../../../base/errors.js';
import type { ProviderLayer } from '../../../provider.js';
import { checkAccount } from '../account/ec2-account.js';
import type { Ec2Api } from '../account/ec2-api.js';
import type { Ec2Account } from '../account/ec2-credentials.js';
import { inAwsWords, isBusy } from '../account/ec2-errors.js';
import { ensureGroup, type GroupClocks } from './ec2-groups.js';
import { resolveImage, type ResolvedImage } from '../launch/ec2-image.js';
import { resolveNetwork, type NodeVpc } from './ec2-network.js';
import { parseEc2Params, type Architecture, type Ec2Params } from '../ec2-params.js';
import { repeatWhile } from '../launch/repeat-while.js';
import { sshSources, type OwnAddresses } from './ssh-sources.js';

/** What all launches of one layer share. */
export interface PreparedLayer {
  readonly params: Ec2Params;
  readonly image: ResolvedImage;
  readonly network: NodeVpc;
  readonly groupId: string;
}

/** What all layers of one provider share. */
export interface LayerContext {
  /** Instance id of the controller, the tag of all that it makes. */
  readonly instance: string;
  readonly account: Ec2Account;
  /** Of the controller, hence of its stack image and slugs. */
  readonly architecture: Architecture;
  /** The setting DEIS_SSH_FROM. */
  readonly sshFrom: readonly string[];
  readonly own: OwnAddresses;
}

/** The layers that are ready for launches, each prepared once until it is forgotten. */
export class PreparedLayers {
  readonly #known = new Map<string, Promise<PreparedLayer>>();

  /** `oneAtATime` is what the provider changes security groups within. */
  constructor(
    private readonly context: LayerContext,
    private readonly clocks: GroupClocks,
    private readonly api: () => Promise<Ec2Api>,
    private readonly oneAtATime: LimitFunction,
  ) {}

  /** The layer with its security group made. A failure is not kept: the next call prepares once more. */
  prepared(layer: ProviderLayer, signal: AbortSignal): Promise<PreparedLayer> {
    const key = layerKey(layer);
    const known =
      this.#known.get(key) ??
      this.oneAtATime(() => inAwsWords(layer.layer, signal, () => this.#patiently(layer, signal)));
    this.#known.set(key, known);
    known.catch(() => this.#known.delete(key));
    return known;
  }

  /** The layer is prepared again when it is next asked for. */
  forget(layer: ProviderLayer): void {
    this.#known.delete(layerKey(layer));
  }

  /** The processors of nodes and controller. @throws UserError when the controller's slugs would not run on nodes */
  processors(params: Ec2Params): Architecture {
    const { architecture } = this.context;
    if (params.architecture === architecture) return architecture;
    throw new UserError(
      `params.instance_type is "${params.instance_type}" (${params.architecture}), but this ` +
        `controller builds slugs and a stack image for ${architecture}: nodes must have the same`,
      { field: 'params.architecture' },
    );
  }

  /** The networks that SSH is open to. */
  sshFrom(params: Ec2Params, signal: AbortSignal): Promise<string[]> {
    return sshSources(params, this.context.sshFrom, this.context.own, signal);
  }

  /** Safe to repeat: while AWS is busy it is. */
  #patiently(layer: ProviderLayer, signal: AbortSignal): Promise<PreparedLayer> {
    return repeatWhile(isBusy, () => this.#prepare(layer, signal), {
      deadlineMs: this.clocks.settleMs,
      pollMs: this.clocks.pollMs,
      what: `to prepare layer ${layer.layer}`,
      signal,
    });
  }

  async #prepare(layer: ProviderLayer, signal: AbortSignal): Promise<PreparedLayer> {
    const { instance, account } = this.context;
    const params = parseEc2Params(layer.params);
    const api = await this.api();
    await checkAccount(api, account, signal);
    this.processors(params);
    const image = await resolveImage(api, params, signal);
    const network = await resolveNetwork(api, params, signal);
    const sshFrom = await this.sshFrom(params, signal);
    const request = { instance, layer, vpc: network.vpc, sshFrom, clocks: this.clocks };
    const groupId = await ensureGroup(api, request, signal);
    return { params, image, network, groupId };
  }
}

const layerKey = (layer: ProviderLayer): string => `${layer.formationId}/${layer.layer}`;
