import pLimit from 'p-limit';
import { RemoteFailure } from '../../base/errors.js';
import type { Connection } from '../../provisioner/ssh/transport.js';
import { Patience } from './backoff.js';
import { ContainerFollower, type Looked } from './container-follower.js';
import type { WatchedNode, WatcherParts, WatcherTimes } from './watcher-parts.js';

const silence = 'a node does not answer';
const returned = 'a lost node answers again';
const moved = 'a node has another address';
const gone = 'the machine of a node is gone';
const unseen = 'could not see what the containers of a node do';
const handshakesAtOnce = 20;
const witnessesAtOnce = 10;
const looksAtOnce = 20;

/**
 * Keeps one connection to each node in service, and reports a node whose connection ends and that takes no
 * new one, so long as another node answers or its cloud says what became of it: otherwise the fault is the
 * controller's own, and nothing is to move. A slow sweep finds nodes that are new, and lost ones that answer again, and
 * looks at all containers; in between those are looked at that something happened to.
 */
export class NodeWatcher {
  readonly #watched = new Map<string, Connection>();
  readonly #handshakes = pLimit(handshakesAtOnce);
  readonly #looks = pLimit(looksAtOnce);
  readonly #oneAtATime = pLimit(1);
  readonly #stopped = new AbortController();
  readonly #patience: Patience;
  readonly #follower: ContainerFollower<WatchedNode>;
  /** In service, and did not answer when last asked. */
  readonly #silentNodes = new Map<string, WatchedNode>();
  #isRetrying = false;
  /** Whether the next sweep looks at all containers. */
  #isLookDue = false;
  #timers: NodeJS.Timeout[] = [];

