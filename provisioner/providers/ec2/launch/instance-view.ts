import type { Filter, Instance } from '@aws-sdk/client-ec2';
import type { CloudNode, TerminateRequest } from '../../../provider.js';
import type { Ec2Api } from '../account/ec2-api.js';
import { tagFilter, tagKeys, tagOf } from './ec2-tags.js';

const describeMs = 60_000;

interface Look {
  readonly at: number;
  readonly instances: Promise<ReadonlyMap<string, Instance>>;
}

/**
 * What EC2 says of a controller's instances. All nodes of a formation that wait share one DescribeInstances
 * per poll; filters, not ids, because one id that EC2 does not know yet fails the whole call.
 */
export class InstanceView {
  readonly #looks = new Map<string, Look>();

  constructor(
    private readonly instance: string,
    private readonly pollMs: number,
  ) {}

  /** The formation's instances by id, ended ones included; at most `pollMs` old. */
  async ofFormation(api: Ec2Api, formation: string): Promise<ReadonlyMap<string, Instance>> {
    const known = this.#looks.get(formation);
    if (known !== undefined && performance.now() - known.at < this.pollMs) return known.instances;
    const instances = this.#find(
      api,
      [tagFilter(tagKeys.formation, formation)],
      AbortSignal.timeout(describeMs),
    ).then((all) => new Map(all.map((each) => [each.InstanceId!, each])));
    this.#looks.set(formation, { at: performance.now(), instances });
    return instances;
  }

  /** Of one formation or all; ended ones included. */
  async list(api: Ec2Api, formation: string | null, signal: AbortSignal): Promise<Instance[]> {
    return this.#find(api, formation === null ? [] : [tagFilter(tagKeys.formation, formation)], signal);
  }

  /** This instance's machines of one node. */
  async ofNode(api: Ec2Api, uuid: string, signal: AbortSignal): Promise<Instance[]> {
    return this.#find(api, [tagFilter(tagKeys.node, uuid)], signal);
  }

  #find(api: Ec2Api, filters: readonly Filter[], signal: AbortSignal): Promise<Instance[]> {
    return paged(api, [tagFilter(tagKeys.createdBy, this.instance), ...filters], signal);
  }
}

/** Ended, or about to be: such a machine is no node any more, though EC2 shows it for an hour. */
export function isEnded(instance: Instance): boolean {
  return instance.State?.Name === 'terminated' || instance.State?.Name === 'shutting-down';
}

/** The instance as providers show what they have. */
export function toCloudNode(instance: Instance): CloudNode {
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

/** Machines of at most 200 nodes, by their uuids and own ids, whoever they belong to, ended ones included. */
export async function ofNodes(
  api: Ec2Api,
  nodes: readonly Pick<TerminateRequest, 'uuid' | 'cloudId'>[],
  signal: AbortSignal,
): Promise<Instance[]> {
  const found = await paged(
    api,
    [tagFilter(tagKeys.node, ...new Set(nodes.map(({ uuid }) => uuid)))],
    signal,
  );
  const known = new Set(found.map(({ InstanceId }) => InstanceId));
  const others = new Set(
    nodes.flatMap(({ cloudId }) => (cloudId === null || known.has(cloudId) ? [] : [cloudId])),
  );
  if (others.size > 0)
    found.push(...(await paged(api, [{ Name: 'instance-id', Values: [...others] }], signal)));
  return found;
}

async function paged(api: Ec2Api, Filters: Filter[], signal: AbortSignal): Promise<Instance[]> {
  const found: Instance[] = [];
  for await (const page of api.sdk.paginateDescribeInstances(
    { client: api.client },
    { Filters, MaxResults: 1000 },
    { abortSignal: signal },
  )) {
    found.push(...(page.Reservations ?? []).flatMap((reservation) => reservation.Instances ?? []));
  }
  return found;
}
