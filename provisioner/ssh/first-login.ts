import { readFile } from 'node:fs/promises';
import { RemoteFailure } from '../../base/errors.js';
import { waitUntil } from '../../base/wait-until.js';
import type { Connection, SshTarget, Transport } from './transport.js';

export interface KeyReplacement {
  /** The host key that the machine was launched with, `ssh-ed25519 AAAA...`. */
  readonly launchedWith: string;
  /** Awaited before the machine shows the new key: from then on both must be accepted. */
  readonly onPending: (publicKey: string) => Promise<void>;
}

export interface FirstLoginOptions {
  /** Absent: the machine keeps its host key. */
  readonly replace?: KeyReplacement;
  /** Milliseconds for all of it. */
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
}

export interface FirstLogin {
  /** What `uname -m` says: `x86_64`, `aarch64`. */
  readonly machine: string;
  /** The new host key, once the machine has shown it. */
  readonly hostPublicKey?: string;
}

const script = new URL('./host-key.sh', import.meta.url);
const keyPattern = /^ssh-ed25519 [A-Za-z0-9+/]+={0,2}$/;
const retryMs = 200;

/**
 * Enters a machine that has just booted: asks for its processors, and gives it a host key that it makes
 * itself, so that the one in its user data is of no use to whoever reads that. Safe to repeat after a crash
 * at any point: the new key is told before it is shown, and shown only when that is done.
 * @throws RemoteFailure
 */
export async function firstLogin(
  transport: Transport,
  target: SshTarget,
  { replace, deadlineMs, signal }: FirstLoginOptions,
): Promise<FirstLogin> {
  const connection = await transport.connect(target, { deadlineMs, signal });
  try {
    const machine = (await connection.exec({ command: ['uname', '-m'], deadlineMs, signal })).stdout.trim();
    if (replace === undefined) return { machine };
    const run = await keyScript(connection, deadlineMs, signal);
    const hostPublicKey = (await run('make', replace.launchedWith)).trim();
    if (!keyPattern.test(hostPublicKey))
      throw new RemoteFailure(`${target.name} made no host key of its own: ${hostPublicKey.slice(0, 200)}`, {
        node: target.name,
        command: 'ssh-keygen',
        phase: 'exit',
      });
    await replace.onPending(hostPublicKey);
    signal.throwIfAborted();
    await run('install', hostPublicKey);
    await sees(transport, { ...target, hostKeys: [hostPublicKey] }, { deadlineMs, signal });
    return { machine, hostPublicKey };
  } finally {
    await connection.close();
  }
}

/**
 * The script goes over stdin; it ends with the call of its main function, so that half of it does nothing.
 */
async function keyScript(
  connection: Connection,
  deadlineMs: number,
  signal: AbortSignal,
): Promise<(...args: string[]) => Promise<string>> {
  const stdin = await readFile(script, 'utf8');
  return async (...args) =>
    (await connection.exec({ command: ['sudo', '-n', 'sh', '-s', '--', ...args], stdin, deadlineMs, signal }))
      .stdout;
}

/** Waits until the machine answers with that key. sshd takes a moment to read it. */
async function sees(
  transport: Transport,
  target: SshTarget,
  { deadlineMs, signal }: Pick<FirstLoginOptions, 'deadlineMs' | 'signal'>,
): Promise<void> {
  const look = async (): Promise<true | undefined> => {
    try {
      await (await transport.connect(target, { deadlineMs, signal })).close();
      return true;
    } catch (error) {
      if (error instanceof RemoteFailure && error.phase === 'host-key' && !signal.aborted) return undefined;
      throw error;
    }
  };
  await waitUntil(look, {
    deadlineMs,
    intervalMs: retryMs,
    what: `${target.name} to show its own host key`,
    signal,
  });
}