  constructor(
    private readonly parts: WatcherParts,
    private readonly times: WatcherTimes,
  ) {
    this.#patience = new Patience({ firstMs: times.sweepMs, lastMs: 30 * times.sweepMs, now: parts.now });
    this.#follower = new ContainerFollower(
      {
        follow: parts.followContainers,
        look: (node, looked) => this.#looks(() => this.#lookAtContainers(node, looked)),
        unfollowed: (node, error) => this.#unseen(node, error),
      },
      this.#stopped.signal,
    );
  }

  start(): void {
    this.#timers = [
      setInterval(() => {
        this.#isLookDue = true;
        this.look();
      }, this.times.sweepMs),
      setInterval(() => void this.#retry(), this.times.retryMs),
    ];
    this.look();
  }

  /** Looks for nodes that are new, or back, now. Not more often than one look takes. */
  look(): void {
    if (this.#oneAtATime.pendingCount > 0 || this.#stopped.signal.aborted) return;
    void this.#oneAtATime(() => this.#sweep()).catch((error: unknown) =>
      this.parts.log.warn({ err: error }, 'could not look after the nodes'),
    );
  }

  /** What others may ask a node by: the connection that is kept to it. */
  connectionTo(nodeId: string): Connection | undefined {
    return this.#watched.get(nodeId);
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    for (const timer of this.#timers) clearInterval(timer);
    this.#follower.stop();
    const connections = [...this.#watched.values()];
    this.#watched.clear();
    await Promise.all(connections.map((connection) => connection.close()));
  }

  async #sweep(): Promise<void> {
    const isLookDue = this.#isLookDue;
    this.#isLookDue = false;
    const nodes = await this.parts.nodes();
    const serving = new Set(nodes.filter(({ isLost }) => !isLost).map(({ id }) => id));
    for (const id of this.#silentNodes.keys()) if (!serving.has(id)) this.#silentNodes.delete(id);
    for (const id of this.#watched.keys()) if (!serving.has(id)) await this.#drop(id);
    const unwatched = nodes.filter(({ id }) => !this.#watched.has(id));
    const seen = nodes.filter(({ id, hasContainers }) => hasContainers && this.#watched.has(id));
    await Promise.all(unwatched.map((node) => (node.isLost ? this.#lookForLost(node) : this.#watch(node))));
    for (const node of nodes) this.#follow(node);
    if (isLookDue) await Promise.all(seen.map((node) => this.#follower.look(node)));
  }

  /** One that does not answer is noticed by the end of its connection. */
  async #lookAtContainers(node: WatchedNode, looked: Looked): Promise<void> {
    const connection = this.#watched.get(node.id);
    if (connection === undefined) return;
    const options = { deadlineMs: this.times.answerMs, signal: this.#stopped.signal, looked };
    await this.parts
      .lookAtContainers(node, connection, options)
      .catch((error: unknown) => this.#unseen(node, error));
  }

  #unseen(node: WatchedNode, error: unknown): void {
    if (this.#stopped.signal.aborted || !this.#patience.isDue(`${node.id} ${unseen}`)) return;
    this.parts.log.warn({ err: error, node: node.ssh.name }, unseen);
  }

  #follow(node: WatchedNode): void {
    const connection = this.#watched.get(node.id);
    if (connection !== undefined && node.hasContainers) this.#follower.follow(node, connection);
  }

  async #watch(node: WatchedNode): Promise<void> {
    const connection = await this.#reach(node);
    if (connection !== undefined) await this.#keep(node, connection);
  }

  /** Nodes come back sooner than the next sweep; one that does not is the sweep's to report. */
  async #retry(): Promise<void> {
    if (this.#isRetrying || this.#stopped.signal.aborted) return;
    this.#isRetrying = true;
    const tries = [...this.#silentNodes.values()].map((node) => this.#answersNow(node));
    const failed = (await Promise.allSettled(tries)).find(({ status }) => status === 'rejected');
    if (failed !== undefined)
      this.parts.log.warn({ err: failed }, 'could not note that a node answers again');
    this.#isRetrying = false;
  }

  async #keep(node: WatchedNode, connection: Connection): Promise<void> {
    if (this.#stopped.signal.aborted || this.#watched.has(node.id)) return connection.close();
    for (const what of [silence, returned, moved, gone, 'asked']) this.#patience.forget(`${node.id} ${what}`);
    this.#silentNodes.delete(node.id);
    this.#watched.set(node.id, connection);
    void connection.closed.then(() => this.#ended(node, connection));
    this.#follow(node);
    await this.parts.answers(node);
  }

  /** A connection; without one the node has been reported. */
  async #reach(node: WatchedNode): Promise<Connection | undefined> {
    try {
      return await this.#connect(node);
    } catch (error) {
      if (this.#stopped.signal.aborted) return undefined;
      await this.#silent(node, error);
      return undefined;
    }
  }

  /** sshd may have been restarted, or the node: one that takes a new connection at once is not lost. */
  async #ended(node: WatchedNode, connection: Connection): Promise<void> {
    if (this.#watched.get(node.id) !== connection) return;
    this.#watched.delete(node.id);
    try {
      await this.#watch(node);
    } catch (error) {
      this.parts.log.warn(
        { err: error, node: node.ssh.name },
        'could not report a node that does not answer',
      );
    }
  }

  async #silent(node: WatchedNode, error: unknown): Promise<void> {
    const { name } = node.ssh;
    if (!(error instanceof RemoteFailure)) throw error;
    // Another try, which began later or took less long, was answered.
    if (this.#watched.has(node.id)) return;
    const wasSilent = this.#silentNodes.has(node.id);
    this.#silentNodes.set(node.id, node);
    await this.parts.silent(node, error.message);
    const news = await this.#askCloud(node);
    if (news !== undefined) return this.#report(node, news === 'gone' ? gone : moved);
    if (error.phase === 'host-key' || error.phase === 'auth')
      return this.parts.log.warn(
        { node: name, reason: error.message },
        'a node answers and cannot be entered',
      );
    if (!(await this.#anotherAnswers(node.id)))
      return this.parts.log.warn(
        { node: name, reason: error.message },
        'no node answers: taken for a fault on the way to all of them, nothing is moved',
      );
    // Where all were silent this try may have begun before they came back.
    if (wasSilent && (await this.#answersNow(node))) return;
    if (!this.#watched.has(node.id)) await this.#report(node, silence);
  }

  /** One more try; its connection is kept. */
  async #answersNow(node: WatchedNode): Promise<boolean> {
    const connection = await this.#connect(node).catch(() => undefined);
    if (connection !== undefined) await this.#keep(node, connection);
    return connection !== undefined;
  }

  async #lookForLost(node: WatchedNode): Promise<void> {
    try {
      await (await this.#connect(node)).close();
    } catch (error) {
      if (!(error instanceof RemoteFailure)) throw error;
      if ((await this.#askCloud(node)) === 'moved') await this.#report(node, moved);
      return;
    }
    await this.#report(node, returned);
  }

  async #askCloud(node: WatchedNode): ReturnType<WatcherParts['askCloud']> {
    return this.#patience.isDue(`${node.id} asked`) ? this.parts.askCloud(node) : undefined;
  }

  async #report({ id, formationId, ssh: { name } }: WatchedNode, what: string): Promise<void> {
    if (!this.#patience.isDue(`${id} ${what}`)) return;
    this.parts.log.info({ node: name }, what);
    await this.parts.reschedule(formationId, [name]);
  }

  /**
   * Whether any of some others answers now. Their connections may be as dead as this one, and not know yet.
   */
  async #anotherAnswers(id: string): Promise<boolean> {
    const others = [...this.#watched].filter(([other]) => other !== id).slice(0, witnessesAtOnce);
    const answers = others.map(([, connection]) =>
      connection.exec({ command: ['true'], deadlineMs: this.times.answerMs }),
    );
    return Promise.any(answers).then(
      () => true,
      () => false,
    );
  }

  #connect({ ssh }: WatchedNode): Promise<Connection> {
    return this.#handshakes(() =>
      this.parts.transport.connect(ssh, { deadlineMs: this.times.answerMs, signal: this.#stopped.signal }),
    );
  }

  async #drop(id: string): Promise<void> {
    const connection = this.#watched.get(id);
    this.#watched.delete(id);
    await connection?.close();
  }
}
