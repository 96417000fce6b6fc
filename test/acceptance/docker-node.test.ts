import assert from 'node:assert/strict';
import { NodeSshTransport } from '../../provisioner/ssh/node-ssh-transport.js';
import { generateSshKeyPair } from '../../provisioner/ssh/host-key.js';
import type { Connection } from '../../provisioner/ssh/transport.js';
import { RemoteFailure } from '../../base/errors.js';
import { hostNameServers } from '../../provisioner/providers/docker/network/name-servers.js';
import { suites, type Suite } from '../../provisioner/images/suite.js';
import { waitUntil } from '../../base/wait-until.js';
import { prepareMachine, type Machine } from '../support/nodes/docker-machine.js';
import { newInstance, startNode, type StartedNode } from '../support/nodes/docker-node.js';

const deadlineMs = 30_000;

for (const suite of Object.keys(suites) as Suite[]) {
  describe(`a docker node of ${suite}`, function () {
    this.timeout(120_000);
    const transport = new NodeSshTransport();
    let machine: Machine;
    let node: StartedNode;
    let connection: Connection;

    const run = async (script: string): Promise<string> =>
      (await connection.exec({ command: ['sudo', '-n', 'sh', '-c', script], deadlineMs })).stdout.trim();

    before(async function () {
      this.timeout(600_000);
      machine = await prepareMachine(suite);
      node = await startNode({ suite, init: 'write_files:\n- path: /etc/from-init\n  content: seen\n' });
      connection = await transport.connect(node.ssh, { deadlineMs });
    });

    after(async () => {
      await connection?.close();
      await node?.dispose();
    });

    it('has booted without a failed unit, under its own name', async () => {
      assert.equal(await run('systemctl is-system-running --wait'), 'running');
      assert.equal(await run('. /etc/os-release; echo "$VERSION_ID"'), String(suites[suite]));
      assert.equal(await run('hostname'), node.name);
      assert.match(await run('cat /etc/machine-id'), /^[0-9a-f]{32}$/);
    });

    it('was configured by cloud-init: user deis with sudo, and what the flavor adds', async () => {
      assert.equal((await connection.exec({ command: ['id', '-un'], deadlineMs })).stdout.trim(), 'deis');
      assert.equal(await run('id -un'), 'root');
      assert.equal(await run('cat /etc/from-init'), 'seen');
      assert.match(await run('cloud-init status'), /status: done/);
    });

    it('shows the pinned host key and no other', async () => {
      assert.equal(await run('ls /etc/ssh/ssh_host_*_key'), '/etc/ssh/ssh_host_ed25519_key');
      const stranger = generateSshKeyPair();
      await assert.rejects(
        transport.connect({ ...node.ssh, hostKeys: [stranger.publicKey] }, { deadlineMs: 5000 }),
        (error) => error instanceof RemoteFailure && error.phase === 'host-key',
      );
    });

    it('refuses root, passwords and other keys', async () => {
      const stranger = generateSshKeyPair();
      for (const wrong of [{ username: 'root' }, { privateKey: stranger.privateKey }]) {
        await assert.rejects(
          transport.connect({ ...node.ssh, ...wrong }, { deadlineMs: 5000 }),
          (error) => error instanceof RemoteFailure && error.phase === 'auth',
        );
      }
      assert.match(await run('sshd -T'), /^passwordauthentication no$/m);
    });

    it('has the stack image in its engine, under the id that it has on the host', async () => {
      assert.equal(
        await run(`docker image inspect --format '{{.Id}}' ${machine.stack.name}`),
        machine.stack.id,
      );
    });

    it('runs a container of the stack as the unprivileged user, with a port that the host reaches', async () => {
      const server = 'python3 -m http.server --directory /etc $PORT';
      await run(
        'docker run --detach --init --name web --user app --env PORT=5000 --publish 5000:5000 ' +
          `${machine.stack.name} start -- '${server}'`,
      );
      assert.equal(await run('docker exec web id -u'), '32767');
      const answer = await waitUntil(
        () => fetch(`http://${node.address}:5000/hostname`).catch(() => undefined),
        { deadlineMs, intervalMs: 100, what: 'the container' },
      );
      assert.equal(answer.status, 200);
    });

    it('gives its containers name servers that the host can reach', async () => {
      const inside = await run(`docker run --rm ${machine.stack.name} cat /etc/resolv.conf`);
      for (const server of await hostNameServers())
        assert.match(inside, new RegExp(`^nameserver ${server}$`, 'm'));
      assert.ok(!inside.includes('8.8.8.8') || (await hostNameServers()).includes('8.8.8.8'), inside);
    });

    it("can remove the stack image and keeps other nodes' copies", async () => {
      await run(`docker rm --force web; docker image rm ${machine.stack.name}`);
      const sibling = await startNode({ suite, instance: node.instance, num: 2 });
      assert.equal(
        (await sibling.sh(`docker run --rm ${machine.stack.name} start -- "echo alive"`)).trim(),
        'alive',
      );
    });

    it('takes little of the disk: the stack image is shared', async () => {
      assert.ok(Number(await run('du -sk /var/lib/docker | cut -f1')) < 20_000);
    });

    it(
      'shares one network with nodes that other ' +
        'controllers of its instance launch at the same ' +
        'moment',
      async () => {
        const instance = newInstance();
        const nodes = await Promise.all([1, 2, 3].map((num) => startNode({ suite, instance, num })));
        try {
          const networks = await machine.docker.listNetworks({
            filters: { label: [`deis.instance=${instance}`] },
          });
          assert.equal(networks.length, 1);
          assert.equal(new Set(nodes.map(({ address }) => address)).size, 3);
        } finally {
          await nodes[0]!.dispose();
        }
      },
    );

    it('is there again after a reboot, with its address and its host key', async () => {
      const booted = await run('stat -c %Y /proc/1');
      await connection
        .exec({ command: ['sudo', '-n', 'systemctl', 'reboot'], deadlineMs })
        .catch(() => undefined);
      await connection.close();
      connection = await waitUntil(
        async () => {
          const again = await transport.connect(node.ssh, { deadlineMs });
          const now = (
            await again.exec({ command: ['stat', '-c', '%Y', '/proc/1'], deadlineMs })
          ).stdout.trim();
          if (now !== booted) return again;
          await again.close();
          return undefined;
        },
        { deadlineMs: 60_000, intervalMs: 200, what: 'the reboot' },
      );
      assert.equal(await run('hostname'), node.name);
    });

    it('is there again after its container was stopped and started', async () => {
      await connection.close();
      await node.container.stop();
      await node.container.start();
      connection = await transport.connect(node.ssh, { deadlineMs });
      const listed = await node.provider.listNodes(null, new AbortController().signal);
      assert.equal(listed.find((each) => each.uuid === node.uuid)?.address, node.address);
    });
  });
}
