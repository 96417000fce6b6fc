import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LayerKind } from '../../../../cookbooks/recipe.js';
import { RemoteFailure } from '../../../../base/errors.js';
import { parseHostFacts, readHostFacts, type HostFacts } from '../../../../provisioner/hosts/host-facts.js';
import { hostProblems } from '../../../../provisioner/hosts/host-problems.js';
import { NodeSshTransport } from '../../../../provisioner/ssh/node-ssh-transport.js';
import { readHostKey } from '../../../../provisioner/ssh/read-host-key.js';
import { osReleasePath, type ReleasedSystem } from '../../../support/nodes/os-release.js';
import { startSshServer } from '../../../support/nodes/ssh-server.js';

const hostFactsScript = readFileSync(
  new URL('../../../../provisioner/hosts/host-facts.sh', import.meta.url),
  'utf8',
);
const good: HostFacts = {
  os: 'debian',
  osVersion: '12',
  arch: 'x86_64',
  init: 'systemd',
  hasApt: true,
  cgroups: { version: 2, controllers: ['cpuset', 'cpu', 'io', 'memory', 'pids'] },
  diskKiB: 20 * 1024 ** 2,
  memoryKiB: 1024 ** 2,
  ports: [22],
  isRemembered: false,
  formation: null,
};
const problems = (changes: Partial<HostFacts>, kind: LayerKind = 'runtime'): string =>
  hostProblems({ ...good, ...changes }, kind).join('; ');

