import assert from 'node:assert/strict';
import type { Databag } from '../../../cookbooks/databag.js';
import { databagReleases } from '../../../cookbooks/databag-for-node.js';
import { containerName } from '../../../cookbooks/deis/definitions/app-container.js';
import { isOfKind } from '../../../cookbooks/layer-kind.js';
import { MachineGone, RemoteFailure } from '../../../base/errors.js';
import { platformRecipes, type Recipes } from '../../../cookbooks/run-list.js';
import { Fleet } from '../../../provisioner/converge/fleet.js';
import type { ConvergeTarget, NodeReport, FailedContainer } from '../../../provisioner/engine.js';
import type { Reach, ReachedPlace } from '../../../provisioner/hosts/reach-hosts.js';
import { RecordingTransport } from '../../../provisioner/ssh/recording-transport.js';
import { paperNodeCommands } from '../../../provisioner/paper/paper-node.js';
import type { NodeFleet } from '../../../server/formation/context/node-fleet.js';
import { FakeBackends } from './fake-backends.js';
import { FakeUpgrades } from './fake-upgrades.js';

/** What one machine is, as converges have made it. */
interface Machine {
  generation: number;
  /** Docker names of running containers. */
  containers: string[];
  /** Versions of the releases whose slugs it holds. */
  slugs: number[];
  backends: readonly string[];
  inFlight: Map<string, number>;
  address: string;
  /** Where SSH enters, when that is another address of its own. */
  publicAddress?: string;
}

export type Fault = 'failed' | 'unreachable' | 'refused' | 'hang';

export interface FakeCall {
  readonly node: string;
  readonly databag: Databag;
}

/**
 * Machines that exist in memory and do what a databag says, as a runtime node or a proxy would. Can be told
 * to fail at any call.
 */
export class FakeNodes {
  readonly machines = new Map<string, Machine>();
  readonly calls: FakeCall[] = [];
  opened = 0;
  closed = 0;
  /** Asked at each converge of a node; a fault is what happens to it instead. */
  fault: (call: FakeCall) => Fault | undefined = () => undefined;
  /** Of the container that makes a node fail. */
  leftOnFailure: Omit<FailedContainer, 'name'> = {
    reason: 'exited with 7',
    exitCode: 7,
    outOfMemory: false,
    restarts: 0,
    lines: ['no cake today'],
    inspect: null,
  };
  /** Where the recipes of run lists come from. */
  recipesOf: (runList: readonly string[]) => Promise<Recipes> = () => Promise.resolve(platformRecipes);
  /** The diff of what a why-run would change. */
  foreseen = '-old\n+new\n';
  /** `PROXY ADDRESS`: what a proxy cannot connect to. */
  readonly unreached = new Set<string>();
  /** What proxies are answered by new containers. */
  readonly backends = new FakeBackends((proxy, { address, port }) =>
    this.unreached.has(`${proxy} ${address}`) ? false : this.#answers(`${address}:${port}`),
  );
  /** How their packages are upgraded. */
  readonly upgrades = new FakeUpgrades();
  /** Address -> host key in OpenSSH form that an SSH server shows there to other nodes. */
  readonly shownKeys = new Map<string, string>();
  /** Nodes that do not answer at all. */
  readonly down = new Set<string>();
  /** Nodes whose machines are no more, as whoever reaches for them is told. */
  readonly gone = new Set<string>();
  /** Told how long each converge may take. */
  onWait: (deadlineMs: number) => void = () => undefined;
  /** Called when a converge hangs. */
  onHang: () => void = () => undefined;

  /** A fleet of a new operation. */
  readonly open = (): NodeFleet => {
    this.opened += 1;
    return {
      converge: (targets, databag, { whyRun, deadlineMs }) => {
        this.onWait(deadlineMs);
        return Promise.all(
          targets.map((target) =>
            whyRun ? this.#foresee(target, databag) : this.#converge(target, databag),
          ),
        );
      },
      probe: (targets) =>
        Promise.resolve(
          new Map(
            targets.map(({ ssh }) => [
              ssh.name,
              this.#isSilent(ssh.name, ssh.address) ? this.#silence(ssh.name) : null,
            ]),
          ),
        ),
      check: (targets, databag) =>
        new Fleet(new RecordingTransport(), { recipesOf: (runList) => this.recipesOf(runList) }).check(
          targets,
          databag,
        ),
      commands: async ({ ssh: { name } }) => {
        if (this.gone.has(name)) throw this.#silence(name);
        return paperNodeCommands({
          inFlight: () => this.machine(name).inFlight,
          onLeaving: (isLeaving) => this.upgrades.leaving(name, isLeaving),
          reach: (place) => this.#reach(name, place),
          ...this.backends.of(name),
          upgrades: this.upgrades.of(name),
        });
      },
      close: () => Promise.resolve(void (this.closed += 1)),
    };
  };

  /** Running containers of all machines, sorted: `node: name`. */
  running(): string[] {
    return [...this.machines]
      .flatMap(([node, { containers }]) => containers.map((name) => `${node}: ${name}`))
      .sort();
  }

  /** Slugs that runtime nodes hold: `app-runtime-1: v2`. */
  slugs(): string[] {
    return [...this.machines]
      .flatMap(([node, { slugs }]) => slugs.map((version) => `${node}: v${version}`))
      .sort();
  }

  machine(name: string, address = ''): Machine {
    const machine = this.machines.get(name) ?? {
      generation: 0,
      containers: [],
      slugs: [],
      backends: [],
      inFlight: new Map<string, number>(),
      address,
    };
    this.machines.set(name, machine);
    return machine;
  }

