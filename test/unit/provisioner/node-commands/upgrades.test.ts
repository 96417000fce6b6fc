import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { RemoteFailure } from '../../../../base/errors.js';
import { Secret } from '../../../../base/secret.js';
import { inputProgram, programText } from '../../../../provisioner/node-commands/node-program.js';
import {
  parseUpgrade,
  upgradeCommands,
  type UpgradeState,
} from '../../../../provisioner/node-commands/upgrades.js';
import { RecordingTransport } from '../../../../provisioner/ssh/recording-transport.js';

/** Stand-ins for what the machine has; each finds its answers in files of $ROOT, and notes how it was called. */
const programs: Readonly<Record<string, string>> = {
  systemctl: `case "$*" in
    'is-active --quiet '*) test -e "$ROOT/active-$3" ;;
    'show --property=MainPID --value -- '*) cat "$ROOT/pid-$5" 2>/dev/null || echo 0 ;;
    *) note ;;
  esac`,
  'systemd-run': `while [ "$1" != -- ]; do shift; done
    shift
    echo begun >>"$ROOT/calls"
    if [ -e "$ROOT/hangs" ]; then : >"$ROOT/active-deis-upgrade"; else "$@" || true; fi`,
  'apt-get': `note
    case "$1" in
      update) if [ -e "$ROOT/locked" ]; then rm "$ROOT/locked"; echo 'E: Could not get lock /x.' >&2; exit 100; fi
        [ ! -e "$ROOT/fails" ] || { echo 'E: Failed to fetch http://ada:pw@mirror/x' >&2; exit 100; } ;;
      upgrade) cat "$ROOT/newer" >"$ROOT/versions" 2>/dev/null || true; [ ! -e "$ROOT/breaks" ] || exit 100 ;;
      -s) echo 'Inst held [1] (2 Debian)'; echo 'Conf held (2 Debian)' ;;
    esac`,
  dpkg: 'note',
  'dpkg-query': 'cat "$ROOT/versions"',
  docker: 'test ! -e "$ROOT/engine-gone"',
  journalctl: 'echo "dockerd: no room"',
  nginx: 'note',
  uname: 'echo 6.1.0-28-cloud-amd64',
};
const old = '7f00-7f01 r-xp 00000000 08:01 1234      /usr/lib/libssl.so.3 (deleted)\n';

