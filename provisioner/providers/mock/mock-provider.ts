import { RemoteFailure } from '../../../base/errors.js';
import type {
  CloudNode,
  CredentialCheck,
  LaunchedNode,
  NodeLaunch,
  PreflightCheck,
  Provider,
  ProviderLayer,
  TerminateRequest,
} from '../../provider.js';
import { machinesOf } from '../../machine-owner.js';
import { waitUntil } from '../../../base/wait-until.js';
import { mockParamsExample, parseMockParams, type MockCall } from './mock-params.js';

/** A machine that is only remembered. */
export interface MockMachine {
  readonly instance: string;
  readonly uuid: string;
  readonly formation: string;
  readonly name: string;
  readonly cloudId: string;
  address: string;
  state: CloudNode['state'];
}

/**
 * What the mock cloud holds: machines by uuid. Shared by the providers of several instances, as a cloud
 * account may be.
 */
export type MockCloud = Map<string, MockMachine>;

export interface MockProviderOptions {
  readonly instance: string;
  readonly cloud: MockCloud;
  /** The name by which a machine with an address is reached; default: the address. */
  readonly hostOf?: (address: string) => string;
  /**
   * Asked before each call with the node's or formation's name; what it throws is what the call fails with.
   */
  readonly fault?: (call: MockCall, name: string) => void;
}

/**
 * No machines at all: for trying out the API, for contract tests and for measuring the control plane with
 * thousands of nodes. A controller converges them on paper (provisioner/paper). Can be told to fail.
 */
export class MockProvider implements Provider {
  readonly type = 'mock';
  readonly region = '';
  readonly paramsExample = mockParamsExample;
  readonly needsAdmin = false;
  readonly givesHost = false;
  readonly keepsUserData = false;
  readonly #options: MockProviderOptions;

  constructor(options: MockProviderOptions) {
    this.#options = options;
  }

  parseParams(params: unknown): Record<string, unknown> {
    return parseMockParams(params);
  }

  async checkCredentials(): Promise<CredentialCheck> {
    return { summary: `mock cloud, ${this.#options.cloud.size} machines` };
  }

  async preflight(params: Readonly<Record<string, unknown>>): Promise<PreflightCheck[]> {
    const { fail } = parseMockParams(params);
    return [
      {
        what: 'launch',
        ok: fail === undefined,
        detail: fail === undefined ? 'nothing is in the way' : `params.fail is ${fail}: it will fail`,
      },
    ];
  }

  async createLayer(layer: ProviderLayer): Promise<void> {
    this.#failIfTold('create-layer', layer, layer.formation);
  }

  async destroyLayer(layer: ProviderLayer): Promise<void> {
    this.#failIfTold('destroy-layer', layer, layer.formation);
  }

  async launchNode(
    launch: NodeLaunch,
    onCloudId: (cloudId: string) => Promise<void>,
    signal: AbortSignal,
  ): Promise<LaunchedNode> {
    signal.throwIfAborted();
    this.#failIfTold('launch', launch, launch.name);
    const machine = this.#findOrAdd(launch);
    await onCloudId(machine.cloudId);
    this.#failIfTold('launch-after-id', launch, launch.name);
    await this.#boot(machine, parseMockParams(launch.params).latency, signal);
    const { cloudId, address } = machine;
    return { cloudId, address: this.#hostOf(address), privateAddress: address };
  }

  async terminateNode(node: TerminateRequest): Promise<void> {
    const { cloud, instance, fault } = this.#options;
    fault?.('terminate', node.name);
    const machine = cloud.get(node.uuid);
    if (machine !== undefined && machinesOf(node, [machine], instance).length > 0) cloud.delete(node.uuid);
  }

  async listNodes(formation: string | null): Promise<CloudNode[]> {
    this.#options.fault?.('list', formation ?? '');
    const own = [...this.#options.cloud.values()].filter(
      (machine) =>
        machine.instance === this.#options.instance &&
        (formation === null || machine.formation === formation),
    );
    return own.map(({ cloudId, uuid, formation: of, name, state, address }) => ({
      cloudId,
      uuid,
      formation: of,
      name,
      state,
      address: this.#hostOf(address),
      privateAddress: address,
    }));
  }

  async controllerAddresses(): Promise<string[]> {
    return [];
  }

  #findOrAdd(launch: NodeLaunch): MockMachine {
    const known = this.#options.cloud.get(launch.uuid);
    if (known !== undefined) return known;
    const { uuid, formation, name } = launch;
    const machine: MockMachine = {
      instance: this.#options.instance,
      uuid,
      formation,
      name,
      cloudId: `mock-${uuid}`,
      address: this.#freeAddress(launch.taken),
      state: 'pending',
    };
    this.#options.cloud.set(uuid, machine);
    return machine;
  }

  /** From 198.18.0.0/15, the network of benchmarks (RFC 2544), where no machine answers. */
  #freeAddress(taken: readonly string[]): string {
    const used = new Set([...taken, ...[...this.#options.cloud.values()].map((machine) => machine.address)]);
    for (let number = this.#options.cloud.size + 1; ; number = (number + 1) % 131_072) {
      const address = `198.${18 + (number >>> 16)}.${(number >>> 8) & 255}.${number & 255}`;
      if (!used.has(address) && !used.has(this.#hostOf(address))) return address;
    }
  }

  #hostOf(address: string): string {
    return this.#options.hostOf?.(address) ?? address;
  }

  async #boot(machine: MockMachine, latency: number, signal: AbortSignal): Promise<void> {
    const until = performance.now() + latency;
    await waitUntil(async () => (performance.now() >= until ? true : undefined), {
      deadlineMs: latency + 1000,
      intervalMs: Math.min(latency, 50),
      what: `${machine.name} to boot`,
      signal,
    });
    machine.state = 'running';
  }

  #failIfTold(call: MockCall, layer: ProviderLayer, name: string): void {
    this.#options.fault?.(call, name);
    const { fail, fail_node: suffix } = parseMockParams(layer.params);
    if (fail !== call || !name.endsWith(suffix ?? '')) return;
    throw new RemoteFailure(`${name}: the mock cloud was told to fail ${call}`, {
      node: name,
      command: call,
      phase: 'exit',
    });
  }
}
