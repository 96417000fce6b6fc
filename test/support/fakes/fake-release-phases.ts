import { RemoteFailure } from '../../../base/errors.js';
import type { EnteredNode } from '../../../provisioner/node-commands/node-commands.js';
import { oneOffBody, oneOffContainer, type OneOff } from '../../../provisioner/node-commands/one-off.js';
import type { OneOffState } from '../../../provisioner/node-commands/one-offs.js';
import type { SshTarget } from '../../../provisioner/ssh/transport.js';
import { enterPaperNode, type PaperNode } from '../../../provisioner/paper/paper-node.js';

export type PhaseCall = 'look' | 'create' | 'start' | 'follow' | 'stop' | 'remove';

/** What happens to a call: it dies before or after its effect, its connection goes, or the node is not there. */
export type PhaseFault = 'hang before' | 'hang after' | 'lost' | 'unreachable';

interface Following {
  readonly onStdout: (chunk: Buffer) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Nodes that know one-off containers, and what else they are told to know: what release phases need. */
export class FakeReleasePhases {
  readonly containers = new Map<string, { status: 'created' | 'running' | 'exited' }>();
  /** `start app-release-v2`, in order; looks apart. */
  readonly calls: string[] = [];
  /** What Docker was asked for to make each container, config included. */
  readonly programs: string[] = [];
  exitCode = 0;
  output = 'migrating\ndone\n';
  /** Containers that do not end by themselves. */
  isEndless = false;
  /** Called when one that does not end is followed. */
  onEndless: () => void = () => undefined;
  /** Whether the time for one that does not end is over at once. */
  isLate = false;
  fault: (call: PhaseCall) => PhaseFault | undefined = () => undefined;
  onHang: () => void = () => undefined;

  constructor(private readonly other: PaperNode = {}) {}

  /** How often containers have been started. */
  get starts(): number {
    return this.calls.filter((call) => call.startsWith('start ')).length;
  }

  readonly enter = async ({ name: node }: SshTarget): Promise<EnteredNode> => {
    const entered = enterPaperNode(this.other);
    const call = <T>(kind: PhaseCall, work: (isCut: boolean) => Promise<T>): Promise<T> =>
      this.#call(node, kind, work);
    return {
      ...entered,
      oneOffs: {
        ...entered.oneOffs,
        inspect: (name) => call('look', async () => this.#stateOf(name)),
        create: (oneOff) => call('create', async () => this.#create(oneOff)),
        startOnce: (name) => call('start', async () => this.#start(name)),
        follow: (_name, following) => call('follow', (isCut) => this.#follow(node, following, isCut)),
        stop: (name) => call('stop', async () => this.#remove('stop', name)),
        remove: (name) => call('remove', async () => this.#remove('remove', name)),
      },
    };
  };

  async #call<T>(node: string, kind: PhaseCall, work: (isCut: boolean) => Promise<T>): Promise<T> {
    const fault = this.fault(kind);
    if (fault === 'unreachable') throw failure(node, 'connect');
    if (fault === 'hang before') return this.#hang();
    const result = await work(fault === 'lost');
    if (fault === 'hang after') return this.#hang();
    if (fault === 'lost') throw failure(node, 'lost');
    return result;
  }

  #note(kind: PhaseCall, name: string): void {
    this.calls.push(`${kind} ${name.replace(/-[0-9a-f]{8}$/, '')}`);
  }

  #stateOf(name: string): OneOffState | undefined {
    const container = this.containers.get(name);
    return container && { status: container.status, exitCode: this.exitCode, endedAt: new Date(0) };
  }

  #create(oneOff: OneOff): void {
    this.#note('create', oneOff.name);
    this.containers.set(oneOff.name, { status: 'created' });
    this.programs.push(oneOffBody(oneOffContainer(oneOff, 'created'), 'created'));
  }

  #start(name: string): void {
    const container = this.containers.get(name);
    if (container?.status !== 'created') return;
    this.#note('start', name);
    container.status = this.isEndless ? 'running' : 'exited';
  }

  #remove(kind: 'stop' | 'remove', name: string): void {
    this.#note(kind, name);
    this.containers.delete(name);
  }

  async #follow(node: string, { onStdout, signal }: Following, isCut: boolean): Promise<void> {
    const text = isCut ? this.output.slice(0, this.output.indexOf('\n') + 1) : this.output;
    onStdout(Buffer.from(text));
    if (!this.isEndless || isCut) return;
    this.onEndless();
    if (this.isLate) throw failure(node, 'deadline');
    await new Promise<void>((resolve) => (signal?.aborted ? resolve() : (signal!.onabort = () => resolve())));
    throw failure(node, 'cancelled');
  }

  #hang(): Promise<never> {
    this.onHang();
    return new Promise(() => undefined);
  }
}

function failure(node: string, phase: RemoteFailure['phase']): RemoteFailure {
  return new RemoteFailure(`${node}: ${phase}`, { node, phase });
}
