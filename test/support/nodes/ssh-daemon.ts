import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { generateSshKeyPair } from '../../../provisioner/ssh/host-key.js';
import type { SshTarget } from '../../../provisioner/ssh/transport.js';
import { waitUntil } from '../../../base/wait-until.js';
import { freePort } from '../../../server/free-port.js';

/**
 * A real OpenSSH server on loopback, with keys and a directory of its own, entered as the user who runs the
 * tests.
 */
export interface SshDaemon {
  readonly port: number;
  /** A directory for the test's own files, removed at the end. */
  readonly directory: string;
  /** How to enter it; another port leads through a proxy. */
  target(name: string, port?: number): SshTarget;
  stop(): Promise<void>;
}

const executable = '/usr/sbin/sshd';

/** @throws Error when openssh-server is not installed (test/packages.txt lists it) or it does not start. */
export async function startSshDaemon(): Promise<SshDaemon> {
  if (!existsSync(executable)) throw new Error(`${executable} is missing: apt-get install openssh-server`);
  const directory = mkdtempSync(join(tmpdir(), 'deis-sshd-'));
  const port = await freePort('127.0.0.1', 0);
  const host = generateSshKeyPair();
  const user = generateSshKeyPair();
  writeFileSync(join(directory, 'host_key'), host.privateKey.reveal(), { mode: 0o600 });
  writeFileSync(join(directory, 'authorized_keys'), `${user.publicKey}\n`, { mode: 0o600 });
  writeFileSync(join(directory, 'sshd_config'), configuration(directory, port));
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true });
  const log: string[] = [];
  const daemon = spawn(executable, ['-D', '-e', '-f', join(directory, 'sshd_config')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  daemon.stderr.setEncoding('utf8').on('data', (text: string) => log.push(text));
  const exited = new Promise<void>((resolve) => daemon.once('exit', () => resolve()));
  await waitUntil(() => answers(port, daemon.exitCode, log), {
    deadlineMs: 5000,
    intervalMs: 20,
    what: 'sshd',
  });
  return {
    port,
    directory,
    target: (name, through = port) => ({
      name,
      address: '127.0.0.1',
      port: through,
      username: userInfo().username,
      privateKey: user.privateKey,
      hostKeys: [host.publicKey],
    }),
    stop: async () => {
      daemon.kill('SIGTERM');
      await exited;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function configuration(directory: string, port: number): string {
  // PAM's session modules fail in many containers; without PAM, sshd takes a password that begins with ! for
  // a locked account.
  const needsPam = process.getuid?.() === 0 && /^root:!/m.test(readFileSync('/etc/shadow', 'utf8'));
  return [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${join(directory, 'host_key')}`,
    `AuthorizedKeysFile ${join(directory, 'authorized_keys')}`,
    'PidFile none',
    'StrictModes no',
    'PermitRootLogin prohibit-password',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    `UsePAM ${needsPam ? 'yes' : 'no'}`,
    'MaxStartups 100',
    // bash reads ~/.bashrc for commands over SSH: the tests' results must not depend on whose it is.
    `SetEnv HOME=${directory}`,
    'LogLevel ERROR',
    '',
  ].join('\n');
}

async function answers(port: number, exitCode: number | null, log: string[]): Promise<true | undefined> {
  if (exitCode !== null) throw new Error(`sshd ended with ${exitCode}: ${log.join('')}`);
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('data', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => undefined);
    // Also one that was taken and let go without a word.
    socket.once('close', () => resolve(undefined));
  });
}