  /** Forgets a machine, and what guests have on it. */
  vanish(name: string): void {
    for (const key of [...this.machines.keys()])
      if (key === name || key.startsWith(`${name} (`)) this.machines.delete(key);
  }

  /** What a why-run says: that everything would change on a machine whose generation is not the databag's. */
  async #foresee(target: ConvergeTarget, { generation }: Databag): Promise<NodeReport> {
    const { name } = target.node;
    const machine = this.machine(keyOf(target));
    if (this.#isAway(name)) return { ...report(name, 'unreachable'), failure: this.#silence(name) };
    if (generation < machine.generation) return report(name, 'refused');
    if (generation === machine.generation)
      return report(name, 'ok', [{ n: 0, resource: 'file[/etc/same]', result: 'up-to-date', ms: 1 }]);
    return report(name, 'ok', [
      { n: 0, resource: 'file[/etc/shown]', result: 'would-change', ms: 1, diff: this.foreseen },
      { n: 1, resource: 'file[/etc/hidden]', result: 'would-change', ms: 1 },
    ]);
  }

  async #converge(target: ConvergeTarget, databag: Databag): Promise<NodeReport> {
    const { name, kind, address } = target.node;
    const call = { node: name, databag };
    this.calls.push(call);
    const machine = this.machine(keyOf(target), address);
    if (target.ssh.address !== address) machine.publicAddress ??= target.ssh.address;
    const fault = this.#isSilent(name, target.ssh.address) ? 'unreachable' : this.fault(call);
    if (fault === 'hang') {
      this.onHang();
      return new Promise(() => undefined);
    }
    if (fault === 'unreachable') return { ...report(name, 'unreachable'), failure: this.#silence(name) };
    if (fault === 'refused') return report(name, 'refused');
    if (databag.generation < machine.generation)
      return { ...report(name, 'refused'), generation: machine.generation };
    machine.generation = databag.generation;
    if (kind !== 'proxy') this.#run(machine, name, databag);
    if (isOfKind(kind, 'proxy')) {
      this.#checkBackends(databag);
      machine.backends = databag.proxy.backends;
    }
    this.#checkProxies();
    if (fault === 'failed') return report(name, 'failed', [this.#failedContainer(name)]);
    return report(name, 'ok');
  }

  #run(machine: Machine, name: string, databag: Databag): void {
    machine.containers = databag.placements
      .filter((placement) => placement.node === name)
      .map((placement) => containerName(databag, placement));
    const built = databagReleases(databag).filter(({ build }) => build !== null);
    // As the recipe: without a release nothing says which are not needed.
    if (built.length > 0) machine.slugs = built.map(({ version }) => version).sort((a, b) => a - b);
  }

  #failedContainer(name: string): NodeReport['resources'][number] {
    const { reason, lines } = this.leftOnFailure;
    const error = [`${reason}; its last lines of output:`, ...lines, ''].join('\n');
    const container = { name, ...this.leftOnFailure };
    return { n: 0, resource: `container_health[${name}]`, result: 'failed', ms: 1, error, container };
  }

  /** What no deploy may ever do: have a proxy send requests where nothing runs. */
  #checkProxies(): void {
    // One that is away is closed out by the containers' nodes.
    for (const [name, { backends }] of this.machines)
      for (const backend of this.#isAway(name) ? [] : backends)
        assert.ok(
          this.#answers(backend),
          `a proxy is left with ${backend}, where nothing runs: ${this.running().join(', ')}`,
        );
  }

  #checkBackends({ proxy }: Databag): void {
    for (const backend of proxy.backends)
      assert.ok(this.#answers(backend), `a proxy is given ${backend}, where nothing runs`);
  }

  #answers(backend: string): boolean {
    const [address, port] = backend.split(':');
    const there = [...this.machines].filter(([, each]) => each.address === address);
    // Of a proxy that another passes on to.
    if (port === '80') return there.some(([, each]) => each.backends.length > 0);
    return (
      there.length === 0 ||
      there.some(([name]) => this.#isAway(name)) ||
      there.some(([, { containers }]) => containers.some((name) => name.endsWith(`-${port}`)))
    );
  }

  #isAway(name: string): boolean {
    return this.down.has(name) || this.gone.has(name);
  }

  #isSilent(name: string, address: string): boolean {
    const machine = this.machines.get(name);
    return (
      this.#isAway(name) ||
      (machine !== undefined &&
        machine.address !== '' &&
        machine.address !== address &&
        machine.publicAddress !== address)
    );
  }

  #silence(name: string): RemoteFailure {
    return this.gone.has(name)
      ? new MachineGone('its machine was terminated', { node: name, phase: 'connect' })
      : unreachable(name);
  }

  #reach(name: string, place: ReachedPlace): Reach {
    const key = place.sshPort === null ? undefined : this.shownKeys.get(place.address);
    return {
      ...place,
      connects: place.port === null ? null : !this.unreached.has(`${name} ${place.address}`),
      hostKeys: key === undefined ? [] : [key],
    };
  }
}

/** What a guest has on a machine is apart from its host's. */
function keyOf({ node: { name }, guest }: ConvergeTarget): string {
  return guest === undefined ? name : `${name} (${guest.name})`;
}

function unreachable(node: string): RemoteFailure {
  return new RemoteFailure(`${node}: connection refused`, { node, phase: 'connect' });
}

function report(
  node: string,
  outcome: NodeReport['outcome'],
  resources: NodeReport['resources'] = [],
): NodeReport {
  return { node, outcome, changed: 0, failed: resources.length, resources, ms: 1 };
}
