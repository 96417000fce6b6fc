import { randomUUID } from 'node:crypto';
import { Secret } from '../../../base/secret.js';
import type {
  LaunchIntent,
  LaunchJournal,
  NodeLaunch,
  Provider,
  ProviderLayer,
} from '../../../provisioner/provider.js';
import { DockerProvider } from '../../../provisioner/providers/docker/docker-provider.js';
import { Ec2Provider, type Ec2ProviderOptions } from '../../../provisioner/providers/ec2/ec2-provider.js';
import { MockProvider, type MockCloud } from '../../../provisioner/providers/mock/mock-provider.js';
import { containersOfInstance, prepareMachine, sweep } from '../nodes/docker-machine.js';
import { newInstance } from '../nodes/docker-node.js';
import { RackProvider, type RackApi, type RackMachine } from '../../fixtures/providers/rack-provider.js';
import { Ec2Endpoint } from './ec2-endpoint.js';
import type { CloudOptions } from './cloud-state.js';

/** A cloud on which two controllers, each with its own instance id, have a provider. */
export interface TestCloud {
  readonly one: Provider;
  readonly other: Provider;
  /** Params of a flavor there. */
  readonly params: Readonly<Record<string, unknown>>;
  /** Names of machines of the first instance, as the cloud itself sees them. */
  machines(): Promise<string[]>;
  remove(): Promise<void>;
}

export function mockCloud(): Promise<TestCloud> {
  const cloud: MockCloud = new Map();
  const [one, other] = [newInstance(), newInstance()].map(
    (instance) => new MockProvider({ instance, cloud }),
  ) as [MockProvider, MockProvider];
  return Promise.resolve({
    one,
    other,
    params: {},
    machines: async () => (await one.listNodes(null)).map((node) => node.name).sort(),
    remove: async () => cloud.clear(),
  });
}

export async function dockerCloud(): Promise<TestCloud> {
  const { docker } = await prepareMachine();
  const [instance, second] = [newInstance(), newInstance()];
  return {
    one: new DockerProvider({ instance, docker }),
    other: new DockerProvider({ instance: second, docker }),
    params: {},
    machines: async () =>
      (await containersOfInstance(instance)).map((name) => name.replace(`deis-${instance}-`, '')),
    remove: async () => {
      await sweep(instance);
      await sweep(second);
    },
  };
}

/** The cloud of docs/writing-a-provider.md, in memory. */
export function rackCloud(): Promise<TestCloud> {
  const machines = new Map<string, RackMachine>();
  const api: RackApi = {
    create: async ({ token, labels }) => {
      const machine = machines.get(token) ?? {
        id: `rack-${token}`,
        labels,
        address: `198.18.0.${machines.size + 1}`,
        isUp: true,
      };
      machines.set(token, machine);
      return machine;
    },
    list: async () => [...machines.values()],
    remove: async (id) => {
      const [token] = [...machines].find(([, machine]) => machine.id === id) ?? [];
      if (token === undefined) throw new Error(`no machine ${id}`);
      machines.delete(token);
    },
  };
  const [instance, second] = [newInstance(), newInstance()];
  const names = async (): Promise<string[]> =>
    [...machines.values()]
      .filter(({ labels }) => labels['instance'] === instance)
      .map(({ labels }) => labels['name'] ?? '')
      .sort();
  return Promise.resolve({
    one: new RackProvider(api, instance),
    other: new RackProvider(api, second),
    params: {},
    machines: names,
    remove: async () => machines.clear(),
  });
}

export interface Ec2Cloud extends TestCloud {
  readonly endpoint: Ec2Endpoint;
  readonly instance: string;
  /** Another provider object of the first controller, as after its restart. */
  again(options?: Partial<Ec2ProviderOptions>): Ec2Provider;
}

export const ec2Params = { region: 'us-west-2', ssh_from: ['203.0.113.7/32'] };

/** The suite's EC2 endpoint. `remove` puts the environment back. */
export async function ec2Cloud(
  options: CloudOptions = {},
  more: Partial<Ec2ProviderOptions> = {},
): Promise<Ec2Cloud> {
  const endpoint = await Ec2Endpoint.start(options);
  const before = { ...process.env };
  Object.assign(process.env, endpoint.env);
  const account = {
    source: 'keys' as const,
    keys: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: new Secret('example') },
    region: 'us-west-2',
    account: undefined,
  };
  const clocks = {
    requestMs: 5_000,
    pollMs: 5,
    runningMs: 10_000,
    answerMs: 10_000,
    settleMs: 5_000,
    releaseMs: 800,
  };
  const own = { public: () => Promise.resolve(['198.51.100.99']), private: () => ['10.9.9.9'] };
  const provider = (instance: string, extra: Partial<Ec2ProviderOptions> = {}): Ec2Provider =>
    new Ec2Provider({
      instance,
      account,
      region: 'us-west-2',
      architecture: 'amd64',
      sshFrom: [],
      own,
      runRate: { size: 1000, perSecond: 1000, atOnce: 10 },
      ...more,
      ...extra,
      clocks: { ...clocks, ...more.clocks, ...extra.clocks },
    });
  const instance = newInstance();
  return {
    endpoint,
    instance,
    one: provider(instance),
    other: provider(newInstance()),
    params: ec2Params,
    again: (extra) => provider(instance, extra),
    machines: async () =>
      endpoint.state.alive
        .filter(({ tags }) => tags.get('deis:created-by') === instance)
        .map(({ tags }) => tags.get('Name') ?? '')
        .sort(),
    remove: async () => {
      for (const name of Object.keys(endpoint.env)) {
        if (before[name] === undefined) delete process.env[name];
        else process.env[name] = before[name];
      }
      await endpoint.stop();
    },
  };
}

/** A layer of a formation on that cloud. */
export function layerOn(
  { params }: Pick<TestCloud, 'params'>,
  kind: ProviderLayer['kind'] = 'runtime',
  formation = 'peachy-waxworks',
): ProviderLayer {
  return { formation, formationId: '1', layer: kind, kind, params };
}

/** What the database keeps of a launch. */
export class MemoryJournal implements LaunchJournal {
  last: LaunchIntent | null = null;

  async save(intent: LaunchIntent): Promise<void> {
    this.last = intent;
  }
}

/** The launch of a node with a new uuid. */
export function launchOn(layer: ProviderLayer, num: number, more: Partial<NodeLaunch> = {}): NodeLaunch {
  return {
    ...layer,
    uuid: randomUUID(),
    name: `${layer.formation}-${layer.layer}-${num}`,
    num,
    userData: new Secret('#cloud-config\n'),
    taken: [],
    journal: new MemoryJournal(),
    ...more,
  };
}
