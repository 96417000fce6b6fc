import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { generateSshKeyPair } from '../../../../provisioner/ssh/host-key.js';
import { NodeSshTransport } from '../../../../provisioner/ssh/node-ssh-transport.js';
import { RemoteFailure } from '../../../../base/errors.js';
import { unlessAborted } from '../../../../base/unless-aborted.js';
import { waitUntil } from '../../../../base/wait-until.js';
import type { Connection, Transport } from '../../../../provisioner/ssh/transport.js';
import { NodeWatcher } from '../../../../server/health/node-watcher.js';
import type { WatchedNode, WatcherParts } from '../../../../server/health/watcher-parts.js';
import { startSshServer, type SshServer } from '../../../support/nodes/ssh-server.js';

/** A machine whose network can go: silently, or with a reset; it comes back when told. */
class Machine {
  readonly #sockets = new Set<Socket>();
  #isGone = false;
  isLost = false;
  /** Whether the cloud says that it is elsewhere now. */
  hasMoved = false;
  /** Whether the cloud says that there is no such machine. */
  isTerminated = false;
  entered = 0;

  private constructor(readonly name: string) {}

  server!: SshServer;

  static async start(name: string): Promise<Machine> {
    const machine = new Machine(name);
    const onSocket = (socket: Socket): boolean => {
      machine.#sockets.add(socket.on('close', () => machine.#sockets.delete(socket)));
      if (machine.#isGone) socket.pause();
      else machine.entered += 1;
      return machine.#isGone;
    };
    machine.server = await startSshServer({ onSocket });
    return machine;
  }

  get connections(): number {
    return this.#sockets.size;
  }

  /** Nothing comes in or goes out any more. */
  goSilent(): void {
    this.#isGone = true;
    for (const socket of this.#sockets) {
      socket.removeAllListeners('data').pause();
      socket.write = () => true;
    }
  }

  comeBack(): void {
    this.#isGone = false;
  }

  /** Somebody else has its address. */
  isSomebodyElse = false;

  node(): WatchedNode {
    const ssh = this.server.target({ name: this.name });
    return {
      id: this.name,
      formationId: 1,
      isLost: this.isLost,
      hasContainers: true,
      ssh: this.isSomebodyElse ? { ...ssh, hostKeys: [generateSshKeyPair().publicKey] } : ssh,
    };
  }
}

interface PromiseWithResolvers<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: Error) => void;
}

function withResolvers<T>(): PromiseWithResolvers<T> {
  let [resolve, reject] = [(_: T) => {}, (_: Error) => {}];
  const promise = new Promise<T>((done, failed) => ([resolve, reject] = [done, failed]));
  return { promise, resolve: (value) => resolve(value), reject: (error) => reject(error) };
}

/** One that answers whatever is asked. */
function openConnection(): Connection {
  return {
    target: { name: 'n' } as Connection['target'],
    isOpen: true,
    closed: new Promise(() => undefined),
    exec: () => Promise.resolve({ stdout: '', stderr: '', exitCode: 0 }),
    close: () => Promise.resolve(),
  };
}

const times = { sweepMs: 200, answerMs: 400, retryMs: 100 };

