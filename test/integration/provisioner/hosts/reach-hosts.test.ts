import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { hasAddress, identify, reachFrom } from '../../../../provisioner/hosts/reach-hosts.js';
import { RecordingTransport } from '../../../../provisioner/ssh/recording-transport.js';
import type { Connection } from '../../../../provisioner/ssh/transport.js';
import { startSshServer, type SshServer } from '../../../support/nodes/ssh-server.js';

describe('what a machine reaches of others', function () {
  this.timeout(20_000);
  let ssh: SshServer;
  let open: Server;
  let here: Connection;

  before(async () => {
    ssh = await startSshServer();
    open = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => open.listen(0, '127.0.0.1', resolve));
    here = localMachine();
  });

  after(async () => {
    await ssh.close();
    open.close();
  });

  const options = { deadlineMs: 15_000 };
  const port = (): number => (open.address() as AddressInfo).port;
  const closedPort = 1;

  it('is asked of a real shell, all places side by side, in their order', async () => {
    const address = '127.0.0.1';
    const sshPort = ssh.target().port;
    const reaches = await reachFrom(
      here,
      [
        { address, port: closedPort, sshPort: null },
        { address, port: port(), sshPort },
        { address, port: null, sshPort: closedPort },
        { address: 'no-such-host.invalid', port: 80, sshPort: 22 },
      ],
      options,
    );
    assert.deepEqual(
      reaches.map(({ connects, hostKeys }) => [connects, hostKeys]),
      [
        [false, []],
        [true, [ssh.hostKey.publicKey]],
        [null, []],
        [false, []],
      ],
    );
    assert.deepEqual(await reachFrom(here, [], options), []);
  });

  it('belongs to who shows the pinned key', async () => {
    const place = { address: '127.0.0.1', port: null, sshPort: ssh.target().port };
    const [reach] = await reachFrom(here, [place], options);
    const other = await startSshServer();
    assert.equal(identify(reach!, [other.hostKey.publicKey, ssh.hostKey.publicKey]), 'same');
    assert.equal(identify(reach!, [other.hostKey.publicKey]), 'other');
    assert.equal(identify({ hostKeys: [] }, [ssh.hostKey.publicKey]), 'unknown');
    await other.close();
  });

  it('is no address of its own unless an interface has it', async () => {
    const own = execFileSync('hostname', ['-I'], { encoding: 'utf8' }).trim().split(/\s+/).filter(Boolean);
    for (const address of own) assert.equal(await hasAddress(here, address, options), true, address);
    for (const address of ['203.0.113.9', '198.51.100.7', 'no-such-host.invalid'])
      assert.equal(await hasAddress(here, address, options), false, address);
  });

  it('is not believed half', async () => {
    const transport = new RecordingTransport({ onExec: () => ({ stdout: '10.0.0.2,80,- yes \n' }) });
    const cut = await transport.connect(ssh.target(), options);
    const place = { address: '10.0.0.2', port: 80, sshPort: null };
    await assert.rejects(reachFrom(cut, [place], options), /not whole/);
  });
});

/** This machine, as a node would be: commands run in a real shell. */
function localMachine(): Connection {
  return {
    target: { name: 'here' } as Connection['target'],
    isOpen: true,
    closed: Promise.resolve(),
    close: () => Promise.resolve(),
    exec: async ({ command, stdin, deadlineMs }) => {
      const child = execFile(command[0]!, command.slice(1), { timeout: deadlineMs });
      child.stdin!.end(stdin);
      const [stdout, stderr] = await Promise.all([text(child.stdout!), text(child.stderr!)]);
      return { exitCode: child.exitCode ?? 0, stdout, stderr };
    },
  };
}