describe('new packages for a machine', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'deis-upgrade-'));
    for (const [name, body] of Object.entries(programs)) {
      const note = `note() { printf '%s\\n' "\${0##*/} $*" >>"$ROOT/calls"; }`;
      write(
        `bin/${name}`,
        `#!/bin/sh\nROOT=${root}\n${note}\n${body.replaceAll(/\bnote\b(?!\()/g, 'note "$@"')}\n`,
      );
      chmodSync(join(root, 'bin', name), 0o755);
    }
    write('versions', 'installed curl 1\ninstalled nginx 1\nconfig-files gone 1\n');
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const write = (path: string, text = ''): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  const calls = (): string[] =>
    existsSync(join(root, 'calls')) ? readFileSync(join(root, 'calls'), 'utf8').trim().split('\n') : [];
  /** As the machine would be asked, but for places of the system, and pauses. */
  const look = (run = 'one'): UpgradeState => {
    const program = programText(['upgrade-packages.sh'])
      .replaceAll(/\/(proc|boot|run)\//g, `${root}/$1/`)
      .replaceAll(/sleep \d+$/gm, 'sleep 0');
    const { stdin } = inputProgram(['upgrade-look.sh'], [run, program, join(root, 'state')]);
    assert.ok(stdin instanceof Secret);
    const env = { PATH: `${root}/bin:${process.env['PATH']}` };
    return parseUpgrade(execFileSync('sh', { input: stdin.reveal(), encoding: 'utf8', env }));
  };
  const ended = (run?: string): Extract<UpgradeState, { state: 'ended' }> => {
    const state = look(run);
    assert.ok(state.state === 'ended', JSON.stringify(state));
    return state;
  };

  it('come in this order, with settings of ours kept, and are told', () => {
    write('newer', 'installed curl 1\ninstalled linux 6\ninstalled nginx 2\n');
    const { lines, ...end } = ended();
    assert.deepEqual(end, {
      state: 'ended',
      exitCode: 0,
      failed: null,
      packages: [
        { name: 'linux', from: null, to: '6' },
        { name: 'nginx', from: '1', to: '2' },
      ],
      kept: ['held'],
      reboot: [],
    });
    assert.equal(lines.at(-1), '-- done');
    const keep = '-o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold';
    assert.deepEqual(calls(), [
      'begun',
      'dpkg --force-confdef --force-confold --configure -a',
      'apt-get update -q -o DPkg::Lock::Timeout=300 -o APT::Update::Error-Mode=any',
      `apt-get upgrade -y -q --with-new-pkgs --no-install-recommends -o DPkg::Lock::Timeout=300 ${keep}`,
      'apt-get clean',
      'apt-get -s -q dist-upgrade',
    ]);
  });

  it('are fetched once, however often somebody asks, and again under another name', () => {
    ended();
    const once = calls();
    ended();
    assert.deepEqual(calls(), once);
    ended('another');
    assert.equal(calls().filter((call) => call === 'begun').length, 2);
  });

  it('go on while nobody asks; another run waits for them', () => {
    write('hangs');
    assert.deepEqual(look(), { state: 'running', at: '' });
    write('state/output', 'Get:1 http://mirror a\nUnpacking nginx\r\n');
    assert.deepEqual(look(), { state: 'running', at: 'Unpacking nginx' });
    assert.deepEqual(look('another'), { state: 'waiting' });
    rmSync(join(root, 'active-deis-upgrade'));
    assert.deepEqual(look(), { state: 'died' });
    assert.equal(calls().length, 1);
  });

  it('count for nothing when a list could not be fetched, or a package has failed', () => {
    write('fails');
    const unfetched = ended();
    assert.deepEqual([unfetched.exitCode, unfetched.failed], [100, 'apt-get update']);
    assert.deepEqual(unfetched.lines.at(-1), 'E: Failed to fetch http://...@mirror/x');
    assert.ok(!calls().some((call) => call.startsWith('apt-get upgrade')));
    rmSync(join(root, 'fails'));
    write('breaks');
    write('newer', 'installed curl 2\n');
    const broken = ended('another');
    assert.deepEqual([broken.exitCode, broken.failed], [100, 'apt-get upgrade']);
    assert.deepEqual(broken.packages, [{ name: 'curl', from: '1', to: '2' }]);
  });

  it('wait for a lock that another program holds', () => {
    write('locked');
    assert.equal(ended().exitCode, 0);
    assert.equal(calls().filter((call) => call.startsWith('apt-get update')).length, 2);
  });

  it('restart the engine and the sender of logs where they run what was replaced, and no other', () => {
    for (const [unit, pid] of [
      ['docker', 11],
      ['containerd', 12],
      ['deis-logs', 13],
    ] as const) {
      write(`pid-${unit}`, `${pid}\n`);
      write(`proc/${pid}/maps`, unit === 'containerd' ? old.replace(' (deleted)', '') : old);
    }
    write('active-docker');
    assert.equal(ended().exitCode, 0);
    assert.deepEqual(
      calls().filter((call) => call.startsWith('systemctl')),
      ['systemctl restart -- docker', 'systemctl restart -- deis-logs'],
    );
    write('engine-gone');
    const { exitCode, failed, lines } = ended('another');
    assert.deepEqual([exitCode, failed], [1, 'the Docker engine']);
    assert.ok(lines.includes('dockerd: no room'));
  });

  it('have nginx take over in place where it runs what was replaced: the old one ends after the new one works', () => {
    const newer = spawn('sleep', ['20']);
    const pidFile = join(root, 'run/nginx.pid');
    const master = `trap 'echo upgraded >>${root}/calls; echo ${newer.pid} >${pidFile}' USR2
      trap 'echo quit >>${root}/calls; exit' QUIT
      : >${root}/ready
      while :; do sleep 0.02; done`;
    const older = spawn('sh', ['-c', master]);
    try {
      execFileSync('sh', ['-c', `until [ -e ${root}/ready ]; do sleep 0.01; done`], { timeout: 5000 });
      write('active-nginx');
      write('run/nginx.pid', `${older.pid}\n`);
      write(`proc/${older.pid}/maps`, old);
      write('proc/99/status', `Name:\tnginx\nPPid:\t${newer.pid}\n`);
      assert.equal(ended().exitCode, 0);
      execFileSync('sh', ['-c', `until grep -q quit ${root}/calls; do sleep 0.01; done`], { timeout: 5000 });
      const seen = calls().filter((call) => /^(nginx|upgraded|quit|systemctl)/.test(call));
      assert.deepEqual(seen, ['nginx -t -q', 'upgraded', 'quit']);
    } finally {
      newer.kill('SIGKILL');
      older.kill('SIGKILL');
    }
  });

  it('tell why the machine must reboot: a note, a kernel of its kind, services', () => {
    write('run/reboot-required');
    write('run/reboot-required.pkgs', 'linux-base\ndbus\ndbus\n');
    for (const kernel of ['6.1.0-9-cloud-amd64', '6.1.0-30-cloud-amd64', '6.12.1-1-amd64'])
      write(`boot/vmlinuz-${kernel}`);
    for (const [pid, unit] of [
      [21, 'ssh'],
      [22, 'cron'],
      [23, 'nginx'],
    ] as const) {
      write(`proc/${pid}/maps`, old);
      write(`proc/${pid}/cgroup`, `0::/system.slice/${unit}.service\n`);
    }
    assert.deepEqual(ended().reboot, [
      'packages ask for it: dbus linux-base',
      'the kernel 6.1.0-30-cloud-amd64 is installed, 6.1.0-28-cloud-amd64 runs',
      'these still run what was replaced: cron ssh',
    ]);
    rmSync(join(root, 'run/reboot-required'));
    rmSync(join(root, 'boot/vmlinuz-6.1.0-30-cloud-amd64'));
    for (const pid of [21, 22]) rmSync(join(root, `proc/${pid}`), { recursive: true });
    write('boot/vmlinuz-6.1.0-28-cloud-amd64');
    assert.deepEqual(ended('another').reboot, []);
  });

  describe('over a connection', () => {
    const target = {
      name: 'app-runtime-1',
      address: '10.0.0.1',
      port: 22,
      username: 'deis',
      privateKey: new Secret('key'),
      hostKeys: ['ssh-ed25519 AAAA'],
    };
    const options = { deadlineMs: 1000 };

    it('are asked for by root, and the boot by a word', async () => {
      const transport = new RecordingTransport({
        onExec: ({ command }) => ({ stdout: command.includes('-c') ? 'a-b-c\n77\n' : 'state ended 0\n' }),
      });
      const upgrades = upgradeCommands(await transport.connect(target, options));
      assert.equal((await upgrades.look('one', options)).state, 'ended');
      assert.equal(await upgrades.boot(options), 'a-b-c 77');
      assert.deepEqual(transport.execs[0]?.command, ['sudo', '-n', 'sh']);
      assert.match(transport.execs[0]?.stdin.reveal() ?? '', /apt-get upgrade .*systemd-run /s);
    });

    it('may end with the machine itself when it reboots; a refusal is one', async () => {
      const reboot = async (failure: RemoteFailure): Promise<void> => {
        const transport = new RecordingTransport({ onExec: () => failure });
        await upgradeCommands(await transport.connect(target, options)).reboot(options);
      };
      await reboot(new RemoteFailure('gone', { node: target.name, phase: 'lost' }));
      await assert.rejects(
        reboot(new RemoteFailure('no sudo', { node: target.name, phase: 'exit', exitCode: 1 })),
      );
    });
  });
});
