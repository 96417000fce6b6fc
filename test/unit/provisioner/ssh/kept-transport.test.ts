import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { RemoteFailure } from '../../../../base/errors.js';
import { waitUntil } from '../../../../base/wait-until.js';
import { generateSshKeyPair } from '../../../../provisioner/ssh/host-key.js';
import { KeptTransport, type KeptOptions } from '../../../../provisioner/ssh/kept-transport.js';
import { NodeSshTransport } from '../../../../provisioner/ssh/node-ssh-transport.js';
import type { Connection, SshTarget } from '../../../../provisioner/ssh/transport.js';
import { startSshServer, type SshServer } from '../../../support/nodes/ssh-server.js';

const deadlineMs = 5000;

describe('connections that are kept', function () {
  this.timeout(20_000);
  let server: SshServer;
  let sockets: Set<Socket>;
  let transport: KeptTransport;

  const keep = (options: KeptOptions = {}): void => {
    transport = new KeptTransport(new NodeSshTransport(), { keptMs: 60_000, ...options });
  };
  const connect = (changes: Partial<SshTarget> = {}): Promise<Connection> =>
    transport.connect(server.target(changes), { deadlineMs });
  const run = async (connection: Connection): Promise<number> =>
    (await connection.exec({ command: ['true'], deadlineMs })).exitCode;
  const until = (holds: () => boolean, what: string): Promise<true> =>
    waitUntil(() => Promise.resolve(holds() ? (true as const) : undefined), {
      deadlineMs,
      intervalMs: 5,
      what,
    });

  beforeEach(async () => {
    sockets = new Set();
    server = await startSshServer({
      onSocket: (socket) => {
        sockets.add(socket.on('close', () => sockets.delete(socket)));
        return false;
      },
      // What is called `sleep` never ends.
      onExec: ({ command, channel }) => {
        if (command.includes('sleep')) return;
        channel.exit(0);
        channel.end();
      },
    });
    keep();
  });
  afterEach(async () => {
    await transport.close();
    await server.close();
  });

  it('serve the next who asks, after the last has closed it and before', async () => {
    const first = await connect();
    await run(first);
    await first.close();
    assert.deepEqual([first.isOpen, sockets.size], [false, 1]);
    const second = await connect();
    await run(second);
    const third = await connect();
    await second.close();
    assert.equal(await run(third), 0);
    await third.close();
    assert.equal(server.accepted, 1);
  });

  it('have two users at most', async () => {
    const users = [await connect(), await connect(), await connect()];
    for (const user of users) await run(user);
    assert.equal(server.accepted, 2);
    for (const user of users) await user.close();
    await until(() => sockets.size === 1, 'the one that is not kept to end');
  });

  it('end when nobody has asked for so long', async () => {
    keep({ keptMs: 50 });
    const first = await connect();
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.equal(await run(first), 0);
    await first.close();
    await until(() => sockets.size === 0, 'the connection to end');
    await (await connect()).close();
    assert.equal(server.accepted, 2);
  });

  it('are replaced where their machine has come up anew', async () => {
    await (await connect()).close();
    server.cut();
    const second = await connect();
    assert.deepEqual([await run(second), server.accepted], [0, 2]);
  });

  it('are replaced where their machine does not answer on them any more', async () => {
    keep({ answerMs: 100 });
    const first = await connect();
    await first.close();
    for (const socket of sockets) socket.removeAllListeners('data').pause();
    const second = await connect();
    assert.deepEqual([await run(second), server.accepted], [0, 2]);
    await second.close();
    await (await connect()).close();
    assert.equal(server.accepted, 2);
  });

  it('lead nobody past the check of a host key or of who enters', async () => {
    await (await connect()).close();
    await assert.rejects(
      connect({ hostKeys: [generateSshKeyPair().publicKey] }),
      (error: unknown) => error instanceof RemoteFailure && error.phase === 'host-key',
    );
    await assert.rejects(
      connect({ privateKey: generateSshKeyPair().privateKey }),
      (error: unknown) => error instanceof RemoteFailure && error.phase === 'auth',
    );
    const accepted = server.accepted;
    await (await connect({ username: 'root' })).close();
    assert.equal(server.accepted, accepted + 1);
  });

  it('end commands of the user that closes it alone', async () => {
    const [one, other] = [await connect(), await connect()];
    const ends = (connection: Connection): Promise<string> =>
      connection.exec({ command: ['sleep'], deadlineMs }).then(
        () => 'done',
        (error: unknown) => (error instanceof RemoteFailure ? error.phase : String(error)),
      );
    const ended = ends(one);
    await one.close();
    await one.closed;
    assert.equal(await ended, 'cancelled');
    await assert.rejects(run(one), RemoteFailure);
    assert.deepEqual([await run(other), other.isOpen, server.accepted], [0, true, 1]);
    await one.close();
    assert.equal(await run(other), 0);
  });

  it('are so many at most', async () => {
    keep({ maxKept: 3 });
    const names = Array.from({ length: 5 }, (_, index) => `node-${index}`);
    const users = await Promise.all(names.map((name) => connect({ name })));
    assert.equal(sockets.size, 5);
    for (const user of users) await user.close();
    await until(() => sockets.size === 3, 'two to end');
  });

  it('are none once it is closed', async () => {
    const [used, idle] = [await connect(), await connect({ name: 'other' })];
    await idle.close();
    await transport.close();
    await until(() => sockets.size === 1, 'the idle one to end');
    assert.equal(await run(used), 0);
    await used.close();
    await until(() => sockets.size === 0, 'the other one to end');
    const late = await connect();
    await late.close();
    await until(() => sockets.size === 0, 'the late one to end');
  });
});