describe('the watch over nodes', function () {
  this.timeout(20_000);
  let machines: Machine[];
  let watcher: NodeWatcher;
  let reports: string[];
  let log: string[];
  let looks: string[];
  /** Times that somebody asked which nodes there are. */
  let sweeps: number;
  let parts: WatcherParts;
  let silent: Map<string, string>;
  /** Node -> says that something happened to one of its containers. */
  let happened: Map<string, (container?: string) => void>;

  it('looks at the containers of nodes that it is connected to, at each sweep', async () => {
    const sees = (): Promise<true | undefined> =>
      Promise.resolve(
        looks.filter((name) => name === 'a').length > 1 && looks.includes('b') ? true : undefined,
      );
    await waitUntil(sees, { deadlineMs: 5000, intervalMs: 20, what: 'two looks' });
  });

  it('looks at a container soon after something happened to it, long before the next sweep', async () => {
    await watcher.stop();
    happened.clear();
    looks.length = 0;
    watcher = new NodeWatcher(parts, { ...times, sweepMs: 60_000 });
    watcher.start();
    await until(() => machines.every(({ name }) => happened.has(name)), 'all nodes to be followed');
    await until(() => new Set(looks).size === 3, 'the looks at nodes that are new');
    looks.length = 0;
    for (let n = 0; n < 100; n += 1) happened.get('b')!('web.1');
    await until(() => looks.length > 0, 'the look');
    assert.deepEqual(looks, ['b web.1']);
  });

  it('looks at no container because an operation moves on: what it starts and ends is heard', async () => {
    await watcher.stop();
    watcher = new NodeWatcher(parts, { ...times, sweepMs: 60_000 });
    looks.length = 0;
    watcher.start();
    await until(() => new Set(looks).size === 3, 'the looks at nodes that are new');
    looks.length = 0;
    for (let n = 1; n <= 3; n += 1) {
      const before = sweeps;
      watcher.look();
      await until(() => sweeps > before, 'a look for nodes');
    }
    await settled();
    assert.deepEqual(looks, []);
  });

  it('looks at all containers of a node that has taken another connection', async () => {
    await watcher.stop();
    watcher = new NodeWatcher(parts, { ...times, sweepMs: 60_000 });
    looks.length = 0;
    watcher.start();
    await until(() => new Set(looks).size === 3, 'the looks at nodes that are new');
    looks.length = 0;
    machines[0]!.server.cut();
    await until(() => looks.length > 0, 'a look');
    assert.deepEqual(looks, ['a']);
  });

  /** Resolves when what was asked for of the watch has ended. */
  const settled = async (): Promise<void> => {
    const before = sweeps;
    const again = (): boolean => {
      watcher.look();
      return sweeps > before + 1;
    };
    await until(again, 'further looks for nodes');
  };

  beforeEach(async () => {
    machines = await Promise.all(['a', 'b', 'c'].map((name) => Machine.start(name)));
    [reports, log, looks, silent, sweeps] = [[], [], [], new Map(), 0];
    happened = new Map();
    const note = (fields: object, message: string): void =>
      void log.push(`${'node' in fields ? String(fields.node) : ''}: ${message}`);
    parts = {
      transport: new NodeSshTransport({ keepaliveMs: 150, keepaliveCount: 1, attemptMs: 400 }),
      nodes: () => {
        sweeps += 1;
        return Promise.resolve(machines.map((machine) => machine.node()));
      },
      reschedule: (_formationId: number, nodes: readonly string[]) =>
        Promise.resolve(void reports.push(...nodes)),
      followContainers: ({ id }, _connection, onEvent, { signal }) => {
        happened.set(id, onEvent);
        return unlessAborted(signal, new Promise<never>(() => undefined));
      },
      lookAtContainers: ({ id }: WatchedNode, _connection: Connection, { looked }) =>
        Promise.resolve(void looks.push([id, ...(looked ?? [])].join(' '))),
      askCloud: ({ id }: WatchedNode) => {
        const { isTerminated, hasMoved } = machines.find(({ name }) => name === id)!;
        const elsewhere = hasMoved ? ('moved' as const) : undefined;
        return Promise.resolve(isTerminated ? 'gone' : elsewhere);
      },
      silent: ({ id }: WatchedNode, reason: string) => Promise.resolve(void silent.set(id, reason)),
      answers: ({ id }: WatchedNode) => Promise.resolve(void silent.delete(id)),
      log: { info: note, warn: note },
      now: () => performance.now(),
    };
    watcher = new NodeWatcher(parts, times);
    watcher.start();
    await until(() => machines.every(({ entered }) => entered > 0), 'a connection to each');
  });
  afterEach(async () => {
    await watcher.stop();
    await Promise.all(machines.map(({ server }) => server.close()));
  });

  const until = (holds: () => boolean, what: string): Promise<true> =>
    waitUntil(() => Promise.resolve(holds() ? (true as const) : undefined), {
      deadlineMs: 10_000,
      intervalMs: 10,
      what,
    });

  it('reports a node that falls silent, and nobody else', async () => {
    machines[1]!.goSilent();
    await until(() => reports.length > 0, 'a report');
    assert.deepEqual([...new Set(reports)], ['b']);
  });

  it('reports one that falls silent less and less often while nothing comes of it', async () => {
    machines[1]!.goSilent();
    await until(() => reports.length >= 3, 'three reports');
    assert.ok(log.filter((line) => line === 'b: a node does not answer').length >= 3);
  });

  it('takes up again a connection that was cut, and reports nothing', async () => {
    const before = machines[0]!.entered;
    machines[0]!.server.cut();
    await until(() => machines[0]!.entered > before, 'another connection');
    assert.deepEqual(reports, []);
  });

  it('tells of each node that does not answer, also where nothing is moved, and that it does again', async () => {
    for (const machine of machines) machine.goSilent();
    await until(() => silent.size === 3, 'a word about each');
    assert.match(silent.get('a') ?? '', /^a \(/);
    machines[0]!.comeBack();
    await until(() => !silent.has('a'), 'its answer');
    assert.deepEqual([...silent.keys()].sort(), ['b', 'c']);
  });

  it('notices a node that answers again before the next sweep', async () => {
    await watcher.stop();
    watcher = new NodeWatcher(parts, { ...times, sweepMs: 60_000 });
    watcher.start();
    await until(() => machines.every(({ entered }) => entered > 1), 'connections');
    for (const machine of machines) machine.goSilent();
    await until(() => silent.size === 3, 'a word about each');
    for (const machine of machines) machine.comeBack();
    await until(() => silent.size === 0, 'their answers');
    assert.deepEqual(reports, []);
  });

  it('reports none that answered one try while another failed', async () => {
    await watcher.stop();
    const tries: PromiseWithResolvers<Connection>[] = [];
    const transport: Transport = {
      connect: () => {
        const attempt = withResolvers<Connection>();
        tries.push(attempt);
        return attempt.promise;
      },
    };
    const tried = (count: number): Promise<true> => until(() => tries.length >= count, `${count} tries`);
    const failAll = (some: readonly PromiseWithResolvers<Connection>[]): void => {
      for (const { reject } of some)
        reject(new RemoteFailure('no answer', { node: 'n', command: 'ssh', phase: 'connect' }));
    };
    watcher = new NodeWatcher({ ...parts, transport }, { ...times, sweepMs: 60_000, retryMs: 20 });
    watcher.start();
    await tried(3);
    failAll(tries.slice(0, 3));
    // Those of the retry, then those of a sweep.
    await tried(6);
    watcher.look();
    await tried(9);
    for (const { resolve } of tries.slice(3, 6)) resolve(openConnection());
    await until(() => silent.size === 0, 'their answers');
    failAll(tries.slice(6, 9));
    await settled();
    assert.deepEqual([reports, [...silent.keys()]], [[], []]);
  });

  it('reports nothing when all fall silent at once, until one of them answers again', async () => {
    for (const machine of machines) machine.goSilent();
    await until(
      () => new Set(log.filter((line) => line.includes('nothing is moved'))).size === 3,
      'a word about each',
    );
    assert.deepEqual(reports, []);
    machines[0]!.comeBack();
    machines[1]!.comeBack();
    await until(() => reports.length > 0, 'a report');
    assert.deepEqual([...new Set(reports)], ['c']);
  });

  it('reports those whose machines are gone, though none answers', async () => {
    machines[0]!.isTerminated = true;
    for (const machine of machines) machine.goSilent();
    await until(() => reports.length > 0, 'a report');
    assert.ok(log.includes('a: the machine of a node is gone'));
    await until(() => log.some((line) => line.startsWith('c: no node answers')), 'a word about another');
    assert.deepEqual([...new Set(reports)], ['a']);
  });

  it('reports a lost node that answers again, once it does', async () => {
    machines[2]!.isLost = true;
    machines[2]!.goSilent();
    watcher.look();
    await until(() => machines[2]!.server.accepted > 2, 'a try');
    reports.length = 0;
    machines[2]!.comeBack();
    await until(() => reports.length > 0, 'a report');
    assert.deepEqual([...new Set(reports)], ['c']);
    assert.ok(log.includes('c: a lost node answers again'));
  });

  it('reports a lost node that the cloud has given another address', async () => {
    machines[2]!.isLost = true;
    machines[2]!.goSilent();
    machines[2]!.hasMoved = true;
    watcher.look();
    await until(() => log.includes('c: a node has another address'), 'a word about it');
    assert.ok(reports.includes('c'));
  });

  it('reports a node whose address somebody else has, when it is elsewhere now; else it only says so', async () => {
    for (const machine of machines.slice(0, 2)) machine.isSomebodyElse = true;
    machines[0]!.hasMoved = true;
    await watcher.stop();
    watcher = new NodeWatcher(parts, times);
    watcher.start();
    await until(() => log.includes('b: a node answers and cannot be entered') && reports.length > 0, 'both');
    assert.deepEqual([...new Set(reports)], ['a']);
  });

  it('lets go of nodes that leave service', async () => {
    const [gone] = machines.splice(0, 1);
    try {
      watcher.look();
      await until(() => gone!.connections === 0, 'its connection to be closed');
      machines[0]!.goSilent();
      await until(() => reports.length > 0, 'a report');
      assert.deepEqual([...new Set(reports)], ['b']);
    } finally {
      await gone!.server.close();
    }
  });

  it('leaves nothing running', async () => {
    await watcher.stop();
    const before = machines.map(({ entered }) => entered);
    for (const { server } of machines) server.cut();
    watcher.look();
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(
      machines.map(({ entered }) => entered),
      before,
    );
  });
});
