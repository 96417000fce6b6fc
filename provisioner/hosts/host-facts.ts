import { readFileSync } from 'node:fs';
import { RemoteFailure } from '../../base/errors.js';
import type { Connection } from '../ssh/transport.js';

/** What an existing host is. */
export interface HostFacts {
  /** ID of /etc/os-release: `debian`, `ubuntu`. */
  readonly os: string;
  /** VERSION_ID: `12`, `24.04`. */
  readonly osVersion: string;
  /** As `uname -m` says. */
  readonly arch: string;
  /** The first process: `systemd`. */
  readonly init: string;
  readonly hasApt: boolean;
  readonly cgroups: { readonly version: number; readonly controllers: readonly string[] };
  /** KiB free below /var/lib. */
  readonly diskKiB: number;
  readonly memoryKiB: number;
  /** TCP ports that something listens on. */
  readonly ports: readonly number[];
  /** What converging replaces is kept there already: an earlier attempt has begun. */
  readonly isRemembered: boolean;
  /** The formation whose node it is already, of whatever controller. */
  readonly formation: string | null;
}

const script = readFileSync(new URL('host-facts.sh', import.meta.url), 'utf8');

/**
 * Looks at a host and changes nothing. @throws RemoteFailure, with a text that tells what to do when its user
 * cannot sudo
 * @param deadlineMs milliseconds for both commands together
 */
export async function readHostFacts(
  connection: Connection,
  options: { readonly deadlineMs: number; readonly signal?: AbortSignal },
): Promise<HostFacts> {
  const { name, username } = connection.target;
  await connection.exec({ ...options, command: ['sudo', '-n', 'true'] }).catch((error: unknown) => {
    if (!(error instanceof RemoteFailure) || error.phase !== 'exit') throw error;
    throw new RemoteFailure(
      `${name}: ${username} cannot sudo without a password: ${error.stderr.trim()}; write "${username} ` +
        'ALL=(ALL) NOPASSWD: ALL" to /etc/sudoers.d/deis there',
      { node: name, phase: 'exit', exitCode: error.exitCode, stderr: error.stderr, cause: error },
    );
  });
  const { stdout } = await connection.exec({ ...options, command: ['sudo', '-n', 'sh'], stdin: script });
  return parseHostFacts(stdout);
}

/** @throws Error for a text that the script did not write to its end */
export function parseHostFacts(text: string): HostFacts {
  const lines = text.trim().split('\n');
  if (lines.at(-1) !== 'end')
    throw new Error(`the host's answer is not whole: ${JSON.stringify(text.slice(-200))}`);
  const values = new Map(
    lines.map((line) => [
      line.split(' ')[0]!,
      line
        .split(' ')
        .slice(1)
        .filter((word) => word !== ''),
    ]),
  );
  const words = (name: string): readonly string[] => values.get(name) ?? [];
  const [cgroups = '0', ...controllers] = words('cgroups');
  return {
    os: words('os')[0] ?? 'unknown',
    osVersion: words('os-version')[0] ?? '0',
    arch: words('arch')[0] ?? 'unknown',
    init: words('init')[0] ?? 'unknown',
    hasApt: words('apt')[0] === 'yes',
    cgroups: { version: Number(cgroups), controllers },
    diskKiB: Number(words('disk')[0] ?? 0),
    memoryKiB: Number(words('memory')[0] ?? 0),
    ports: words('ports')
      .map((port) => Number.parseInt(port, 16))
      .sort((a, b) => a - b),
    isRemembered: words('remembered')[0] === 'yes',
    formation: words('databag')[0] ?? null,
  };
}