describe('what a host is', () => {
  it('is read by a real sh, and to its end', () => {
    const facts = parseHostFacts(execFileSync('sh', ['-s'], { input: hostFactsScript, encoding: 'utf8' }));
    assert.ok(facts.memoryKiB > 0 && facts.diskKiB > 0 && facts.cgroups.version > 0, JSON.stringify(facts));
    assert.equal(facts.arch, execFileSync('uname', ['-m'], { encoding: 'utf8' }).trim());
  });

  const systems: readonly [system: ReleasedSystem, os: string, version: string][] = [
    ['debian-12', 'debian', '12'],
    ['debian-13', 'debian', '13'],
    ['ubuntu-22.04', 'ubuntu', '22.04'],
    ['ubuntu-24.04', 'ubuntu', '24.04'],
  ];
  for (const [system, os, version] of systems) {
    it(`is read and taken of ${system}`, () => {
      const there = hostFactsScript.replace('/etc/os-release', osReleasePath(system));
      const facts = parseHostFacts(execFileSync('sh', ['-s'], { input: there, encoding: 'utf8' }));
      assert.deepEqual([facts.os, facts.osVersion], [os, version]);
      assert.equal(problems({ os: facts.os, osVersion: facts.osVersion }), '');
    });
  }

  it('has the controllers that its control groups of version 2 list', () => {
    const folder = mkdtempSync(join(tmpdir(), 'deis-cgroup-'));
    try {
      writeFileSync(join(folder, 'cgroup.controllers'), 'cpuset cpu io memory hugetlb pids rdma\n');
      const { cgroups } = parseHostFacts(
        execFileSync('sh', ['-s'], {
          input: hostFactsScript.replaceAll('/sys/fs/cgroup', folder),
          encoding: 'utf8',
        }),
      );
      assert.deepEqual(cgroups, {
        version: 2,
        controllers: ['cpuset', 'cpu', 'io', 'memory', 'hugetlb', 'pids', 'rdma'],
      });
      assert.equal(problems({ cgroups }), '');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('has the controllers that its kernel lists where each is mounted by itself', () => {
    const { cgroups } = parseHostFacts(
      execFileSync('sh', ['-s'], {
        input: hostFactsScript
          .replaceAll('/sys/fs/cgroup', '/nonexistent')
          .replaceAll(
            '/proc/cgroups',
            fileURLToPath(new URL('../../../fixtures/cgroups-1', import.meta.url)),
          ),
        encoding: 'utf8',
      }),
    );
    assert.deepEqual(cgroups, { version: 1, controllers: ['cpu', 'cpuacct', 'devices', 'pids'] });
    assert.match(problems({ cgroups }), /\(version 1\) lack memory/);
  });

  it('is refused half', () => assert.throws(() => parseHostFacts('os debian\nos-ver'), /not whole/));

  it('is asked with sudo, whose refusal tells what to do', async () => {
    const server = await startSshServer({
      onExec: ({ channel }) => {
        channel.stderr.write('sudo: a password is required\n');
        channel.exit(1);
        channel.end();
      },
    });
    const connection = await new NodeSshTransport().connect(server.target(), { deadlineMs: 5000 });
    await assert.rejects(
      readHostFacts(connection, { deadlineMs: 5000 }),
      (error) =>
        error instanceof RemoteFailure && /deis cannot sudo without a password.*NOPASSWD/.test(error.message),
    );
    await connection.close();
    await server.close();
  });
});

describe('a host that may become a node', () => {
  const cases: [changes: Partial<HostFacts>, kind: LayerKind, told: RegExp][] = [
    [{ os: 'centos', osVersion: '9' }, 'runtime', /runs centos 9: nodes are Debian 12 or Ubuntu 22.04/],
    [{ os: 'debian', osVersion: '11' }, 'custom', /runs debian 11/],
    [{ os: 'ubuntu', osVersion: '20.04' }, 'proxy', /runs ubuntu 20.04/],
    [{ arch: 'riscv64' }, 'runtime', /CPU is riscv64/],
    [{ init: 'runit' }, 'runtime', /init is runit/],
    [{ hasApt: false }, 'runtime', /no apt-get/],
    [
      { cgroups: { version: 2, controllers: ['cpu', 'pids'] } },
      'runtime',
      /cgroups \(version 2\) lack memory/,
    ],
    [{ diskKiB: 1024 ** 2 }, 'runtime', /1024 MiB are free below \/var\/lib: a runtime node needs 2048 MiB/],
    [{ memoryKiB: 300 * 1024 }, 'proxy', /300 MiB of memory/],
    [{ ports: [22, 80, 443] }, 'proxy', /listens on port 80, 443 there: stop it, nginx needs them/],
    [{ ports: [80] }, 'box', /listens on port 80 there: stop it, nginx needs it/],
    [{ diskKiB: 2 * 1024 ** 2 }, 'box', /2048 MiB are free below .*: a box node needs 2560 MiB/],
    [{ cgroups: { version: 2, controllers: ['cpu', 'pids'] } }, 'box', /lack memory/],
    [{ formation: 'peachy-waxworks' }, 'runtime', /node of formation peachy-waxworks already/],
  ];
  for (const [changes, kind, told] of cases)
    it(`is refused with ${JSON.stringify(changes)}`, () => assert.match(problems(changes, kind), told));

  it('is taken when all is well, and lists every problem at once', () => {
    assert.equal(problems({}), '');
    assert.equal(problems({ os: 'ubuntu', osVersion: '24.04' }), '');
    assert.equal(problems({ ports: [22, 80] }), '');
    assert.equal(problems({ cgroups: { version: 1, controllers: [] } }, 'proxy'), '');
    assert.equal(hostProblems({ ...good, os: 'arch', init: 'runit', memoryKiB: 0 }, 'runtime').length, 3);
  });
});

describe('the host key that an address shows', () => {
  it('is read without entering', async () => {
    const server = await startSshServer({ mayEnter: () => assert.fail('somebody tried to enter') });
    const { address, port } = server.target();
    const shown = await readHostKey(address, port, { deadlineMs: 5000 });
    assert.equal(shown.publicKey, server.hostKey.publicKey);
    assert.match(shown.fingerprint, /^SHA256:[A-Za-z0-9+/]{43}$/);
    await server.close();
  });

  it('is waited for no longer than its deadline, and not after a cancel', async () => {
    const server = await startSshServer({ onSocket: () => true });
    const { address, port } = server.target();
    await assert.rejects(
      readHostKey(address, port, { deadlineMs: 50 }),
      (error) =>
        error instanceof RemoteFailure &&
        error.phase === 'connect' &&
        /shows no SSH host key/.test(error.message),
    );
    const cancel = new AbortController();
    const asked = readHostKey(address, port, { deadlineMs: 5000, signal: cancel.signal });
    cancel.abort();
    const isCancelled = (error: unknown): boolean =>
      error instanceof RemoteFailure && error.phase === 'cancelled';
    await assert.rejects(asked, isCancelled);
    await assert.rejects(
      readHostKey(address, port, { deadlineMs: 5000, signal: cancel.signal }),
      isCancelled,
    );
    await server.close();
    await assert.rejects(readHostKey(address, port, { deadlineMs: 5000 }), /ECONNREFUSED/);
  });
});
