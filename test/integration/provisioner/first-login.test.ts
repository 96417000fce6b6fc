import assert from 'node:assert/strict';
import { RemoteFailure } from '../../../base/errors.js';
import { firstLogin } from '../../../provisioner/ssh/first-login.js';
import { NodeSshTransport } from '../../../provisioner/ssh/node-ssh-transport.js';
import type { Connection, ExecRequest, SshTarget, Transport } from '../../../provisioner/ssh/transport.js';
import { startNode, type StartedNode } from '../../support/nodes/docker-node.js';

const deadlineMs = 30_000;
const { signal } = new AbortController();

/** A transport whose controller dies before or after its nth command on a node. */
function dying(nth: number, when: 'before' | 'after'): Transport {
  const real = new NodeSshTransport();
  let left = nth;
  const wrap = (connection: Connection): Connection => ({
    target: connection.target,
    get isOpen() {
      return connection.isOpen;
    },
    closed: connection.closed,
    exec: async (request: ExecRequest) => {
      const isNow = left-- === 0;
      if (isNow && when === 'before') throw new Error('killed');
      const result = await connection.exec(request);
      if (isNow) throw new Error('killed');
      return result;
    },
    close: () => connection.close(),
  });
  return { connect: async (target, options) => wrap(await real.connect(target, options)) };
}

describe('the first login to a node', function () {
  this.timeout(90_000);
  let node: StartedNode;
  /** What the database holds of the node's key. */
  let pinned: { current: string; pending: string | null };

  const target = (): SshTarget => ({
    ...node.ssh,
    hostKeys: [pinned.current, ...(pinned.pending === null ? [] : [pinned.pending])],
  });
  const attempt = async (
    transport: Transport,
    onPending = async (key: string): Promise<void> => void (pinned.pending = key),
  ): Promise<void> => {
    const { machine, hostPublicKey } = await firstLogin(transport, target(), {
      replace: { launchedWith: pinned.current, onPending },
      deadlineMs,
      signal,
    });
    assert.match(machine, /^(x86_64|aarch64)$/);
    pinned = { current: hostPublicKey!, pending: null };
  };
  const enters = async (): Promise<void> =>
    (await new NodeSshTransport().connect(target(), { deadlineMs })).close();

  before(async function () {
    this.timeout(600_000);
    node = await startNode();
    pinned = { current: node.ssh.hostKeys[0]!, pending: null };
  });
  after(() => node.dispose());

  it('tells what processors it has, and leaves its key alone unless told', async () => {
    const { machine, hostPublicKey } = await firstLogin(new NodeSshTransport(), node.ssh, {
      deadlineMs,
      signal,
    });
    assert.deepEqual([machine, hostPublicKey], [(await node.sh('uname -m')).trim(), undefined]);
    await enters();
  });

  it('replaces the key by one made on the node, the only one left there', async () => {
    const launched = node.ssh.hostKeys[0]!;
    await attempt(new NodeSshTransport());
    assert.notEqual(pinned.current, launched);
    await enters();
    await assert.rejects(
      new NodeSshTransport().connect({ ...node.ssh, hostKeys: [launched] }, { deadlineMs }),
      (error) => error instanceof RemoteFailure && error.phase === 'host-key',
    );
    assert.deepEqual((await node.sh('cd /etc/ssh && ls -1 *key*')).trim().split('\n'), [
      'ssh_host_ed25519_key',
      'ssh_host_ed25519_key.pub',
    ]);
    assert.equal(
      (
        await node.sh(
          'cut -d " " -f 1,2 /etc/ssh/ssh_host_ed25519_key.pub; stat -c %a /etc/ssh/ssh_host_ed25519_key',
        )
      ).trim(),
      `${pinned.current}\n600`,
    );
  });

  for (const when of ['before', 'after'] as const) {
    it(`locks nobody out when the controller dies ${when} any command, and sshd restarts then`, async () => {
      for (let nth = 0; nth < 3; nth += 1) {
        const launched = pinned.current;
        await assert.rejects(attempt(dying(nth, when)), /killed/);
        await node.sh('systemctl reset-failed ssh; systemctl restart ssh');
        await enters();
        await attempt(new NodeSshTransport());
        assert.notEqual(pinned.current, launched);
        assert.equal(pinned.pending, null);
        await enters();
      }
    });
  }

  it('shows no key that could not be written down', async () => {
    await assert.rejects(
      attempt(new NodeSshTransport(), () => Promise.reject(new Error('the database is away'))),
      /the database is away/,
    );
    await node.sh('systemctl reset-failed ssh; systemctl restart ssh');
    await enters();
    const told: string[] = [];
    await attempt(new NodeSshTransport(), async (key) => {
      told.push(key);
      pinned.pending = key;
    });
    assert.deepEqual(told, [pinned.current]);
  });
});
