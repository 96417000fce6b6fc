import pLimit from 'p-limit';
import {
  nameContainers,
  readMeasures,
  type HostReading,
  type NamedContainer,
} from '../../provisioner/node-commands/measures.js';
import type { Connection } from '../../provisioner/ssh/transport.js';
import { maxContainersPerNode, type ReadNow } from './take-measure.js';

/** A node that is in service. */
export interface MeasuredMachine {
  readonly id: string;
  readonly formationId: number;
  readonly name: string;
  readonly isProxy: boolean;
}

export interface CollectorParts {
  /** The nodes in service now. */
  readonly nodes: () => Promise<readonly MeasuredMachine[]>;
  /** The connection that there is to a node; undefined where there is none. */
  readonly connectionTo: (nodeId: string) => Connection | undefined;
  /** How often each container of a node was restarted, as far as somebody has looked. */
  readonly restarts: (node: MeasuredMachine) => Promise<ReadNow['restartsOf']>;
  /** Keeps what was read. */
  readonly record: (node: MeasuredMachine, now: ReadNow) => Promise<unknown>;
  readonly now: () => Date;
  readonly log: { warn(fields: object, message: string): void };
}

/** So many nodes are read at a time. */
const nodesAtOnce = 20;

interface Known {
  named: ReadonlyMap<string, NamedContainer>;
  /** Of containers that are not the app's, so that they are asked for once; as many as a reading has at most. */
  foreign: Set<string>;
}

/**
 * Reads what nodes use, again and again, over the connections that there are: one short command at a time, and Docker
 * is asked only where a container has appeared. Nodes that do not answer are others' to report.
 */
export class MeasureCollector {
  readonly #known = new Map<string, Known>();
  readonly #limit = pLimit(nodesAtOnce);
  readonly #stopped = new AbortController();
  /** Those whose last reading failed: it is said once. */
  readonly #failing = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #pass: Promise<void> | undefined;

  constructor(
    private readonly parts: CollectorParts,
    private readonly everyMs: number,
  ) {}

  start(): void {
    this.#timer = setInterval(() => void this.pass(), this.everyMs);
  }

  /** Resolves when what was under way has ended. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    clearInterval(this.#timer);
    await this.#pass;
  }

  /** Reads every node once, unless the pass before is still under way. Never throws. */
  pass(): Promise<void> {
    this.#pass ??= this.#readAll()
      .catch((error: unknown) => this.#warn('the nodes', error))
      .finally(() => (this.#pass = undefined));
    return this.#pass;
  }

  async #readAll(): Promise<void> {
    const nodes = await this.parts.nodes();
    const there = new Set(nodes.map(({ id }) => id));
    for (const id of this.#known.keys()) if (!there.has(id)) this.#known.delete(id);
    for (const id of this.#failing) if (!there.has(id)) this.#failing.delete(id);
    await Promise.all(nodes.map((node) => this.#limit(() => this.#readSafely(node))));
  }

  async #readSafely(node: MeasuredMachine): Promise<void> {
    const connection = this.parts.connectionTo(node.id);
    if (connection === undefined || this.#stopped.signal.aborted) return;
    try {
      await this.#read(node, connection);
      this.#failing.delete(node.id);
    } catch (error) {
      if (this.#stopped.signal.aborted || !connection.isOpen || this.#failing.has(node.id)) return;
      this.#failing.add(node.id);
      this.#warn(node.name, error);
    }
  }

  async #read(node: MeasuredMachine, connection: Connection): Promise<void> {
    const limits = { deadlineMs: Math.max(5000, this.everyMs), signal: this.#stopped.signal };
    const host = await readMeasures(connection, { ...limits, isProxy: node.isProxy });
    const at = this.parts.now();
    const named = await this.#names(node.id, host, () => nameContainers(connection, limits));
    const restartsOf = await this.parts.restarts(node);
    await this.parts.record(node, { at, host, named, restartsOf });
  }

  async #names(
    nodeId: string,
    { containers }: HostReading,
    ask: () => Promise<readonly NamedContainer[]>,
  ): Promise<ReadonlyMap<string, NamedContainer>> {
    const known = this.#known.get(nodeId) ?? { named: new Map(), foreign: new Set() };
    if (containers.every(({ id }) => known.named.has(id) || known.foreign.has(id))) return known.named;
    const named = new Map((await ask()).slice(0, maxContainersPerNode).map((each) => [each.id, each]));
    const foreign = containers.map(({ id }) => id).filter((id) => !named.has(id));
    this.#known.set(nodeId, { named, foreign: new Set(foreign) });
    return named;
  }

  #warn(node: string, error: unknown): void {
    this.parts.log.warn({ err: error, node }, 'could not read what a node uses');
  }
}
