import type { Address, Instance } from '@aws-sdk/client-ec2';
import { machinesOf, type TaggedMachine } from '../../../machine-owner.js';
import type { TerminateRequest } from '../../../provider.js';
import type { Ec2Api } from '../account/ec2-api.js';
import { isAwsError, isOfOneMachine } from '../account/ec2-errors.js';
import { addressesOf } from '../network/elastic-addresses.js';
import { hasTag, tagKeys, tagOf } from './ec2-tags.js';
import { Gathered } from './gathered.js';
import { isEnded, ofNodes } from './instance-view.js';

/** EC2 takes 200 values in a filter. */
const maxNodes = 100;
/** Nodes of one operation come to their end one after the other, as the database answers. */
const windowMs = 25;

/**
 * What ending nodes asks of EC2, by one call each for all nodes that end at the same time: their machines are
 * looked for, then ended, and their fixed addresses looked for. What is true of one node is told to that alone.
 */
export class EndingNodes {
  readonly #machines: Gathered<TerminateRequest, readonly Instance[]>;
  readonly #ended: Gathered<string, Error | undefined>;
  readonly #addresses: Gathered<string, Address[]>;

  /** @param instance of the controller */
  constructor(api: Ec2Api, instance: string) {
    this.#machines = new Gathered(
      async (nodes, signal) => {
        const found = await ofNodes(api, nodes, signal);
        return (node) => own(node, found, instance);
      },
      windowMs,
      maxNodes,
    );
    this.#ended = new Gathered(
      async (ids, signal) => {
        const refusals = await endAll(api, ids, signal);
        return (id) => unknownMachine(refusals.get(id));
      },
      windowMs,
      maxNodes,
    );
    this.#addresses = new Gathered(
      async (uuids, signal) => {
        const found = await addressesOf(api, uuids, signal);
        return (uuid) => found.filter((each) => hasTag(each, tagKeys.node, uuid));
      },
      windowMs,
      maxNodes,
    );
  }

  /**
   * The machines of a node, by its uuid and by its own id, ended ones included.
   * @throws Conflict for one that lives and is another instance's
   */
  machinesOf(node: TerminateRequest, signal: AbortSignal): Promise<readonly Instance[]> {
    return this.#machines.get(node, signal);
  }

  /** Resolves to what EC2 says when it does not know the machine. @throws all else that it says */
  end(instanceId: string, signal: AbortSignal): Promise<Error | undefined> {
    return this.#ended.get(instanceId, signal);
  }

  /** The node's fixed addresses, by its uuid alone. */
  addressesOf(uuid: string, signal: AbortSignal): Promise<Address[]> {
    return this.#addresses.get(uuid, signal);
  }
}

function own(node: TerminateRequest, all: readonly Instance[], instance: string): readonly Instance[] {
  const found = all.filter(
    (each) => hasTag(each, tagKeys.node, node.uuid) || each.InstanceId === node.cloudId,
  );
  machinesOf(node, found.filter((each) => !isEnded(each)).map(toTagged), instance);
  return found;
}

const toTagged = (found: Instance): TaggedMachine => ({
  cloudId: found.InstanceId!,
  uuid: tagOf(found, tagKeys.node),
  instance: tagOf(found, tagKeys.createdBy),
});

/**
 * A call ends all of its machines or none: where EC2 refuses it for one of them, each half is asked for by
 * itself. Resolves to why which machines were not ended.
 */
async function endAll(
  api: Ec2Api,
  ids: readonly string[],
  abortSignal: AbortSignal,
): Promise<ReadonlyMap<string, Error>> {
  const refusals = new Map<string, Error>();
  const end = async (some: readonly string[]): Promise<void> => {
    try {
      await api.client.send(new api.sdk.TerminateInstancesCommand({ InstanceIds: [...some] }), {
        abortSignal,
      });
    } catch (error) {
      if (some.length > 1 && isOfOneMachine(error)) {
        const half = Math.ceil(some.length / 2);
        await end(some.slice(0, half));
        await end(some.slice(half));
      } else for (const id of some) refusals.set(id, error as Error);
    }
  };
  await end([...new Set(ids)]);
  return refusals;
}

/** What EC2 says when it does not know the machine; undefined when it ended. @throws all else that it says */
function unknownMachine(refusal: Error | undefined): Error | undefined {
  if (refusal === undefined || isAwsError(refusal, 'InvalidInstanceID.NotFound')) return refusal;
  throw refusal;
}
