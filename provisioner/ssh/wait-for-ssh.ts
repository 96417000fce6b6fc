import { RemoteFailure } from '../../base/errors.js';
import { WaitDeadline, waitUntil } from '../../base/wait-until.js';
import type { Connection, SshTarget, Transport } from './transport.js';

export interface WaitForSshOptions {
  /** Milliseconds for all of it: SSH answering, and cloud-init's end. */
  readonly deadlineMs: number;
  readonly signal?: AbortSignal;
  /** What the log is read with. Default `sudo -n`. */
  readonly sudo?: readonly string[];
}

/** `done`; `warnings`: cloud-init ended with recoverable errors; `absent`: the machine has no cloud-init. */
export type BootOutcome = 'done' | 'warnings' | 'absent';

const attemptMs = 10_000;
const retryMs = 250;
const tailMs = 5000;
const logPath = '/var/log/cloud-init-output.log';
/**
 * Exit codes of `cloud-init status --wait` that are no failure: 2 is a warning from 23.4 on, 127 is no
 * cloud-init at all.
 */
const outcomes: Readonly<Record<number, BootOutcome>> = { 0: 'done', 2: 'warnings', 127: 'absent' };

/**
 * Waits for a booting machine: until SSH answers with a pinned host key and lets the user in, and cloud-init
 * has ended. A refused user key is waited out, because sshd may answer before cloud-init has written it.
 * @throws RemoteFailure: `host-key` at once; `exit` when cloud-init failed and `deadline`, both with the tail
 * of its log in `stderr`; `cancelled`.
 */
export async function waitForSsh(
  transport: Transport,
  target: SshTarget,
  options: WaitForSshOptions,
): Promise<BootOutcome> {
  const boot: Boot = { end: performance.now() + options.deadlineMs, last: undefined };
  try {
    return await waitUntil(() => check(transport, target, options, boot), {
      deadlineMs: options.deadlineMs,
      intervalMs: retryMs,
      what: `${target.name} to boot`,
      signal: options.signal,
    });
  } catch (error) {
    if (options.signal?.aborted)
      throw new RemoteFailure(`${target.name}: cancelled while waiting for it to boot`, {
        node: target.name,
        phase: 'cancelled',
        cause: options.signal.reason,
      });
    if (!(error instanceof WaitDeadline)) throw error;
    const why = boot.last?.message ?? 'no answer';
    throw new RemoteFailure(
      `${target.name} was not ready after ${Math.round(options.deadlineMs / 1000)} s: ${why}`,
      { node: target.name, phase: 'deadline', stderr: boot.last?.stderr ?? '', cause: boot.last },
    );
  }
}

interface Boot {
  readonly end: number;
  last: RemoteFailure | undefined;
}

async function check(
  transport: Transport,
  target: SshTarget,
  options: WaitForSshOptions,
  boot: Boot,
): Promise<BootOutcome | undefined> {
  const remainingMs = Math.max(1, boot.end - performance.now());
  const signal = options.signal ? { signal: options.signal } : {};
  let connection: Connection | undefined;
  try {
    connection = await transport.connect(target, { deadlineMs: Math.min(attemptMs, remainingMs), ...signal });
    return await cloudInitEnd(connection, options, Math.max(1, boot.end - performance.now()));
  } catch (error) {
    if (!(error instanceof RemoteFailure) || !isPassing(error)) throw error;
    boot.last = error;
    return undefined;
  } finally {
    await connection?.close();
  }
}

/** What a booting machine may go through; a reboot during cloud-init loses the connection. */
function isPassing(failure: RemoteFailure): boolean {
  return (
    failure.phase === 'connect' ||
    failure.phase === 'auth' ||
    failure.phase === 'lost' ||
    failure.phase === 'deadline'
  );
}

async function cloudInitEnd(
  connection: Connection,
  options: WaitForSshOptions,
  deadlineMs: number,
): Promise<BootOutcome> {
  try {
    await connection.exec({
      command: ['cloud-init', 'status', '--wait'],
      deadlineMs,
      ...(options.signal ? { signal: options.signal } : {}),
    });
    return 'done';
  } catch (error) {
    if (!(error instanceof RemoteFailure) || (error.phase !== 'exit' && error.phase !== 'deadline'))
      throw error;
    const outcome = outcomes[error.exitCode ?? -1];
    if (error.phase === 'exit' && outcome) return outcome;
    const what =
      error.phase === 'exit' ? `cloud-init failed (exit ${error.exitCode})` : 'cloud-init has not ended';
    const stderr = await logTail(connection, options.sudo ?? ['sudo', '-n']);
    throw new RemoteFailure(`${error.node}: ${what}; its log ends with: ${lastLines(stderr)}`, {
      node: error.node,
      command: error.command,
      exitCode: error.exitCode,
      stderr,
      phase: error.phase,
      cause: error,
    });
  }
}

async function logTail(connection: Connection, sudo: readonly string[]): Promise<string> {
  try {
    return (await connection.exec({ command: [...sudo, 'tail', '-n', '50', logPath], deadlineMs: tailMs }))
      .stdout;
  } catch (error) {
    if (!(error instanceof RemoteFailure)) throw error;
    return `(${logPath} could not be read: ${error.message})`;
  }
}

function lastLines(text: string): string {
  return text.trim().split('\n').slice(-3).join(' | ') || '(nothing)';
}
