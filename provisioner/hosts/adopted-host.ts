import { readFileSync } from 'node:fs';
import type { Connection } from '../ssh/transport.js';

export interface HostDeadline {
  /** Milliseconds. */
  readonly deadlineMs: number;
  readonly signal?: AbortSignal;
}

const program = ['sudo', '-n', 'sh'];
const remember = readFileSync(new URL('remember-host.sh', import.meta.url), 'utf8');
const clear = readFileSync(new URL('clear-host.sh', import.meta.url), 'utf8');

/** Keeps on the host what converging will replace; the first time counts. @throws RemoteFailure */
export async function rememberHost(connection: Connection, options: HostDeadline): Promise<void> {
  await connection.exec({ ...options, command: program, stdin: remember });
}

/**
 * Takes off the host what converging put there, and puts back what it replaced. Safe to repeat.
 * @param packages `remove` leaves the data and the configuration of installed packages, `purge` does not
 * @throws RemoteFailure whose stderr says what could not be done
 */
export async function clearHost(
  connection: Connection,
  packages: 'remove' | 'purge',
  options: HostDeadline,
): Promise<void> {
  await connection.exec({ ...options, command: [...program, '-s', packages], stdin: clear });
}
